/** The three queries as statements. */
import { dataIdJson, jsonObject, keyType, recordKeys } from '../data_id.ts';
import { butlerError, butlerErrors } from '../errors.ts';
import { columnJson } from '../records.ts';
import type { Registry } from '../registry.ts';
import type { Compiled } from '../statement.ts';
import type { DimensionGroup, Element } from '../universe.ts';
import { type Plan, plan, type Request } from './plan.ts';
import { resolveScope } from './scope.ts';
import { type DatasetSearch, searchFor } from './search.ts';

/** What every query takes; JSON as text. */
export interface Options {
  readonly where: string;
  readonly bind: string;
  readonly dataId: string;
  readonly orderBy: readonly string[];
  readonly limit: bigint | null;
}

/** Rows of (id, dataset_type, run, data_id). */
export function compileDatasets(
  registry: Registry,
  datasetTypeName: string,
  collections: readonly string[],
  findFirst: boolean,
  options: Options,
): Compiled {
  const datasetType = registry.datasetType(datasetTypeName);
  const scope = resolveScope(registry, collections, { ordered: findFirst });
  const search = searchFor(registry, datasetType, scope);
  const result = datasetType.dimensions;
  const { relation, parameters, order } = plan(
    requestOf(registry, result, [search], options, { datasets: true }),
  );
  const { alias, rank } = relation.search(datasetType.name);
  const inRun = scope.types.size === 1 && scope.types.has('RUN');
  const columns = [
    `${alias}.dataset_id`,
    // In a search of runs alone, a collection is the run itself; in one for all, each collection has its rows.
    ...(inRun || !findFirst ? [`${alias}.collection_id`] : []),
    ...keyColumns(result.required, relation),
    ...orderColumns(order),
  ];
  const mayRepeat = relation.repeatsFor(result.names);
  const keys = sortKeys(registry, result).map((name) => relation.key(name));
  // What has no dimensions is one data ID.
  const dataId = keys.length > 0 ? keys.join(', ') : `${alias}.dataset_type_id`;
  const place = rank === undefined ? dataId : `${dataId}, ${rank}`;
  let found: string;
  let unambiguous = '';
  if (!mayRepeat) found = relation.select(columns);
  else if (!findFirst) found = relation.select(columns, { distinct: 'distinct' });
  else if (!search.calibs)
    found = `${relation.select(columns, { distinct: `distinct on (${dataId})` })}\norder by ${place}`;
  else {
    const tie = `over (partition by ${place})`;
    found = `${relation.select(
      [
        ...columns,
        `min(${alias}.dataset_id::text) ${tie} as one`,
        `max(${alias}.dataset_id::text) ${tie} as other`,
      ],
      { distinct: `distinct on (${dataId})` },
    )}\norder by ${place}`;
    unambiguous = `\n  and ${refuseAmbiguous(datasetType.name, dataIdJson(result, 'q'))}`;
  }
  const run = inRun
    ? { from: '', id: 'q.collection_id' }
    : { from: `\njoin ${registry.table('dataset')} x on x.id = q.dataset_id`, id: 'x.run_id' };
  return {
    query: `
select q.dataset_id, ${parameters.add(datasetType.name, 'text')}, r.name, ${dataIdJson(result, 'q')}
from (
${found}
) q${run.from}
join ${registry.table('collection')} r on r.collection_id = ${run.id}
where true${unambiguous}${ending(order, options, parameters)}`,
    parameters: parameters.values,
  };
}

/** A condition that raises where the first collection that has a data ID has more than one dataset of it. */
function refuseAmbiguous(datasetType: string, dataId: string): string {
  const message = `format('CalibrationLookupError: more than one %s is valid for data ID %s', ${plv8.quote_literal(
    datasetType,
  )}, ${dataId})`;
  return (
    `case when q.one = q.other then true else butler._raise('${butlerErrors.CalibrationLookupError}', ${message}, ` +
    `format('Datasets %s and %s are two of them.', q.one, q.other), ` +
    `'Restrict the time, by an exposure or a visit, or by the range of validity itself; or write find_first => false.'` +
    `) is null end`
  );
}

/** Rows of one JSON object, a data ID. */
export function compileDataIds(
  registry: Registry,
  dimensions: readonly string[],
  datasets: readonly string[],
  collections: readonly string[],
  options: Options,
): Compiled {
  const result = registry.universe.conform(dimensions);
  const searches = searchesFor(registry, datasets, collections);
  const { relation, parameters, order } = plan(
    requestOf(registry, result, searches, options, { datasets: false }),
  );
  const columns = [...keyColumns(result.required, relation), ...orderColumns(order)];
  return {
    query: `
select ${dataIdJson(result, 'q')}
from (
${relation.select([...columns, '1 as found'], relation.repeatsFor(result.names) ? { distinct: 'distinct' } : {})}
) q${ending(order, options, parameters)}`,
    parameters: parameters.values,
  };
}

/** Rows of one JSON object, a record with the columns of its table in their order. */
export function compileRecords(
  registry: Registry,
  elementName: string,
  datasets: readonly string[],
  collections: readonly string[],
  options: Options,
): Compiled {
  const { universe } = registry;
  const element = universe.element(elementName);
  if (element.skypix)
    throw butlerError('UnimplementedQueryError', `pixels of ${elementName} have no records`);
  const result = universe.conform(element.required);
  const searches = searchesFor(registry, datasets, collections);
  const { relation, parameters, order } = plan(
    requestOf(registry, result, searches, options, { datasets: false, element }),
  );
  const keys = element.required;
  const repeats = relation.repeatsFor(result.names);
  if (element.viewOf !== undefined || !repeats) {
    const record =
      element.viewOf === undefined
        ? recordJson(element, (column) => relation.field(elementName, column))
        : jsonObject([[keyOfView(element), relation.key(elementName)]]);
    const columns = [...keyColumns(keys, relation), ...orderColumns(order), `${record} as record`];
    const distinct = repeats ? `distinct on (${keys.map((name) => relation.key(name)).join(', ')})` : '';
    return {
      query: `
select q.record
from (
${relation.select(columns, { distinct })}
) q${ending(order, options, parameters)}`,
      parameters: parameters.values,
    };
  }
  // Records are wide: they are fetched once it is known which ones.
  const record = recordJson(element, (column) => `e.${plv8.quote_ident(column)}`);
  const same = recordKeys(universe, elementName).map(
    ({ dimension, column }) => `e.${plv8.quote_ident(column)} = q.${plv8.quote_ident(dimension)}`,
  );
  return {
    query: `
select ${record}
from (
${relation.select([...keyColumns(keys, relation), ...orderColumns(order)], { distinct: 'distinct' })}
) q
join ${registry.table(elementName)} e on ${same.join(' and ')}${ending(order, options, parameters)}`,
    parameters: parameters.values,
  };
}

const keyOfView = (element: Element) => element.columns.find(({ role }) => role === 'key')!.name;

/** JSON of a record. A timespan is the text of its range, a region base64, a hash hexadecimal. */
function recordJson({ columns }: Element, field: (name: string) => string): string {
  return jsonObject(columns.map((column) => [column.name, columnJson(column, field(column.name))]));
}

function requestOf(
  registry: Registry,
  result: DimensionGroup,
  searches: readonly DatasetSearch[],
  { where, bind, dataId, orderBy, limit }: Options,
  more: Pick<Request, 'datasets' | 'element'>,
): Request {
  if (limit !== null && limit < 0n)
    throw butlerError('InvalidQueryError', `limit is ${limit}: it is a number of rows, or NULL for all`);
  return { registry, result, searches, where, bind, dataId, orderBy, ...more };
}

/** @throws MissingDatasetTypeError, MissingCollectionError, NoDefaultCollectionError */
function searchesFor(
  registry: Registry,
  datasets: readonly string[],
  collections: readonly string[],
): DatasetSearch[] {
  if (datasets.length === 0) return [];
  const types = [...new Set(datasets)].map((name) => registry.datasetType(name));
  if (collections.length === 0)
    throw butlerError(
      'NoDefaultCollectionError',
      'no collections are named in which to search for datasets',
      {
        hint: "Name some: collections => '{…}'.",
      },
    );
  const scope = resolveScope(registry, collections, { ordered: false });
  return types.map((type) => searchFor(registry, type, scope));
}

const keyColumns = (names: readonly string[], relation: Plan['relation']) =>
  names.map((name) => `${relation.key(name)} as ${plv8.quote_ident(name)}`);

const orderColumns = (order: Plan['order']) => order.map(({ sql }, index) => `${sql} as o${index + 1}`);

/** Integers compare faster than text: they come first in what is sorted only to find what is equal. */
function sortKeys({ universe }: Registry, { required }: DimensionGroup): string[] {
  const isInteger = (name: string) => keyType(universe, name) === 'int8';
  return [...required.filter(isInteger), ...required.filter((name) => !isInteger(name))];
}

function ending(order: Plan['order'], { limit }: Options, parameters: Plan['parameters']): string {
  const terms = order.map(({ descending }, index) => `q.o${index + 1}${descending ? ' desc' : ''}`);
  return (
    (terms.length > 0 ? `\norder by ${terms.join(', ')}` : '') +
    (limit === null ? '' : `\nlimit ${parameters.add(String(limit), 'int8')}`)
  );
}
