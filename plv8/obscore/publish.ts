/**
 * The views of schema ivoa: obscore, over all ObsCore tables that are published, and obscore_<instrument> for each
 * instrument of their registries. They are made at run time, by whoever publishes the first table.
 */
import { shrink } from '../butler/names.ts';
import { openRegistry } from '../butler/registry.ts';
import { obscoreError } from './errors.ts';
import { standardColumns, standardComment } from './standard.ts';
import { type Source, standardList, unionOf } from './view.ts';

/** As catalogs and views have its name. */
export const publishedView = 'ivoa.obscore';

const viewComment =
  'Observations of all ObsCore tables that are published: ObsCore 1.1; made by obscore.publish';

/** By its comment a view is known for an instrument's. */
const instrumentComment = (instrument: string) =>
  `Observations with the instrument ${instrument}: those rows of ivoa.obscore; made by obscore.publish`;

/** Trigger on a registry's table instrument, and its function in the same schema. */
const instrumentTrigger = 'almagest_obscore_instrument';

function rows<R extends object>(sql: string, values: readonly unknown[] = []): R[] {
  return plv8.execute(sql, values) as R[];
}

export interface PublishedTable extends Source {
  readonly registry: string;
  readonly tableName: string;
  /** Its configuration, as JSON text. */
  readonly config: string;
}

/** The ObsCore tables that are published and there, by registry and name. */
export function publishedTables(): PublishedTable[] {
  const found = rows<{
    registry: string;
    table_name: string;
    config: string;
    names: string[];
    types: string[];
  }>(
    `select d.registry::text as registry, d.table_name::text as table_name, d.config::text as config,
            array_agg(a.attname::text order by a.attnum) as names,
            array_agg(a.atttypid::regtype::text order by a.attnum) as types
     from obscore.definition d
     join pg_namespace n on n.nspname = d.registry
     join pg_class c on c.relnamespace = n.oid and c.relname = d.table_name and c.relkind in ('r', 'm', 'p')
     join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
     where d.published
     group by d.registry, d.table_name, d.config::text
     order by d.registry, d.table_name`,
  );
  return found.map(({ registry, table_name, config, names, types }) => ({
    registry,
    tableName: table_name,
    config,
    table: `${plv8.quote_ident(registry)}.${plv8.quote_ident(table_name)}`,
    columns: new Map(names.map((name, i) => [name, types[i]])),
  }));
}

/** The relation of a name in schema ivoa. */
function relationIn(name: string): { isView: boolean; comment: string | null } | undefined {
  const [row] = rows<{ is_view: boolean; comment: string | null }>(
    `select c.relkind = 'v' as is_view, obj_description(c.oid, 'pg_class') as comment
     from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where n.nspname = 'ivoa' and c.relname = $1::name`,
    [name],
  );
  return row && { isView: row.is_view, comment: row.comment };
}

function commentOnView(view: string, comment: string): void {
  plv8.execute(`comment on view ${view} is ${plv8.quote_literal(comment)}`);
  for (const column of standardColumns)
    plv8.execute(
      `comment on column ${view}.${column.name} is ${plv8.quote_literal(standardComment(column))}`,
    );
}

function makeSchema(): void {
  if (rows(`select from pg_namespace where nspname = 'ivoa'`).length > 0) return;
  plv8.execute('create schema ivoa');
  plv8.execute(`comment on schema ivoa is 'Tables of the Virtual Observatory''s standards'`);
  plv8.execute('grant usage on schema ivoa to almagest_reader');
}

/** Makes ivoa.obscore of what is published now; where nothing is, it is left as it is, or without rows. */
function makeView(tables: readonly PublishedTable[]): void {
  const there = relationIn('obscore');
  if (!there && tables.length === 0) return;
  if (there && !(there.isView && there.comment === viewComment))
    throw obscoreError(
      'ObsCoreStateError',
      'there is an ivoa.obscore already that obscore.publish did not make',
      {
        hint: 'Rename or drop it, or create the ObsCore table with published => false.',
      },
    );
  if (!there) makeSchema();
  plv8.execute(`create or replace view ivoa.obscore as\n${unionOf(tables)}`);
  if (there) return;
  commentOnView('ivoa.obscore', viewComment);
  plv8.execute('grant select on ivoa.obscore to almagest_reader');
}

/** Keeps with each definition what a search selects of its table, so that it need not be worked out by each. */
function keepSearches(tables: readonly PublishedTable[]): void {
  rows(
    `update obscore.definition d set search = w.search
     from obscore.definition e
     left join unnest($1::text[], $2::text[], $3::text[]) as w (registry, table_name, search)
       on w.registry = e.registry and w.table_name = e.table_name
     where d.registry = e.registry and d.table_name = e.table_name and d.search is distinct from w.search`,
    [
      tables.map(({ registry }) => registry),
      tables.map(({ tableName }) => tableName),
      tables.map(standardList),
    ],
  );
}

/** Instruments whose observations the tables may have. */
function instrumentsOf(tables: readonly PublishedTable[]): Set<string> {
  const names = new Set<string>();
  for (const { registry, config } of tables) {
    const { fallback_instrument: fallback } = JSON.parse(config) as { fallback_instrument?: string | null };
    if (typeof fallback === 'string') names.add(fallback);
    const table = `${plv8.quote_ident(registry)}.instrument`;
    for (const { name } of rows<{ name: string }>(`select name from ${table} order by name`)) names.add(name);
  }
  return names;
}

/** `obscore_lsstcam_imsim`: letters, digits and low lines, and no name that is too long. */
function instrumentViewName(instrument: string): string {
  return shrink(`obscore_${instrument.toLowerCase().replace(/[^a-z0-9]/g, '_')}`);
}

/** The name for an instrument's view, and whether it is there; another's view, or whatever else, keeps its name. */
function findInstrumentView(instrument: string): { name: string; isThere: boolean } {
  const plain = instrumentViewName(instrument);
  const [{ digest }] = rows<{ digest: string }>('select left(md5($1), 8) as digest', [instrument]);
  for (const name of [plain, shrink(`${plain.slice(0, 54)}_${digest}`)]) {
    const there = relationIn(name);
    if (!there) return { name, isThere: false };
    if (there.isView && there.comment === instrumentComment(instrument)) return { name, isThere: true };
  }
  throw obscoreError(
    'ObsCoreStateError',
    `no name is left in schema ivoa for the view of the instrument ${instrument}`,
    { hint: `Rename ivoa.${plain}, which obscore.publish did not make.` },
  );
}

function makeInstrumentViews(instruments: ReadonlySet<string>): void {
  for (const instrument of instruments) {
    const { name, isThere } = findInstrumentView(instrument);
    if (isThere) continue;
    const view = `ivoa.${plv8.quote_ident(name)}`;
    const columns = standardColumns.map((column) => column.name).join(', ');
    plv8.execute(
      `create view ${view} as select ${columns} from ivoa.obscore where instrument_name = ${plv8.quote_literal(instrument)}`,
    );
    commentOnView(view, instrumentComment(instrument));
    plv8.execute(`grant select on ${view} to almagest_reader`);
  }
}

/** Drops views of instruments that no registry has any more, unless something is made of them. */
function dropInstrumentViews(instruments: ReadonlySet<string>): void {
  const kept = [...instruments].map(instrumentComment);
  const prefix = instrumentComment('\u0000').split('\u0000');
  const gone = rows<{ name: string }>(
    `select c.relname::text as name
     from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where n.nspname = 'ivoa' and c.relkind = 'v' and c.relname like 'obscore\\_%'
       and starts_with(obj_description(c.oid, 'pg_class'), $1)
       and right(obj_description(c.oid, 'pg_class'), length($2)) = $2
       and obj_description(c.oid, 'pg_class') <> all ($3)
       and not exists (
         select from pg_depend d join pg_rewrite r on r.oid = d.objid
         where d.classid = 'pg_rewrite'::regclass and d.refobjid = c.oid and r.ev_class <> c.oid)`,
    [...prefix, kept],
  );
  for (const { name } of gone) plv8.execute(`drop view ivoa.${plv8.quote_ident(name)}`);
}

/** A registry's table instrument tells of new instruments as long as one of its ObsCore tables is published. */
function keepInstrumentTrigger(registry: string): void {
  const schema = plv8.quote_ident(registry);
  const trigger = `${schema}.${instrumentTrigger}`;
  const known = () =>
    rows<{ table: boolean; made: boolean; wanted: boolean }>(
      `select to_regclass($1) is not null as table, to_regprocedure($2) is not null as made,
              exists (select from obscore.definition where registry = $3::name and published) as wanted`,
      [`${schema}.instrument`, `${trigger}()`, registry],
    )[0];
  let { table, made, wanted } = known();
  if (table && made !== wanted) {
    // Who else publishes or withdraws a table of this registry is waited for.
    plv8.execute(`lock table ${schema}.instrument in share row exclusive mode`);
    ({ table, made, wanted } = known());
  }
  if (made && !(wanted && table)) plv8.execute(`drop function ${trigger}() cascade`);
  if (made || !wanted || !table) return;
  plv8.execute(`create function ${trigger}()
returns trigger
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform obscore._publish_instruments();
  return null;
end
$$`);
  plv8.execute(
    `comment on function ${trigger}() is 'Makes a view ivoa.obscore_… for each new instrument, with the rights of who published the ObsCore table'`,
  );
  plv8.execute(`create trigger ${instrumentTrigger} after insert on ${schema}.instrument
    for each statement execute function ${trigger}()`);
  plv8.execute(`alter table ${schema}.instrument enable always trigger ${instrumentTrigger}`);
}

/** Views are made by one session at a time: to the end of its transaction. */
export function takePublicationTurn(): void {
  plv8.execute(`select pg_advisory_xact_lock(hashtextextended('almagest ivoa.obscore', 0))`);
}

/** Makes the views of instruments that are new; where none is, no other session is waited for. */
export function publishInstruments(): void {
  if (relationIn('obscore')?.comment !== viewComment) return;
  const lacking = () =>
    [...instrumentsOf(publishedTables())].filter((instrument) => !findInstrumentView(instrument).isThere);
  if (lacking().length === 0) return;
  takePublicationTurn();
  makeInstrumentViews(new Set(lacking()));
}

/**
 * Brings the views to what obscore.definition says is published. To be called whenever that changed for a table of
 * the registry: after an ObsCore table is made or replaced, and before one is dropped.
 * @throws ObsCoreStateError where another's ivoa.obscore is in the way
 */
export function refreshPublication(registry: string): void {
  // Tables are locked before the turn is taken: who registers an instrument has its table locked, and waits for the turn.
  keepInstrumentTrigger(registry);
  takePublicationTurn();
  const tables = publishedTables();
  makeView(tables);
  keepSearches(tables);
  const instruments = instrumentsOf(tables);
  if (tables.length > 0) makeInstrumentViews(instruments);
  dropInstrumentViews(instruments);
}

/** @throws MissingRegistryError, MissingObsCoreTableError */
export function setPublished(
  registryName: string | null,
  tableName: string | null,
  published: boolean,
): void {
  const registry = openRegistry(registryName);
  const changed = rows(
    `update obscore.definition set published = $3 where registry = $1::name and table_name = $2::name
     returning table_name::text`,
    [registry.name, tableName ?? 'obscore', published],
  );
  if (changed.length === 0)
    throw obscoreError(
      'MissingObsCoreTableError',
      `registry ${registry.name} has no ObsCore table '${tableName ?? 'obscore'}'`,
      { hint: 'select * from obscore.tables lists them.' },
    );
  refreshPublication(registry.name);
}
