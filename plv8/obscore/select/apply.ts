/** Functions that bring the rows of some datasets of one type to the truth. */
import { entityName } from '../../butler/names.ts';
import type { DatasetType } from '../../butler/registry.ts';
import { columnsOf } from '../columns.ts';
import { lockDataIds } from '../data_id_lock.ts';
import type { Definition } from '../definition.ts';
import { obscoreErrors } from '../errors.ts';
import { sqlText } from '../format/compile.ts';
import { candidates, dataIdsOf, datasetsAmong } from './datasets.ts';
import { rowsOf, type Size } from './rows.ts';

/** Up to so many datasets, statements are planned once a session and look records up one by one. */
const FEW = 100;

/** The function of a table and dataset type, with its schema, quoted; it takes `uuid[]`. */
export function applyFunctionName({ registry, tableName }: Definition, datasetType: DatasetType): string {
  return registry.table(entityName('almagest_obscore_apply', tableName, String(datasetType.id)));
}

/**
 * The statement that does it. It gives the number of rows that it changed, and, where errors are not recorded, the
 * first of them.
 */
function change(
  definition: Definition,
  datasetType: DatasetType,
  ids: string,
  size: Size,
  into = '',
): string {
  const { registry, tableName, config, onError } = definition;
  const table = registry.table(tableName);
  const names = columnsOf(config).map(({ name }) => plv8.quote_ident(name));
  const others = names.filter((name) => name !== 'registry_dataset_id');
  const list = (alias: string, columns: readonly string[]) =>
    columns.map((name) => `${alias}.${name}`).join(', ');
  const type = sqlText(datasetType.name);
  const identity = `e.registry = ${sqlText(registry.name)} and e.table_name = ${sqlText(tableName)}`;
  const isChained = config.collectionType === 'CHAINED';
  const concerned = isChained
    ? `select t.dataset_id from ${candidates(definition, datasetType, ids)} union select i.id from unnest(${ids}) i (id)`
    : `select distinct i.id as dataset_id from unnest(${ids}) i (id)`;
  return `
with truth as materialized (${rowsOf(definition, datasetType, datasetsAmong(definition, datasetType, ids), size)}
),
concerned as materialized (${concerned}),
gone as (
  delete from ${table} o
  using concerned c
  where o.registry_dataset_id = c.dataset_id
    and not exists (select from truth r where r.registry_dataset_id = c.dataset_id)
  returning 1
),
put as (
  insert into ${table} as o (${names.join(', ')})
  select ${list('r', names)}
  from truth r
  order by r.registry_dataset_id
  on conflict (registry_dataset_id) do update
  set ${others.map((name) => `${name} = excluded.${name}`).join(', ')}
  where row(${list('o', others)}) is distinct from row(${list('excluded', others)})
  returning 1
),
complaint as materialized (
  select r.registry_dataset_id as dataset_id, c.value ->> 0 as column_name, c.value ->> 1 as reason
  from truth r, jsonb_array_elements(r.complaints) c (value)
  where r.complaints is not null
)${
    onError === 'raise'
      ? ''
      : `,
settled as (
  delete from obscore.error e
  using concerned c
  where ${identity} and e.dataset_id = c.dataset_id
    and not exists (
      select from complaint n
      where n.dataset_id = e.dataset_id and n.column_name = e.column_name and n.reason = e.reason)
),
noted as (
  insert into obscore.error (registry, table_name, dataset_type, dataset_id, column_name, reason)
  select ${sqlText(registry.name)}, ${sqlText(tableName)}, ${type}, n.dataset_id, n.column_name, n.reason
  from complaint n
  where not exists (
    select from obscore.error e
    where ${identity} and e.dataset_id = n.dataset_id and e.column_name = n.column_name and e.reason = n.reason)
)`
  }
select (select count(*) from gone) + (select count(*) from put),
  ${onError === 'raise' ? `(select format('dataset %s, column %s: %s', n.dataset_id, n.column_name, n.reason) from complaint n limit 1)` : 'null::text'}${into}`;
}

/** Statements that make the function. */
export function applyFunction(definition: Definition, datasetType: DatasetType): string[] {
  const name = applyFunctionName(definition, datasetType);
  const { registry, tableName, config } = definition;
  // One session at a time decides which dataset is found first; it looks at them in a later statement.
  const lock = lockDataIds(registry, datasetType, `(${dataIdsOf(datasetType, '$1')}) s`);
  const isChained = config.collectionType === 'CHAINED';
  const body = `
declare
  changed int8;
  complaint text;
begin
  if cardinality(ids) <= ${FEW} then${isChained ? `\n    ${lock};` : ''}
    ${change(definition, datasetType, '$1', 'few', '\n  into changed, complaint')};
  else${isChained ? `\n    execute ${plv8.quote_literal(lock)} using ids;` : ''}
    execute ${plv8.quote_literal(change(definition, datasetType, '$1', 'few'))} into changed, complaint using ids;
  end if;
  if complaint is not null then
    raise exception using errcode = '${obscoreErrors.ObsCoreRecordError}', message = 'ObsCoreRecordError: ' || complaint,
      hint = 'The table was made with on_error => ''raise'': repair the cause, or make it with ''record''.';
  end if;
  return changed;
end
`;
  return [
    `create or replace function ${name}(ids uuid[]) returns int8
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
set enable_mergejoin = off
set jit = off
as ${plv8.quote_literal(`#variable_conflict use_column\n${body}`)}`,
    `comment on function ${name}(uuid[]) is ${plv8.quote_literal(
      `Brings the rows of datasets of type ${datasetType.name} in the ObsCore table ${tableName} of registry ${registry.name} up to date; of a table that finds first, those of all datasets with the same data IDs. Returns how many rows changed.`,
    )}`,
    `revoke execute on function ${name}(uuid[]) from public`,
  ];
}
