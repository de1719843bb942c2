/** All rows of an ObsCore table, made at once. */
import type { DatasetType } from '../butler/registry.ts';
import type { Definition } from './definition.ts';
import { obscoreError } from './errors.ts';
import { applyFunction } from './select/apply.ts';
import { fullBuild } from './select/build.ts';
import { grantAsRegistry } from './shared_tables.ts';
import { createIndexes, createTable } from './table.ts';

/** The configured dataset types that the registry has, by name. */
export function datasetTypesOf({ registry, config }: Definition): DatasetType[] {
  return registry.datasetTypes(config.datasetTypes.map(({ name }) => name));
}

/** Makes the table with its rows, then its indexes, rights and statistics. */
export function buildTable(definition: Definition): void {
  const { registry, tableName, config } = definition;
  const table = registry.table(tableName);
  for (const statement of [
    ...createTable(registry, tableName, config),
    ...fullBuild(definition, table),
    ...createIndexes(registry, tableName, config),
    `analyze ${table}`,
  ])
    plv8.execute(statement);
  grantAsRegistry(registry, tableName);
  requireNoErrors(definition);
}

/** @throws ObsCoreRecordError where errors are not recorded, and there is one */
export function requireNoErrors({ registry, tableName, onError }: Definition): void {
  if (onError !== 'raise') return;
  const [error] = registry.rows<{ type: string; id: string | null; column: string; reason: string }>(
    `select dataset_type as type, dataset_id as id, column_name as column, reason from obscore.error
     where registry = $1::name and table_name = $2::name
     order by dataset_id nulls first limit 1`,
    [registry.name, tableName],
  );
  if (!error) return;
  const { type, id, column, reason } = error;
  const what = id === null ? `dataset type ${type}` : `dataset ${id} of type ${type}`;
  throw obscoreError('ObsCoreRecordError', `${what}, column ${column}: ${reason}`, {
    hint: "Repair the cause, or take on_error => 'record': the row has NULL then, and obscore.error says why.",
  });
}

/** Makes, or makes anew, the functions that bring rows up to date. */
export function makeApplyFunctions(definition: Definition): void {
  for (const datasetType of datasetTypesOf(definition))
    for (const statement of applyFunction(definition, datasetType)) plv8.execute(statement);
}

export function rowCount({ registry, tableName }: Definition): bigint {
  const [{ n }] = registry.rows<{ n: bigint }>(`select count(*) as n from ${registry.table(tableName)}`);
  return n;
}
