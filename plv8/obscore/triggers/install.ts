/** The triggers of a registry's tables, by which its ObsCore tables are kept: made, brought up to date, taken away. */
import { associationTables } from '../../butler/additions.ts';
import type { Registry } from '../../butler/registry.ts';
import type { Definition } from '../definition.ts';
import { chainFunction, collectionFunction, editFunction } from './collections.ts';
import { datasetTypeFunction } from './dataset_types.ts';
import { datasetFunction } from './datasets.ts';
import {
  type Event,
  editTable,
  functionName,
  functionPattern,
  triggerName,
  triggerPattern,
} from './names.ts';
import { elementsUsed, recordFunction } from './records.ts';
import { keptDefinitions } from './subjects.ts';

/** A table with triggers, and the statements that make their function. */
interface Kept {
  /** Not quoted. */
  readonly table: string;
  readonly events: readonly Event[];
  readonly statements: readonly string[];
}

const allEvents: readonly Event[] = ['insert', 'update', 'delete', 'truncate'];

const transition: Readonly<Record<Event, string>> = {
  insert: 'referencing new table as new_rows',
  update: 'referencing old table as old_rows new table as new_rows',
  delete: 'referencing old table as old_rows',
  truncate: '',
};

/** Everything that keeps these ObsCore tables. */
function keptTables(registry: Registry, definitions: readonly Definition[]): Kept[] {
  if (definitions.length === 0) return [];
  const tags = registry
    .rows<{ name: string }>(
      `select c.relname::text as name
       from pg_class c join pg_namespace n on n.oid = c.relnamespace
       where n.nspname = $1::name and c.relkind = 'r' and format('%I.%I', n.nspname, c.relname) = any($2::text[])
       order by c.relname`,
      [registry.name, associationTables(registry, 'tags')],
    )
    .map(({ name }) => name);
  return [
    ...tags.map((table) => ({
      table,
      events: allEvents,
      statements: datasetFunction(registry, table, definitions),
    })),
    { table: 'collection', events: allEvents, statements: collectionFunction(registry, definitions) },
    { table: 'collection_chain', events: allEvents, statements: chainFunction(registry) },
    { table: 'dataset_type', events: allEvents, statements: datasetTypeFunction(registry, definitions) },
    ...elementsUsed(registry, definitions).map(({ element, mayComeLate }) => ({
      table: element.name,
      events: mayComeLate ? allEvents : (['update', 'truncate'] as const),
      statements: recordFunction(registry, element, definitions),
    })),
  ];
}

/**
 * Makes the triggers that keep an ObsCore table, and all others of its registry. Unless told otherwise it waits for
 * all who write what the rows are made of, and keeps others off until the transaction ends: nothing is missed
 * between what is read then and what the triggers see later.
 * @param options.lock false: only where a table has no trigger yet
 */
export function installTriggers(definition: Definition, { lock = true }: { lock?: boolean } = {}): void {
  const { registry, tableName } = definition;
  const others = keptDefinitions(registry).filter((other) => other.tableName !== tableName);
  serialiseInstallation(registry);
  update(registry, definition.mode === 'matview' ? others : [...others, definition], lock);
}

/** Takes away what keeps an ObsCore table, and with the last one of its registry all triggers. */
export function removeTriggers({ registry, tableName }: Definition): void {
  serialiseInstallation(registry);
  const others = keptDefinitions(registry).filter((other) => other.tableName !== tableName);
  // Dropping a trigger waits for readers, too.
  if (others.length === 0) lockKept(registry, 'access exclusive');
  update(registry, others, true);
}

/** Of sessions that make the same functions at once, the second waits here instead of failing. */
export function serialiseInstallation({ name }: Registry): void {
  plv8.execute(`select pg_advisory_xact_lock(hashtextextended('almagest obscore triggers ' || $1, 0))`, [
    name,
  ]);
}

/** Brings the triggers of a registry up to date, after a dataset type came or went. */
export function refreshTriggers(registry: Registry): void {
  update(registry, keptDefinitions(registry), false);
}

/** Waits for all who write tables that have these triggers, and keeps others off until the transaction ends. */
export function lockKept(registry: Registry, mode: LockMode = 'share row exclusive'): void {
  const tables = [...new Set(triggersThere(registry).map(({ table }) => table))].filter(
    (name) => name !== editTable,
  );
  lockTables(registry, tables, mode);
}

type LockMode = 'share row exclusive' | 'access exclusive';

/**
 * Waits for all who write tables that have no triggers yet and are to have them for this definition, and keeps others
 * off until the transaction ends.
 */
export function lockUnkept(definition: Definition): void {
  const { registry } = definition;
  const kept = new Set(triggersThere(registry).map(({ table }) => table));
  const tables = keptTables(registry, [definition]).map(({ table }) => table);
  lockTables(
    registry,
    tables.filter((table) => !kept.has(table)),
  );
}

function lockTables(
  registry: Registry,
  tables: readonly string[],
  mode: LockMode = 'share row exclusive',
): void {
  if (tables.length === 0) return;
  plv8.execute(`lock table ${tables.map((name) => registry.table(name)).join(', ')} in ${mode} mode`);
}

function update(registry: Registry, definitions: readonly Definition[], lock: boolean): void {
  const kept = keptTables(registry, definitions);
  if (lock)
    lockTables(
      registry,
      kept.map(({ table }) => table),
    );
  if (kept.length > 0) makeEditTable(registry);
  for (const { statements } of kept) for (const statement of statements) plv8.execute(statement);
  const there = triggersThere(registry);
  const has = (table: string, name: string) =>
    there.some((trigger) => trigger.table === table && trigger.name === name);
  for (const { table, events } of kept)
    for (const event of events) {
      const name = triggerName(event);
      if (has(table, name)) continue;
      plv8.execute(`create trigger ${name} after ${event} on ${registry.table(table)} ${transition[event]}
        for each statement execute function ${registry.table(functionName(table))}()`);
      plv8.execute(`alter table ${registry.table(table)} enable always trigger ${name}`);
    }
  const wanted = new Set(
    kept.flatMap(({ table, events }) => events.map((event) => JSON.stringify([table, triggerName(event)]))),
  );
  for (const { table, name } of there)
    if (table !== editTable && !wanted.has(JSON.stringify([table, name])))
      plv8.execute(`drop trigger ${plv8.quote_ident(name)} on ${registry.table(table)}`);
  if (kept.length === 0) plv8.execute(`drop table if exists ${registry.table(editTable)}`);
  dropFunctions(registry, kept.length === 0 ? [] : [editTable, ...kept.map(({ table }) => table)]);
}

function triggersThere(registry: Registry): { table: string; name: string }[] {
  return registry.rows<{ table: string; name: string }>(
    `select c.relname::text as table, t.tgname::text as name
     from pg_trigger t
     join pg_class c on c.oid = t.tgrelid
     join pg_namespace n on n.oid = c.relnamespace
     where n.nspname = $1::name and t.tgname ~ $2`,
    [registry.name, triggerPattern],
  );
}

function makeEditTable(registry: Registry): void {
  const table = registry.table(editTable);
  const [{ known }] = registry.rows<{ known: boolean }>('select to_regclass($1) is not null as known', [
    table,
  ]);
  for (const statement of editFunction(registry)) plv8.execute(statement);
  if (known) return;
  const name = triggerName('commit');
  for (const statement of [
    `create table ${table} (collection_id bigint, change text not null)`,
    `comment on table ${table} is 'Collections that the transaction has changed, until it ends: always empty for others'`,
    `comment on column ${table}.collection_id is 'The collection; NULL for edits of chains'`,
    `comment on column ${table}.change is 'made, renamed, removed or chains'`,
    `create constraint trigger ${name} after insert on ${table} deferrable initially deferred
      for each row execute function ${registry.table(functionName(editTable))}()`,
    `alter table ${table} enable always trigger ${name}`,
  ])
    plv8.execute(statement);
}

/** Drops the trigger functions of all tables but those named. */
function dropFunctions(registry: Registry, kept: readonly string[]): void {
  const rows = registry.rows<{ name: string }>(
    `select p.proname::text as name
     from pg_proc p join pg_namespace n on n.oid = p.pronamespace
     where n.nspname = $1::name and p.proname ~ $2 and p.prorettype = 'trigger'::regtype and p.proname <> all($3::text[])`,
    [registry.name, functionPattern, kept.map(functionName)],
  );
  for (const { name } of rows) plv8.execute(`drop function ${registry.table(name)}()`);
}
