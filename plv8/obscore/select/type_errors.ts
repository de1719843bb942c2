/** What a configuration asks of a dataset type that no dataset of it can have. */
import type { DatasetType } from '../../butler/registry.ts';
import type { Definition } from '../definition.ts';
import { sqlText } from '../format/compile.ts';
import { planOf } from './rows.ts';

/** Statements by which obscore.error says what is wrong for every dataset of a type, and nothing else of the type. */
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
