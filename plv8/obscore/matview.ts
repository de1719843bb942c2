/** ObsCore tables that are materialized views: the registry as of their last refresh. */
import { datasetTypesOf, requireNoErrors } from './build.ts';
import { columnsOf } from './columns.ts';
import type { Definition } from './definition.ts';
import { refreshMembers } from './members.ts';
import { allDatasets } from './select/datasets.ts';
import { rowsOf } from './select/rows.ts';
import { typeErrors } from './select/type_errors.ts';
import { grantAsRegistry } from './shared_tables.ts';
import { comments, createIndexes, keyName, qualifiedType } from './table.ts';

/** The comment on the view's key, by which it is known of which dataset types its query is. */
function typesComment(definition: Definition): string {
  const ids = datasetTypesOf(definition).map(({ id }) => id);
  return `One row a dataset, of the dataset types ${ids.join(', ') || '(none)'}`;
}

/**
 * Makes the materialized view with its rows, indexes and rights. It is filled by a refresh, whose rows are there for
 * every transaction, also for those that began before.
 * @param name what it is called until it takes the place of one that is there
 */
export function createView(definition: Definition, name = definition.tableName): void {
  const { registry, config } = definition;
  const view = registry.table(name);
  const columns = columnsOf(config).map(({ name, sqlType }) => ({
    name: plv8.quote_ident(name),
    type: qualifiedType(sqlType),
  }));
  const list = columns.map(({ name }) => `r.${name}`).join(', ');
  const queries = datasetTypesOf(definition).map(
    (datasetType) =>
      `select ${list} from (${rowsOf(definition, datasetType, allDatasets(definition, datasetType))}) r`,
  );
  const none = `select ${columns.map(({ name, type }) => `null::${type} as ${name}`).join(', ')} where false`;
  for (const statement of [
    `create materialized view ${view} as\n${queries.join('\nunion all\n') || none}\nwith no data`,
    `refresh materialized view ${view}`,
    ...comments(registry, name, config, 'materialized view'),
    ...createIndexes(registry, name, config, 'materialized view'),
    `comment on index ${registry.table(keyName(name))} is ${plv8.quote_literal(typesComment(definition))}`,
    `analyze ${view}`,
  ])
    plv8.execute(statement);
  grantAsRegistry(registry, name);
  recordErrors(definition);
}

/** Whether the view's query is of all dataset types that are configured and in the registry, and of no other. */
export function isOfItsTypes(definition: Definition): boolean {
  const { registry, tableName } = definition;
  const [{ comment }] = registry.rows<{ comment: string | null }>(
    `select obj_description($1::regclass, 'pg_class') as comment`,
    [registry.table(keyName(tableName))],
  );
  return comment === typesComment(definition);
}

/**
 * Refreshes the view, and lets readers go on meanwhile.
 * @returns rows that came or went; one that changed does both, and counts once
 */
export function refreshView(definition: Definition): bigint {
  const { registry, tableName } = definition;
  const view = registry.table(tableName);
  refreshMembers(definition);
  const counts = () =>
    registry.rows<{ came: bigint; went: bigint }>(
      `select pg_stat_get_xact_tuples_inserted($1::regclass) as came, pg_stat_get_xact_tuples_deleted($1::regclass) as went`,
      [view],
    )[0];
  const before = counts();
  plv8.execute(`refresh materialized view concurrently ${view}`);
  const after = counts();
  recordErrors(definition);
  registry.rows(
    'update obscore.definition set built = clock_timestamp() where registry = $1::name and table_name = $2::name',
    [registry.name, tableName],
  );
  const [came, went] = [after.came - before.came, after.went - before.went];
  if (went > came) return went;
  return came;
}

/** Makes obscore.error say what is wrong in the view's rows, and keeps since when. */
function recordErrors(definition: Definition): void {
  const { registry, tableName } = definition;
  for (const datasetType of datasetTypesOf(definition)) {
    for (const statement of typeErrors(definition, datasetType)) plv8.execute(statement);
    const [{ found }] = registry.rows<{ found: string }>(
      `select coalesce(jsonb_agg(jsonb_build_object('dataset_id', r.registry_dataset_id, 'column_name', c.value ->> 0,
                                                    'reason', c.value ->> 1)), '[]')::text as found
       from (${rowsOf(definition, datasetType, allDatasets(definition, datasetType))}) r,
         jsonb_array_elements(r.complaints) c (value)
       where r.complaints is not null`,
    );
    const values = [registry.name, tableName, datasetType.name, found];
    const rows = 'jsonb_to_recordset($4::text::jsonb) f (dataset_id uuid, column_name text, reason text)';
    registry.rows(
      `delete from obscore.error e
       where e.registry = $1::name and e.table_name = $2::name and e.dataset_type = $3 and e.dataset_id is not null
         and not exists (
           select from ${rows}
           where f.dataset_id = e.dataset_id and f.column_name = e.column_name and f.reason = e.reason)`,
      values,
    );
    registry.rows(
      `insert into obscore.error (registry, table_name, dataset_type, dataset_id, column_name, reason)
       select $1, $2, $3, f.dataset_id, f.column_name, f.reason from ${rows}
       on conflict (registry, table_name, dataset_id, column_name) do nothing`,
      values,
    );
  }
  requireNoErrors(definition);
}
