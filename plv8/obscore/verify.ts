/** What an ObsCore table has, compared with what it should have. */
import { type DatasetType, Registry } from '../butler/registry.ts';
import { datasetTypesOf } from './build.ts';
import { columnsOf } from './columns.ts';
import type { Definition } from './definition.ts';
import { membersQuery, memberTable } from './members.ts';
import { allDatasets } from './select/datasets.ts';
import { rowsOf } from './select/rows.ts';

/** Types of columns that say themselves whether two values differ; others are compared by their text. */
const comparable = /^(text|character varying|smallint|integer|bigint|double precision|boolean|uuid)\b/;

/** A registry in which the members of an ObsCore table are those that its collections say, whatever was kept of them. */
class RegistryAsIs extends Registry {
  private readonly members: string;

  constructor(definition: Definition) {
    super(definition.registry.name);
    this.members = `(${membersQuery(definition)})`;
  }

  override table(name: string): string {
    return name === memberTable ? this.members : super.table(name);
  }
}

/**
 * The query of all differences: dataset_id, dataset_type (NULL where the dataset is gone), difference, columns.
 * Table and truth are read by one statement, so that both are of the same moment.
 */
export function differencesQuery(definition: Definition): string {
  const { registry, config } = definition;
  const columns = columnsOf(config).filter(({ name }) => name !== 'registry_dataset_id');
  const quoted = (name: string) => plv8.quote_ident(name);
  const names = columns.map(({ name }) => quoted(name));
  const side = (alias: string) =>
    columns.map(({ sqlType }, i) => `${alias}.${names[i]}${comparable.test(sqlType) ? '' : '::text'}`);
  const [had, wanted] = [side('o'), side('t')];
  const parts = columns.map(
    ({ name }, i) => `case when ${had[i]} is distinct from ${wanted[i]} then ${plv8.quote_literal(name)} end`,
  );
  return `
with truth as (${truth({ ...definition, registry: new RegistryAsIs(definition) }, names)})
select coalesce(t.registry_dataset_id, o.registry_dataset_id) as dataset_id,
  coalesce(t."dataset type@", y.name) as dataset_type,
  case when o.registry_dataset_id is null then 'missing'
       when t.registry_dataset_id is null then 'extra'
       else 'different' end as difference,
  case when o.registry_dataset_id is not null and t.registry_dataset_id is not null
       then array_remove(array[${parts.join(', ')}]::text[], null) end as columns
from truth t
full join ${registry.table(definition.tableName)} o on o.registry_dataset_id = t.registry_dataset_id
left join ${registry.table('dataset')} d on t.registry_dataset_id is null and d.id = o.registry_dataset_id
left join ${registry.table('dataset_type')} y on y.id = d.dataset_type_id
where o.registry_dataset_id is null or t.registry_dataset_id is null
  or row(${had.join(', ')}) is distinct from row(${wanted.join(', ')})`;
}

/** Every row that the table should have. */
function truth(definition: Definition, names: readonly string[]): string {
  const columns = ['registry_dataset_id', ...names];
  const of = (datasetType: DatasetType) => `
select ${plv8.quote_literal(datasetType.name)} as "dataset type@", ${columns.map((name) => `r.${name}`).join(', ')}
from (${rowsOf(definition, datasetType, allDatasets(definition, datasetType))}) r`;
  const types = datasetTypesOf(definition);
  if (types.length > 0) return types.map(of).join('\nunion all\n');
  return `select null::text as "dataset type@", ${columns.map((name) => `r.${name}`).join(', ')}
from ${definition.registry.table(definition.tableName)} r where false`;
}
