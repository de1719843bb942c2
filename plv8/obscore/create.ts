/** ObsCore tables made, and dropped. */
import { openRegistry, type Registry } from '../butler/registry.ts';
import { buildTable, datasetTypesOf, makeApplyFunctions, rowCount } from './build.ts';
import { type Definition, definitionIn, givenConfig, type Mode, type OnError } from './definition.ts';
import { obscoreError } from './errors.ts';
import { dropFootprints, prepareFootprints } from './footprints.ts';
import { beginRebuild } from './locks.ts';
import { createView } from './matview.ts';
import { memberTable, pendingTable, refreshMembers, requireCollections } from './members.ts';
import { refreshPublication } from './publish.ts';
import { requireFreeName, requireReadCommitted, requireRights } from './require.ts';
import { applyFunctionName } from './select/apply.ts';
import { dropSharedTables, makeSharedTables } from './shared_tables.ts';
import { installTriggers, removeTriggers } from './triggers/install.ts';

const modes: readonly Mode[] = ['live', 'manual', 'matview'];
const reactions: readonly OnError[] = ['record', 'raise'];

/** @throws ObsCoreStateError for what is none of the choices */
export function givenChoice<T extends string>(what: string, given: string | null, choices: readonly T[]): T {
  const found = choices.find((choice) => choice === given);
  if (found) return found;
  throw obscoreError('ObsCoreStateError', `there is no ${what} '${given ?? 'NULL'}'`, {
    hint: `The choices are ${choices.map((choice) => `'${choice}'`).join(', ')}.`,
  });
}

export interface Creation {
  readonly registry: string | null;
  readonly config: string;
  readonly mode: string | null;
  readonly onError: string | null;
  readonly published: boolean;
}

/**
 * Makes an ObsCore table and all that keeps it up to date.
 * @returns its rows
 * @throws MissingRegistryError, ObsCoreConfigError, ObsCoreStateError, MissingCollectionError
 */
export function createObsCore(creation: Creation): bigint {
  const registry = openRegistry(creation.registry);
  const config = givenConfig(creation.config);
  const definition: Definition = {
    registry,
    tableName: config.tableName,
    mode: givenChoice('mode', creation.mode, modes),
    onError: givenChoice('on_error', creation.onError, reactions),
    published: creation.published,
    config,
    configText: creation.config,
  };
  requireReadCommitted('obscore.create');
  requireRights(registry);
  requireFreeName(registry, config.tableName);
  requireCollections(definition);
  makeSharedTables(registry);
  prepareFootprints(registry, { pgsphere: config.pgsphere !== null });
  insertDefinition(definition);
  // From here on nobody changes what the rows are made of, until the table is there to be kept up to date.
  if (definition.mode !== 'matview') installTriggers(definition);
  refreshMembers(definition);
  if (definition.mode === 'matview') createView(definition);
  else {
    buildTable(definition);
    makeApplyFunctions(definition);
  }
  if (definition.published) refreshPublication(registry.name);
  return rowCount(definition);
}

export function insertDefinition({
  registry,
  tableName,
  mode,
  onError,
  published,
  configText,
}: Definition): void {
  registry.rows(
    `insert into obscore.definition (registry, table_name, mode, on_error, published, config)
     values ($1, $2, $3, $4, $5, $6::text::json)`,
    [registry.name, tableName, mode, onError, published, configText],
  );
}

/**
 * Drops an ObsCore table with what keeps it up to date, and with the last one of a registry what they share.
 * @throws MissingObsCoreTableError; an error where views or tables of others depend on it
 */
export function dropObsCore(registry: Registry, tableName: string): void {
  requireRights(registry);
  beginRebuild(registry, tableName);
  const definition = definitionIn(registry, tableName);
  const isThere =
    registry.rows(`select from pg_namespace where nspname = $1::name`, [registry.name]).length > 0;
  const identity = [registry.name, tableName];
  if (!isThere) {
    registry.rows(
      'delete from obscore.definition where registry = $1::name and table_name = $2::name',
      identity,
    );
    return;
  }
  if (definition.mode !== 'matview') removeTriggers(definition);
  registry.rows(
    'update obscore.definition set published = false where registry = $1::name and table_name = $2::name',
    identity,
  );
  if (definition.published) refreshPublication(registry.name);
  const kind = definition.mode === 'matview' ? 'materialized view' : 'table';
  plv8.execute(`drop ${kind} if exists ${registry.table(tableName)}`);
  if (definition.mode !== 'matview') dropApplyFunctions(definition);
  for (const shared of [memberTable, pendingTable])
    registry.rows(`delete from ${registry.table(shared)} where table_name = $1::name`, [tableName]);
  registry.rows(
    'delete from obscore.definition where registry = $1::name and table_name = $2::name',
    identity,
  );
  const others = registry.rows('select from obscore.definition where registry = $1::name', [registry.name]);
  if (others.length > 0) return;
  dropFootprints(registry);
  dropSharedTables(registry);
}

/** Drops the functions that bring rows up to date, or those of dataset types that another definition does not have. */
export function dropApplyFunctions(definition: Definition, kept?: Definition): void {
  const names = new Set(kept && datasetTypesOf(kept).map(({ name }) => name));
  for (const datasetType of datasetTypesOf(definition))
    if (!names.has(datasetType.name))
      plv8.execute(`drop function if exists ${applyFunctionName(definition, datasetType)}(uuid[])`);
}

/** Drops all ObsCore tables of a registry that is about to be forgotten. */
export function dropRegistryTables(registry: Registry): void {
  const tables = registry.rows<{ name: string }>(
    'select table_name::text as name from obscore.definition where registry = $1::name order by table_name',
    [registry.name],
  );
  for (const { name } of tables) dropObsCore(registry, name);
}
