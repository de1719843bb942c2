/** Rows brought up to date: those of changes that were collected, of errors to be tried again, of given datasets. */
import type { DatasetType } from '../butler/registry.ts';
import { attempt } from './attempt.ts';
import { datasetTypesOf } from './build.ts';
import { type Definition, definitionIn, openDefinition } from './definition.ts';
import { holdOffRebuilds, holdOffRefreshes, stopWrites } from './locks.ts';
import { isOfItsTypes, refreshView } from './matview.ts';
import { type MemberChange, pendingTable } from './members.ts';
import { rebuildObsCore } from './rebuild.ts';
import { requireReadCommitted, requireRights } from './require.ts';
import { applyFunctionName } from './select/apply.ts';
import { followCollections } from './triggers/follow.ts';

/**
 * Brings a table up to date, as its mode asks for it.
 * @returns rows changed
 * @throws MissingObsCoreTableError
 */
export function refreshObsCore(tableName: string | null, registry: string | null): bigint {
  const definition = beginRefresh(openDefinition(registry, tableName), 'obscore.refresh');
  switch (definition.mode) {
    case 'matview':
      return isOfItsTypes(definition)
        ? refreshView(definition)
        : rebuildObsCore(definition.tableName, null, definition.registry.name);
    case 'manual':
      return followCollections(definition) + applyPending(definition) + retryErrors(definition);
    case 'live':
      return withoutWriters(definition, () => applyPending(definition) + retryErrors(definition));
  }
}

/** Brings rows that were found to be wrong up to date; returns how many changed. */
export function repair(known: Definition, ids: readonly (string | null)[]): bigint {
  const definition = beginRefresh(known, 'obscore.verify, where it repairs,');
  if (definition.mode === 'matview') return refreshObsCore(definition.tableName, definition.registry.name);
  return definition.mode === 'manual'
    ? followCollections(definition) + applyIds(definition, ids)
    : withoutWriters(definition, () => followCollections(definition) + applyIds(definition, ids));
}

/** Waits for others who refresh or rebuild the table, and returns what it then is. */
function beginRefresh({ registry, tableName }: Definition, what: string): Definition {
  requireReadCommitted(what);
  requireRights(registry);
  holdOffRebuilds(registry, tableName);
  holdOffRefreshes(registry, tableName);
  return definitionIn(registry, tableName);
}

/** Writers of a live table bring the same rows up to date, and what this sees could be older than what they wrote. */
function withoutWriters<T>({ registry }: Definition, body: () => T): T {
  return attempt(() => {
    stopWrites(registry);
    return body();
  });
}

/**
 * Applies what almagest_obscore_pending has recorded for a table, and takes it from there. Nobody else may bring these
 * rows up to date meanwhile, or they record again what they changed.
 * @param recordedFor the name under which it was recorded: that of the table which this one is to replace
 * @returns rows changed
 */
export function applyPending(definition: Definition, recordedFor = definition.tableName): bigint {
  const { registry } = definition;
  const pending = registry.table(pendingTable);
  const types = datasetTypesOf(definition);
  let changed = 0n;
  for (const datasetType of types)
    changed += applyFrom(
      definition,
      datasetType,
      `delete from ${pending} where table_name = $1::name and dataset_type_id = $2 returning dataset_id`,
      [recordedFor, datasetType.id],
    );
  // Not those of the types above, of which there may be more by now.
  return (
    changed +
    removeRows(
      definition,
      `delete from ${pending} where table_name = $1::name and dataset_type_id <> all($2::int8[]) returning dataset_id`,
      [recordedFor, types.map(({ id }) => id)],
    )
  );
}

/** Tries again every dataset of which obscore.error tells; returns rows changed. */
export function retryErrors(definition: Definition): bigint {
  const { registry, tableName } = definition;
  let changed = 0n;
  for (const datasetType of datasetTypesOf(definition))
    changed += applyFrom(
      definition,
      datasetType,
      `select dataset_id from obscore.error
       where registry = $1::name and table_name = $2::name and dataset_type = $3 and dataset_id is not null`,
      [registry.name, tableName, datasetType.name],
    );
  return changed;
}

/** Brings rows of these datasets up to date, whatever they are of, also where they are gone. */
export function applyIds(definition: Definition, ids: readonly (string | null)[]): bigint {
  const { registry } = definition;
  let changed = 0n;
  for (const datasetType of datasetTypesOf(definition))
    changed += applyFrom(
      definition,
      datasetType,
      `select i.id as dataset_id from unnest($1::uuid[]) i (id)
       join ${registry.table('dataset')} d on d.id = i.id and d.dataset_type_id = $2`,
      [ids, datasetType.id],
    );
  return changed + removeRows(definition, 'select unnest($1::uuid[]) as dataset_id', [ids]);
}

/** Brings the rows of all datasets in collections up to date that came to the table, left it, or moved in it. */
export function applyMembers(definition: Definition, changes: readonly MemberChange[]): bigint {
  if (changes.length === 0) return 0n;
  let changed = 0n;
  for (const datasetType of datasetTypesOf(definition))
    changed += applyFrom(
      definition,
      datasetType,
      `select dataset_id from ${datasetType.tags} where dataset_type_id = $1 and collection_id = any($2::int8[])`,
      [datasetType.id, changes.map(({ id }) => id)],
    );
  return changed;
}

/** Applies what a query of dataset_id gives; the ids stay in the server. */
function applyFrom(
  definition: Definition,
  datasetType: DatasetType,
  query: string,
  values: readonly unknown[],
): bigint {
  const [row] = definition.registry.rows<{ changed: bigint }>(
    `with given as (${query}), ids as materialized (select array_agg(distinct dataset_id) as ids from given)
     select ${applyFunctionName(definition, datasetType)}(ids) as changed from ids where ids is not null`,
    values,
  );
  return row?.changed ?? 0n;
}

/** Removes those rows among a query's datasets that are of no dataset type of the table, or of no dataset any more. */
function removeRows(definition: Definition, query: string, values: readonly unknown[]): bigint {
  const { registry, tableName, config } = definition;
  const place = values.length + 1;
  const [{ n }] = registry.rows<{ n: bigint }>(
    `with given as (${query}), gone as (
       delete from ${registry.table(tableName)} o
       using (select distinct dataset_id from given) g
       where o.registry_dataset_id = g.dataset_id and not exists (
         select from ${registry.table('dataset')} d join ${registry.table('dataset_type')} t on t.id = d.dataset_type_id
         where d.id = g.dataset_id and t.name = any($${place}::text[]))
       returning 1
     )
     select count(*) as n from gone`,
    [...values, config.datasetTypes.map(({ name }) => name)],
  );
  return n;
}
