/** Functions that bring the rows of some datasets of one type to the truth. */
import { entityName } from '../../butler/names.ts';
import type { DatasetType } from '../../butler/registry.ts';
import { columnsOf } from '../columns.ts';
import { lockDataIds } from '../data_id_lock.ts';
import type { Definition } from '../definition.ts';
import { obscoreErrors } from '../errors.ts';
import { sqlText } from '../format/compile.ts';
import { candidatesAmong, dataIdsOf, datasetsAmong, firstOf } from './datasets.ts';
import { rowsOf } from './rows.ts';
import { typeErrors } from './type_errors.ts';

/**
 * Up to so many datasets, statements are planned once a session and look records up one by one. To plan one takes as
 * long as some hundred rows do.
 */
const FEW = 2000;

/** What is to be done about a row that is refused. */
export const refusalHint = "Repair the cause, or have such rows recorded: on_error => 'record'.";

/** The function of a table and dataset type, with its schema, quoted; it takes `uuid[]`. */
export function applyFunctionName({ registry, tableName }: Definition, datasetType: DatasetType): string {
  return registry.table(entityName('almagest_obscore_apply', tableName, String(datasetType.id)));
}

/**
 * The statement that does it. It gives the number of rows that it changed, and a JSON array of the datasets in whose
 * rows something is wrong, each with its complaints.
 */
function change(definition: Definition, datasetType: DatasetType, into = ''): string {
  const { registry, tableName, config } = definition;
  const table = registry.table(tableName);
  const names = columnsOf(config).map(({ name }) => plv8.quote_ident(name));
  const others = names.filter((name) => name !== 'registry_dataset_id');
  const list = (alias: string, columns: readonly string[]) =>
    columns.map((name) => `${alias}.${name}`).join(', ');
  const isChained = config.collectionType === 'CHAINED';
  const source = isChained
    ? firstOf(definition, datasetType, 'select * from candidate')
    : datasetsAmong(definition, datasetType, '$1');
  const candidate = `candidate as materialized (${candidatesAmong(definition, datasetType, '$1')}\n),\n`;
  // An array is looked up row by row, however many others the planner takes it for; a list in memory likewise.
  const concerned = isChained ? 'any(array(select c.dataset_id from candidate c) || $1)' : 'any($1)';
  return `
with ${isChained ? candidate : ''}truth as materialized (${rowsOf(definition, datasetType, source, 'few')}
),
gone as (
  delete from ${table} o
  where o.registry_dataset_id = ${concerned}
    and o.registry_dataset_id not in (select r.registry_dataset_id from truth r)
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
)
select (select count(*) from gone) + (select count(*) from put),
  (select jsonb_agg(jsonb_build_array(r.registry_dataset_id, r.complaints)) from truth r where r.complaints is not null)${into}`;
}

/** What becomes of complaints: they are refused, or in obscore.error from now on, and those that are settled not. */
function settle(definition: Definition, datasetType: DatasetType): string {
  const { registry, tableName, onError, config } = definition;
  if (onError === 'raise')
    return `
  if complaints is not null then
    raise exception using errcode = '${obscoreErrors.ObsCoreRecordError}',
      message = format('ObsCoreRecordError: dataset %s, column %s: %s',
        complaints -> 0 ->> 0, complaints -> 0 -> 1 -> 0 ->> 0, complaints -> 0 -> 1 -> 0 ->> 1),
      hint = ${sqlText(refusalHint)};
  end if;`;
  const identity = [registry.name, tableName].map(sqlText);
  const own = `e.registry = ${identity[0]} and e.table_name = ${identity[1]}`;
  const concerned =
    config.collectionType === 'CHAINED'
      ? `(array(select c.dataset_id from (${candidatesAmong(definition, datasetType, '$1')}) c) || $1)`
      : '($1)';
  return `
  if complaints is not null or exists (select from obscore.error e where ${own}) then
    delete from obscore.error e
    where ${own} and e.dataset_id = any${concerned}
      and (e.dataset_id, e.column_name, e.reason) not in (
        select (d.value ->> 0)::uuid, c.value ->> 0, c.value ->> 1
        from jsonb_array_elements(complaints) d (value), jsonb_array_elements(d.value -> 1) c (value));
    insert into obscore.error (registry, table_name, dataset_type, dataset_id, column_name, reason)
    select ${identity.join(', ')}, ${sqlText(datasetType.name)}, (d.value ->> 0)::uuid, c.value ->> 0, c.value ->> 1
    from jsonb_array_elements(complaints) d (value), jsonb_array_elements(d.value -> 1) c (value)
    order by 4, 5
    on conflict (registry, table_name, dataset_id, column_name) do nothing;
  end if;`;
}

/** Statements that make the function, and have obscore.error say what is wrong with the type as such. */
export function applyFunction(definition: Definition, datasetType: DatasetType): string[] {
  const name = applyFunctionName(definition, datasetType);
  const { registry, tableName, config } = definition;
  // One session at a time decides which dataset is found first; it looks at them in a later statement.
  const lock = lockDataIds(registry, datasetType, `(${dataIdsOf(datasetType, '$1')}) s`);
  const locks = config.collectionType === 'CHAINED' && !definition.isApart;
  const body = `#variable_conflict use_column
declare
  changed int8;
  complaints jsonb;
begin
  if cardinality(ids) <= ${FEW} then${locks ? `\n    ${lock};` : ''}
    ${change(definition, datasetType, '\n  into changed, complaints')};
  else${locks ? `\n    execute ${plv8.quote_literal(lock)} using ids;` : ''}
    execute ${plv8.quote_literal(change(definition, datasetType))} into changed, complaints using ids;
  end if;${settle(definition, datasetType)}
  return changed;
end
`;
  return [
    `create or replace function ${name}(ids uuid[]) returns int8
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
-- Made by such a join, rows of one instrument are all compared with one another.
set enable_mergejoin = off
set jit = off
set plan_cache_mode = force_generic_plan
as ${plv8.quote_literal(body)}`,
    `comment on function ${name}(uuid[]) is ${plv8.quote_literal(
      `Brings the rows of datasets of type ${datasetType.name} in the ObsCore table ${tableName} of registry ${registry.name} up to date; of a table that finds first, those of all datasets with the same data IDs. Returns how many rows changed.`,
    )}`,
    `revoke execute on function ${name}(uuid[]) from public`,
    ...typeErrors(definition, datasetType),
  ];
}
