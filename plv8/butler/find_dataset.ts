/** The dataset that a data ID means in an order of collections. */
import { sameDataId } from './change.ts';
import { isGlob, namedCollections } from './collections.ts';
import { dataIdJson, dataIdRows } from './data_id.ts';
import { butlerError, butlerErrors } from './errors.ts';
import type { Registry } from './registry.ts';
import { Parameters } from './statement.ts';

/**
 * A query of the first dataset of a type with the data ID of the JSON `$2`: `id`, `dataset_type`, `run`, `data_id`.
 *
 * Whatever the number of collections, it reads the rows of that type and data ID alone, and gives each the place of its
 * collection in the search. CALIBRATION collections are searched for what is valid in the timespan `$3`, and passed
 * over where there is none. The data ID is looked at even where nothing can be found.
 * @throws MissingDatasetTypeError, MissingCollectionError, NoDefaultCollectionError, InvalidQueryError
 */
export function findDataset(
  registry: Registry,
  datasetType: string | null,
  names: readonly (string | null)[] | null,
  hasTimespan: boolean,
): { query: string; parameters: (string | null)[] } {
  const type = registry.datasetType(datasetType ?? 'NULL');
  if (names === null)
    throw butlerError('NoDefaultCollectionError', 'no collections are named to be searched', {
      hint: "Name them in the order of the search: collections => array['…'].",
    });
  const glob = names.find((name) => name !== null && isGlob(name));
  if (glob !== undefined)
    throw butlerError(
      'InvalidQueryError',
      `a search for the first dataset needs an order, and '${glob}' is a pattern`,
      {
        hint: 'Name each collection, or a chain of them.',
      },
    );
  const roots = namedCollections(
    registry,
    names.map((name) => name ?? 'NULL'),
  );
  const group = type.dimensions;
  const parameters = new Parameters();
  const rootIds = parameters.add(`{${roots.map(({ id }) => id)}}`, 'int8[]');
  const typeName = parameters.add(type.name, 'text');
  const found = (table: string, timespan: string, condition: string) => `
  select t.dataset_id, t.collection_id, root.place, f.rank, ${timespan} as timespan
  from given g
  join ${table} t on t.dataset_type_id = ${type.id} and ${sameDataId(group, 't', 'g')}
  cross join unnest(${rootIds}) with ordinality as root (id, place)
  left join ${registry.table('collection_flat')} f on f.parent = root.id and f.child = t.collection_id
  where (t.collection_id = root.id or f.child is not null)${condition}`;
  const isTimed = type.calibs !== undefined && hasTimespan;
  const candidates = [
    // No calibration is asked for in no time at all, wherever it may be.
    found(type.tags, 'null::int8range', isTimed ? ' and not isempty($3)' : ''),
    ...(type.calibs !== undefined && isTimed
      ? [found(type.calibs, 'butler._shown_timespan(t.timespan)', ' and t.timespan && $3')]
      : []),
  ].join('\n  union all');
  const candidate = `format('dataset %s is valid in %s', f.dataset_id, f.timespan)`;
  const ambiguous = `butler._raise('${butlerErrors.CalibrationLookupError}',
    format('CalibrationLookupError: %s validity ranges of %s in collection %L overlap %s', first.n, ${typeName}, c.name, butler._shown_timespan($3)),
    first.lines, 'Narrow the timespan until one is left.') is null`;
  return {
    query: `
with given as materialized (${dataIdRows(registry, group, { array: 'json_build_array($2)' }, parameters)}),
found as (${candidates}),
best as (
  select f.*, rank() over (order by f.place, f.rank) as nth from found f
),
first as (
  select min(f.dataset_id::text)::uuid as id, count(*) as n, min(f.collection_id) as collection_id,
    string_agg(${candidate}, '; ' order by f.timespan) || '.' as lines
  from best f
  where f.nth = 1
  having count(*) > 0
)
select first.id, ${typeName}, run.name, ${dataIdJson(group, 'g')}
from first
cross join given g
join ${registry.table('dataset')} d on d.id = first.id
join ${registry.table('collection')} run on run.collection_id = d.run_id
join ${registry.table('collection')} c on c.collection_id = first.collection_id
where (select count(*) from given) = 1
  and case when first.n > 1 then ${ambiguous} else true end`,
    parameters: parameters.values,
  };
}
