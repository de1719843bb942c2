/** Every row of an ObsCore table, made at once. */
import type { DatasetType } from '../../butler/registry.ts';
import { columnsOf } from '../columns.ts';
import type { Definition } from '../definition.ts';
import { obscoreErrors } from '../errors.ts';
import { sqlText } from '../format/compile.ts';
import { refusalHint } from './apply.ts';
import { allDatasets } from './datasets.ts';
import { rowsOf } from './rows.ts';
import { typeErrors } from './type_errors.ts';

/** Configured dataset types that the registry has. */
function typesOf({ registry, config }: Definition): DatasetType[] {
  return registry.datasetTypes(config.datasetTypes.map(({ name }) => name));
}

/**
 * Statements that fill an empty table, and obscore.error.
 * @param target the table, quoted
 */
export function fullBuild(definition: Definition, target: string): string[] {
  const { registry, tableName, config, onError } = definition;
  const names = columnsOf(config).map(({ name }) => name);
  const identity = [registry.name, tableName].map(sqlText);
  return [
    `delete from obscore.error where registry = ${identity[0]} and table_name = ${identity[1]}`,
    ...typesOf(definition).flatMap((datasetType) => {
      const note =
        onError === 'raise'
          ? refuse('r.registry_dataset_id', 'r.complaints')
          : `obscore._note_complaints(${[...identity, sqlText(datasetType.name)].join(', ')}, r.registry_dataset_id, r.complaints)`;
      // Every row is made once: what is wrong with some is written where it is met.
      const values = names.map((name) =>
        name === 'registry_dataset_id'
          ? `case when r.complaints is null then r.registry_dataset_id else ${note} end`
          : `r.${plv8.quote_ident(name)}`,
      );
      const rows = rowsOf(definition, datasetType, allDatasets(definition, datasetType));
      return [
        `insert into ${target} (${names.map((name) => plv8.quote_ident(name)).join(', ')})
select ${values.join(', ')} from (${rows}) r`,
        ...typeErrors(definition, datasetType),
      ];
    }),
  ];
}

/** SQL, of type uuid, that ends the statement with the first of a row's complaints. */
function refuse(id: string, complaints: string): string {
  return `butler._raise('${obscoreErrors.ObsCoreRecordError}',
    format('ObsCoreRecordError: dataset %s, column %s: %s', ${id}, ${complaints} -> 0 ->> 0, ${complaints} -> 0 ->> 1),
    null, ${sqlText(refusalHint)})::uuid`;
}
