/**
 * What a registry has here beyond the tables of the Data Butler: chains kept flat, validity ranges that cannot
 * overlap, and indexes. All of it is added to tables that a client made as to our own, and can be taken away.
 */

import { isDuplicateObject, isInsufficientPrivilege } from '../sqlstate.ts';
import type { Registry } from './registry.ts';
import { completeSummaries } from './skypix.ts';
import { column, createTables, type TableSpec } from './table.ts';

const eventTrigger = 'almagest_association_tables';

/**
 * These have no foreign keys to `collection`: its rows are locked by sessions that edit chains, and the session
 * whose turn it is must not wait for them.
 */
export const additionalTables: readonly TableSpec[] = [
  {
    name: 'collection_flat',
    comment:
      'Members of each chain in the order in which they are searched, those of chains in it in their place; kept by triggers on collection_chain',
    columns: [
      column('parent', 'bigint', 'The chain'),
      column('rank', 'integer', 'Place of the member, from 0: smaller ones are searched first'),
      column('child', 'bigint', 'The member: a collection that is no chain'),
    ],
    primaryKey: ['parent', 'rank'],
    unique: [['parent', 'child']],
    indexes: [['child']],
  },
  {
    name: 'collection_flat_edit',
    comment: 'One row, which each edit of a chain updates: edits of chains happen one after the other',
    columns: [
      column('single', 'boolean', 'True: there is one row'),
      column('edits', 'bigint', 'How often chains were edited'),
    ],
    primaryKey: ['single'],
  },
];

const triggers = [
  ['insert', 'referencing new table as new_links'],
  ['update', 'referencing old table as old_links new table as new_links'],
  ['delete', 'referencing old table as old_links'],
  ['truncate', ''],
] as const;

const nameIndex = 'collection_almagest_name';

/** The tables `dataset_tags_…` and `dataset_calibs_…` that a registry has, quoted. */
export function associationTables(registry: Registry, kind: 'tags' | 'calibs' | 'tags|calibs'): string[] {
  return registry
    .rows<{ name: string }>(
      `select c.relname::text as name
       from pg_class c join pg_namespace n on n.oid = c.relnamespace
       where n.nspname = $1::name and c.relkind = 'r' and c.relname ~ $2
       order by c.relname`,
      [registry.name, `^dataset_(${kind})_[0-9]{8,}$`],
    )
    .map(({ name }) => registry.table(name));
}

/** Whether a table or index of the registry is there. */
function exists(registry: Registry, name: string): boolean {
  const [row] = registry.rows<{ known: boolean }>('select to_regclass($1) is not null as known', [
    registry.table(name),
  ]);
  return row?.known ?? false;
}

/** Adds what is missing, and flattens the chains. */
export function addAdditions(registry: Registry): void {
  makeAdditionalTables(registry);
  const chain = registry.table('collection_chain');
  for (const [event, referencing] of triggers)
    plv8.execute(`create or replace trigger almagest_flat_${event}
      after ${event} on ${chain} ${referencing}
      for each statement execute function butler._collection_chain_changed()`);
  registry.rows('select butler._refresh_collection_flat($1)', [registry.name]);
  plv8.execute(`analyze ${registry.table('collection_flat')}`);
  if (!exists(registry, nameIndex))
    plv8.execute(`create index ${nameIndex} on ${registry.table('collection')}
      using gin (name ${trigramClass()}) with (fastupdate = off)`);
  for (const table of associationTables(registry, 'tags|calibs')) completeAssociationTable(registry, table);
  completeSummaries(registry);
  makeEventTrigger(registry);
}

/** The index, statistics and constraint that a table of associations has here; given quoted. */
export function completeAssociationTable(registry: Registry, table: string): void {
  registry.rows('select butler._complete_association_table($1::regclass)', [table]);
}

/** The tables, as the table collection_chain is owned and may be used: its triggers write them for its users. */
function makeAdditionalTables(registry: Registry): void {
  for (const spec of additionalTables)
    if (!exists(registry, spec.name))
      for (const statement of createTables(registry, [spec])) plv8.execute(statement);
  const flat = registry.table('collection_flat');
  const edit = registry.table('collection_flat_edit');
  plv8.execute(`insert into ${edit} (single, edits) values (true, 0) on conflict do nothing`);
  const grants = registry.rows<{ grantee: string; writes: boolean; is_owner: boolean; is_other: boolean }>(
    `select case a.grantee when 0 then 'public' else a.grantee::regrole::text end as grantee,
            bool_or(a.privilege_type in ('INSERT', 'UPDATE', 'DELETE')) as writes,
            a.grantee = c.relowner as is_owner, c.relowner <> f.relowner as is_other
     from pg_class c
     join pg_class f on f.oid = $2::regclass
     cross join aclexplode(coalesce(c.relacl, acldefault('r', c.relowner))) a
     where c.oid = $1::regclass
     group by a.grantee, c.relowner, f.relowner`,
    [registry.table('collection_chain'), flat],
  );
  for (const { grantee, writes, is_owner, is_other } of grants) {
    if (!is_owner)
      plv8.execute(
        `grant select${writes ? ', insert, update, delete' : ''} on ${flat}, ${edit} to ${grantee}`,
      );
    else if (is_other)
      for (const table of [flat, edit]) plv8.execute(`alter table ${table} owner to ${grantee}`);
  }
}

/** Trigrams may be installed in any schema. */
function trigramClass(): string {
  const [row] = plv8.execute(
    `select n.nspname::text as schema
     from pg_extension e join pg_namespace n on n.oid = e.extnamespace
     where e.extname = 'pg_trgm'`,
  ) as { schema: string }[];
  return `${plv8.quote_ident(row!.schema)}.gin_trgm_ops`;
}

/** One event trigger serves all registries of a database; many servers let only superusers make one. */
function makeEventTrigger({ name }: Registry): void {
  const [{ known }] = plv8.execute(
    'select exists (select from pg_event_trigger where evtname = $1) as known',
    [eventTrigger],
  ) as [{ known: boolean }];
  if (known) return;
  const statement = `create event trigger ${eventTrigger} on ddl_command_end
    when tag in ('CREATE TABLE') execute function butler._association_table_made()`;
  try {
    plv8.subtransaction(() => plv8.execute(statement));
  } catch (error) {
    if (isDuplicateObject(error)) return;
    if (!isInsufficientPrivilege(error)) throw error;
    plv8.elog(
      NOTICE,
      `tables that other clients make in registry ${name} for new dimensions will not be noticed, as this role ` +
        `may not make an event trigger: let a superuser run butler.attach('${name}') once, or run it again yourself ` +
        'whenever a client has registered a dataset type with new dimensions',
    );
  }
}

/** Takes away all that was added. What is gone already is no error. */
export function removeAdditions(registry: Registry): void {
  const triggersThere = registry.rows<{ name: string }>(
    `select t.tgname::text as name from pg_trigger t
     where t.tgrelid = to_regclass($1) and t.tgname ~ '^almagest_flat_'`,
    [registry.table('collection_chain')],
  );
  for (const { name } of triggersThere)
    plv8.execute(`drop trigger ${plv8.quote_ident(name)} on ${registry.table('collection_chain')}`);
  for (const { name } of additionalTables)
    if (exists(registry, name)) plv8.execute(`drop table ${registry.table(name)}`);
  if (exists(registry, nameIndex)) plv8.execute(`drop index ${registry.table(nameIndex)}`);
  const rows = registry.rows<{ statement: string }>(
    `select format(case when k.conname is null then 'drop index %1$I.%3$I' else 'alter table %1$I.%2$I drop constraint %3$I' end,
                   n.nspname, c.relname, i.relname) as statement
     from pg_class c
     join pg_namespace n on n.oid = c.relnamespace
     join pg_index x on x.indrelid = c.oid
     join pg_class i on i.oid = x.indexrelid
     left join pg_constraint k on k.conindid = i.oid and k.conrelid = c.oid
     where n.nspname = $1::name and c.relname ~ '^dataset_(tags|calibs)_'
       and i.relname in (c.relname || '_almagest_data_id', c.relname || '_almagest_validity')
     union all
     select format('drop statistics %I.%I', n.nspname, s.stxname)
     from pg_statistic_ext s
     join pg_class c on c.oid = s.stxrelid
     join pg_namespace n on n.oid = c.relnamespace
     where n.nspname = $1::name and s.stxname = c.relname || '_almagest_statistics'`,
    [registry.name],
  );
  for (const { statement } of rows) plv8.execute(statement);
}

/** Takes the event trigger away where no registry is left. */
export function removeEventTrigger(): void {
  const [{ needless }] = plv8.execute(
    `select exists (select from pg_event_trigger where evtname = $1)
            and not exists (select from butler.registry) as needless`,
    [eventTrigger],
  ) as [{ needless: boolean }];
  if (!needless) return;
  try {
    plv8.subtransaction(() => plv8.execute(`drop event trigger ${eventTrigger}`));
  } catch (error) {
    if (!isInsufficientPrivilege(error)) throw error;
    plv8.elog(
      NOTICE,
      `the event trigger ${eventTrigger} is left, which only its owner or a superuser may drop`,
    );
  }
}
