/** Validity of calibrations: certified for a timespan, decertified, and kept from overlapping by a constraint. */
import { association, chosenName, countOf, typesOf } from './associations.ts';
import { type Change, collectionOf, dimensionList, sameDataId } from './change.ts';
import { dataIdJson, dataIdRows } from './data_id.ts';
import { butlerError } from './errors.ts';
import type { DatasetType, Registry } from './registry.ts';
import { Parameters } from './statement.ts';
import { sequenceName } from './table.ts';

type CalibrationType = DatasetType & { readonly calibs: string };

/** @throws DatasetTypeError */
function calibrationType(type: DatasetType): CalibrationType {
  if (type.calibs === undefined)
    throw butlerError('DatasetTypeError', `dataset type '${type.name}' is not one of calibrations`, {
      hint: 'Only types that were registered with is_calibration have validity ranges.',
    });
  return type as CalibrationType;
}

/** The next key of a row of a calibs table. */
function nextKey(registry: Registry, { calibs }: CalibrationType): string {
  const table = registry.rows<{ name: string }>(
    'select relname as name from pg_class where oid = $1::regclass',
    [calibs],
  )[0].name;
  return `nextval(${plv8.quote_literal(registry.table(sequenceName(table, 'id')))}::regclass)`;
}

/**
 * The statement that certifies the datasets `$3` in a CALIBRATION collection for the timespan `$4` and counts them.
 *
 * It does not insert where rows overlap, but counts: two sessions that insert overlapping ranges at once would each
 * wait for the other.
 * @throws MissingCollectionError, CollectionTypeError, DatasetTypeError
 */
export function certify(
  registry: Registry,
  name: string | null,
  ids: readonly (string | null)[],
  checksAtOnce: boolean,
): Change {
  const found = registry.collection(name ?? 'NULL');
  const types = typesOf(registry, ids).map(calibrationType);
  const collection = collectionOf(registry, found.name, 'CALIBRATION', 'certify datasets in');
  return association(
    registry,
    {
      types,
      collection,
      table: (type) => type.calibs,
      more: (type) => [
        ['id', nextKey(registry, type)],
        ['timespan', '$4'],
      ],
      passedOver: '',
      purpose: `be valid at once in '${collection.name}'`,
      inTheWay: (type, collectionId) => ({
        error: 'ConflictingDefinitionError',
        message: `collection '${collection.name}' has a ${type.name} of the same data ID that is valid in that time`,
        hint: 'Decertify that time first, or certify a timespan that only touches it.',
        rows: `
  select row_number() over (order by g.id, a.timespan) as position,
    format('%s of %s overlaps %s of dataset %s', ${dataIdJson(type.dimensions, 'g')}, g.id, butler._shown_timespan(a.timespan), a.dataset_id) as line
  from ${chosenName(type)} g
  join ${type.calibs} a on a.dataset_type_id = ${type.id} and a.collection_id = ${collectionId}
    and ${sameDataId(type.dimensions, 'a', 'g')} and a.timespan && $4`,
      }),
      result: ({ written, wanted }) => `case when ${wanted} = ${written} then ${written} end`,
    },
    checksAtOnce,
  );
}

/**
 * The statement that takes the timespan `$4` out of the validity of a type's datasets in a CALIBRATION collection, of
 * all or only of those with the data IDs of the JSON array `$2`, and counts the ranges that it cut. What remains of one
 * is nothing, a part, or two.
 *
 * The lock on the collection lets two of these work one after the other: the second could not see the parts that the
 * first leaves.
 * @throws MissingCollectionError, CollectionTypeError, MissingDatasetTypeError, DatasetTypeError
 */
export function decertify(
  registry: Registry,
  name: string | null,
  datasetType: string | null,
  hasDataIds: boolean,
): { query: string; parameters: (string | null)[] } {
  const found = registry.collection(name ?? 'NULL');
  const type = calibrationType(registry.datasetType(datasetType ?? 'NULL'));
  const collection = collectionOf(registry, found.name, 'CALIBRATION', 'decertify datasets in');
  registry.rows(`select from ${registry.table('collection')} where collection_id = $1 for no key update`, [
    collection.id,
  ]);
  const group = type.dimensions;
  const parameters = new Parameters();
  const collectionId = parameters.add(String(collection.id), 'int8');
  const given = hasDataIds
    ? [`given as materialized (${dataIdRows(registry, group, { array: '$2' }, parameters)})`]
    : [];
  const chosen = hasDataIds ? ` and exists (select from given g where ${sameDataId(group, 'g', 'a')})` : '';
  const columns = dimensionList(group);
  const statements = [
    ...given,
    `cut as (
  delete from ${type.calibs} a
  where a.dataset_type_id = ${type.id} and a.collection_id = ${collectionId} and a.timespan && $4${chosen}
  returning a.dataset_id${dimensionList(group, 'a.')}, a.timespan
)`,
    `rest as (
  insert into ${type.calibs} (id, dataset_type_id, dataset_id, collection_id${columns}, timespan)
  select ${nextKey(registry, type)}, ${type.id}, c.dataset_id, ${collectionId}${dimensionList(group, 'c.')}, butler._stored_timespan(part)
  from cut c, unnest(int8multirange(c.timespan) - int8multirange($4)) as part
)`,
  ];
  // Data IDs are looked at even where there is nothing to cut.
  const checked = hasDataIds ? ' where (select count(*) from given) >= 0' : '';
  return {
    query: `with ${statements.join(',\n')} select ${countOf(['cut'])}${checked}`,
    parameters: parameters.values,
  };
}
