/** A search for the datasets of one type in some collections, as a source of rows. */
import type { DatasetType, Registry } from '../registry.ts';
import type { Parameters } from '../statement.ts';
import type { DatasetField } from '../where/reference.ts';
import { type Members, membersOf, prune, type Scope } from './scope.ts';

/** All time, as a registry stores it: what has no validity range is always valid. */
const ALWAYS = 'int8range(0, 4102444800000000000)';

export interface DatasetSearch {
  readonly datasetType: DatasetType;
  readonly scope: Scope;
  /** Whether any collection that is searched keeps its members in the table of tags, or in that of calibrations. */
  readonly tags: boolean;
  readonly calibs: boolean;
  /** Whether one data ID, or one dataset, may be found more than once. */
  readonly repeats: boolean;
}

export function searchFor(registry: Registry, datasetType: DatasetType, given: Scope): DatasetSearch {
  const isWide = given.roots.length > 1 && given.roots.every(({ isChain }) => !isChain);
  const scope = isWide ? prune(registry, given, datasetType.id) : given;
  const calibs = datasetType.isCalibration && scope.types.has('CALIBRATION');
  return {
    datasetType,
    scope,
    tags: scope.types.has('RUN') || scope.types.has('TAGGED'),
    calibs,
    repeats: calibs || scope.roots.length > 1 || scope.roots.some(({ isChain }) => isChain),
  };
}

/** FROM items and conditions of one search, and the columns that they give. */
export interface SearchSource extends Members {
  readonly alias: string;
  readonly dimensions: readonly string[];
  /** SQL of a field; tables that only it needs are added to `from` and `where` by `fieldSource`. */
  readonly fields: ReadonlyMap<DatasetField, string>;
}

/**
 * The rows of a search: one for each dataset, collection and range of validity. `fields` are those that the query
 * names; `index` makes the aliases its own.
 */
export function searchSource(
  registry: Registry,
  search: DatasetSearch,
  fields: ReadonlySet<DatasetField>,
  index: number,
  parameters: Parameters,
): SearchSource {
  const { datasetType, scope } = search;
  const alias = `d${index}`;
  const dimensions = datasetType.dimensions.required;
  const members = membersOf(registry, scope, `${alias}.collection_id`, `s${index}`, parameters);
  const from = [`${associations(search, dimensions)} ${alias}`, ...members.from];
  const where = [
    `${alias}.dataset_type_id = ${parameters.add(String(datasetType.id), 'int8')}`,
    ...(search.tags || search.calibs ? members.where : ['false']),
  ];
  const columns = new Map<DatasetField, string>([
    ['dataset_id', `${alias}.dataset_id`],
    ['timespan', search.calibs ? `${alias}.timespan` : ALWAYS],
  ]);
  const collection = registry.table('collection');
  if (fields.has('collection')) {
    from.push(`${collection} c${index}`);
    where.push(`c${index}.collection_id = ${alias}.collection_id`);
    columns.set('collection', `c${index}.name`);
  }
  if (fields.has('run') || fields.has('ingest_date')) {
    from.push(`${registry.table('dataset')} x${index}`);
    where.push(`x${index}.id = ${alias}.dataset_id`);
    columns.set('ingest_date', `x${index}.ingest_date`);
  }
  if (fields.has('run')) {
    from.push(`${collection} r${index}`);
    where.push(`r${index}.collection_id = x${index}.run_id`);
    columns.set('run', `r${index}.name`);
  }
  return {
    alias,
    dimensions,
    from,
    where,
    fields: columns,
    ...(members.rank === undefined ? {} : { rank: members.rank }),
  };
}

/** The table of a search's associations, or both as one. */
function associations({ datasetType, tags, calibs }: DatasetSearch, dimensions: readonly string[]): string {
  if (!calibs) return datasetType.tags;
  if (!tags) return datasetType.calibs!;
  const columns = [
    'dataset_type_id',
    'dataset_id',
    'collection_id',
    ...dimensions.map((name) => plv8.quote_ident(name)),
  ];
  return `(
    select ${columns.join(', ')}, ${ALWAYS} as timespan from ${datasetType.tags}
    union all
    select ${columns.join(', ')}, timespan from ${datasetType.calibs}
  )`;
}
