/**
 * Which datasets of a type have rows: those in the members of an ObsCore table, and of a table that finds first, of
 * each data ID the one in the first member. Queries of `dataset_id`, `run_id` and the required dimensions.
 */
import { collectionTypes, type DatasetType } from '../../butler/registry.ts';
import type { Definition } from '../definition.ts';
import { sqlText } from '../format/compile.ts';
import { memberTable } from '../members.ts';
import { searchCondition } from './constraints.ts';

const quoted = (names: readonly string[]): string[] => names.map((name) => plv8.quote_ident(name));

/** Required dimensions in the order in which they are compared: whole numbers differ sooner than names do. */
function keysOf(definition: Definition, { dimensions }: DatasetType): string[] {
  const { universe } = definition.registry;
  const isNumber = (name: string) =>
    universe.element(name).columns.some(({ role, type }) => role === 'key' && type === 'int');
  const { required } = dimensions;
  return quoted([...required.filter(isNumber), ...required.filter((name) => !isNumber(name))]);
}

/** `join` of the members that an association `t` is in. */
function members({ registry, tableName }: Definition): string {
  return `join ${registry.table(memberTable)} m on m.collection_id = t.collection_id and m.table_name = ${sqlText(tableName)}`;
}

/** The run of a dataset that is associated with a collection. */
function runOf({ registry, config }: Definition, association: string, collection: string): string {
  if (config.collectionType === 'RUN') return `${association}.collection_id`;
  const looked = `(select d.run_id from ${registry.table('dataset')} d where d.id = ${association}.dataset_id)`;
  if (config.collectionType === 'TAGGED') return looked;
  return `case ${collection}.type when ${collectionTypes.RUN} then ${association}.collection_id else ${looked} end`;
}

/** `, t.instrument, t.visit`. */
function dimensionList({ dimensions }: DatasetType, alias: string): string {
  return quoted(dimensions.required)
    .map((name) => `, ${alias}.${name}`)
    .join('');
}

/**
 * Of candidates, the dataset that is found first of each data ID.
 * @param candidates a query, as `candidatesAmong` makes it
 */
export function firstOf(definition: Definition, datasetType: DatasetType, candidates: string): string {
  const keys = keysOf(definition, datasetType).map((name) => `t.${name}`);
  const columns = `t.dataset_id, t.collection_id${dimensionList(datasetType, 't')}`;
  // What has no dimensions is one data ID.
  const first =
    keys.length === 0
      ? `select ${columns} from (${candidates}) t order by t.rank limit 1`
      : `select distinct on (${keys.join(', ')}) ${columns}
    from (${candidates}) t
    order by ${keys.join(', ')}, t.rank`;
  return `
  select w.dataset_id, ${runOf(definition, 'w', 'c')} as run_id${dimensionList(datasetType, 'w')}
  from (
    ${first}
  ) w
  left join ${definition.registry.table('collection')} c on c.collection_id = w.collection_id`;
}

/** All datasets of a type that have rows. */
export function allDatasets(definition: Definition, datasetType: DatasetType): string {
  const isChained = definition.config.collectionType === 'CHAINED';
  const columns = isChained ? 't.collection_id, m.rank' : `${runOf(definition, 't', 'c')} as run_id`;
  const associated = `
  select t.dataset_id, ${columns}${dimensionList(datasetType, 't')}
  from ${datasetType.tags} t
  ${members(definition)}
  where t.dataset_type_id = ${datasetType.id}${searchCondition(definition, datasetType)}`;
  return isChained ? firstOf(definition, datasetType, associated) : associated;
}

/**
 * Those of some datasets that have rows; in a table that finds first, those that have the rows of their data IDs.
 * @param ids SQL of an array of dataset ids, of this type
 */
export function datasetsAmong(definition: Definition, datasetType: DatasetType, ids: string): string {
  if (definition.config.collectionType === 'CHAINED')
    return firstOf(definition, datasetType, candidatesAmong(definition, datasetType, ids));
  return `
  select t.dataset_id, ${runOf(definition, 't', 'c')} as run_id${dimensionList(datasetType, 't')}
  from ${datasetType.tags} t
  ${members(definition)}
  where t.dataset_id = any(${ids}) and t.dataset_type_id = ${datasetType.id}`;
}

/** The data IDs of some datasets, once each: a query of their required dimensions. */
export function dataIdsOf({ id, tags, dimensions }: DatasetType, ids: string): string {
  const keys = quoted(dimensions.required).map((name) => `t.${name}`);
  return `
    select distinct ${keys.join(', ') || '1 as one'}
    from ${tags} t
    where t.dataset_id = any(${ids}) and t.dataset_type_id = ${id}`;
}

/**
 * The associations with members of all datasets that have the data IDs of some: `dataset_id`, `collection_id`, `rank`
 * and the required dimensions. Each data ID is looked up by itself (`offset 0`), however few there seem to be.
 */
export function candidatesAmong(definition: Definition, datasetType: DatasetType, ids: string): string {
  const same = quoted(datasetType.dimensions.required).map((name) => `a.${name} = g.${name}`);
  return `
  select t.dataset_id, t.collection_id, m.rank${dimensionList(datasetType, 't')}
  from (${dataIdsOf(datasetType, ids)}
  ) g
  cross join lateral (
    select a.dataset_id, a.collection_id${dimensionList(datasetType, 'a')}
    from ${datasetType.tags} a
    where ${[`a.dataset_type_id = ${datasetType.id}`, ...same].join(' and ')}
    offset 0
  ) t
  ${members(definition)}`;
}
