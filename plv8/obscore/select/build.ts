/** Every row of an ObsCore table, made at once. */
import type { DatasetType } from '../../butler/registry.ts';
import { columnsOf } from '../columns.ts';
import type { Definition } from '../definition.ts';
import { sqlText } from '../format/compile.ts';
import { allDatasets } from './datasets.ts';
import { planOf, rowsOf } from './rows.ts';

/** Configured dataset types that the registry has. */
function typesOf({ registry, config }: Definition): DatasetType[] {
  return registry.datasetTypes(config.datasetTypes.map(({ name }) => name));
}

/** What is wrong with the templates of a dataset type, whatever its datasets are, goes into obscore.error. */
export function typeErrors(definition: Definition, datasetType: DatasetType): string[] {
  const { registry, tableName } = definition;
  const identity = `registry = ${sqlText(registry.name)} and table_name = ${sqlText(tableName)}`;
  const { complaints } = planOf(definition, datasetType);
  const values = complaints.map(
    ({ column, reason }) =>
      `(${[registry.name, tableName, datasetType.name, column, reason].map(sqlText).join(', ')})`,
  );
  return [
    `delete from obscore.error where ${identity} and dataset_type = ${sqlText(datasetType.name)} and dataset_id is null`,
    ...(values.length === 0
      ? []
      : [
          `insert into obscore.error (registry, table_name, dataset_type, column_name, reason) values ${values.join(', ')}`,
        ]),
  ];
}

/**
 * Statements that fill an empty table, and obscore.error.
 * @param target the table, quoted
 */
export function fullBuild(definition: Definition, target: string): string[] {
  const { registry, tableName, config } = definition;
  const columns = columnsOf(config).map(({ name }) => plv8.quote_ident(name));
  const identity = [registry.name, tableName].map(sqlText);
  return [
    `delete from obscore.error where registry = ${identity[0]} and table_name = ${identity[1]}`,
    ...typesOf(definition).flatMap((datasetType) => {
      const rows = rowsOf(definition, datasetType, allDatasets(definition, datasetType));
      const list = columns.map((name) => `r.${name}`).join(', ');
      return [
        `insert into ${target} (${columns.join(', ')}) select ${list} from (${rows}) r`,
        `insert into obscore.error (registry, table_name, dataset_type, dataset_id, column_name, reason)
         select ${identity.join(', ')}, ${sqlText(datasetType.name)}, r.registry_dataset_id, c.value ->> 0, c.value ->> 1
         from (${rows}) r, jsonb_array_elements(r.complaints) c (value)
         where r.complaints is not null`,
        ...typeErrors(definition, datasetType),
      ];
    }),
  ];
}
