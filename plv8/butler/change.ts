/**
 * What operations on datasets have in common: the rows that they lock, the summaries that they keep, and how they say
 * which rows are in the way.
 */
import { keyType, recordCondition } from './data_id.ts';
import { hasTable } from './ddl.ts';
import { type ButlerErrorName, butlerError, butlerErrors } from './errors.ts';
import type { Insertion } from './references.ts';
import type { Collection, CollectionType, DatasetType, Registry } from './registry.ts';
import type { Parameters } from './statement.ts';
import type { DimensionGroup } from './universe.ts';

/**
 * A statement that changes a registry, and a query that explains why it could not: the first of the problems found,
 * as `sqlstate`, `message`, `detail`, `hint`. Both take `$1` parameters, `$2` json, `$3` ids, `$4` a timespan.
 */
export interface Change {
  readonly query: string;
  /** The same without the foreign keys' own checks; its error foreign_key_violation leaves the matter to `query`. */
  readonly bulk?: string;
  readonly problems: string;
  readonly parameters: (string | null)[];
}

/** One way in which rows can be in the way: a query of `position` and `line`, which says what is wrong with a row. */
export interface Problem {
  readonly error: ButlerErrorName;
  readonly message: string;
  readonly hint?: string;
  readonly rows: string;
}

/** Rows that the detail of an error names, at most. */
const linesShown = 3;

/**
 * The query of the first problem that has rows.
 * @param given common table expressions that the problems' rows are made from, such as `given as (select …)`
 */
export function problemsQuery(
  given: readonly string[],
  problems: readonly Problem[],
  parameters: Parameters,
): string {
  const text = (value: string | undefined) =>
    value === undefined ? 'null::text' : parameters.add(value, 'text');
  const found = problems.map(({ rows }, place) => `select ${place} as place, p.* from (${rows}) p`);
  const sayings = problems.map(
    ({ error, message, hint }, place) =>
      `(${place}, ${text(butlerErrors[error])}, ${text(`${error}: ${message}`)}, ${text(hint)})`,
  );
  return `
with ${[...given, `found (place, position, line) as (${found.join('\nunion all\n')})`].join(',\n')},
counted as (
  select place, count(*) as n, (array_agg(line order by position))[1:${linesShown}] as lines
  from found group by place order by place limit 1
)
select s.sqlstate, s.message, s.hint,
  array_to_string(c.lines, '; ')
    || case when c.n > ${linesShown} then format('; and %s more', c.n - ${linesShown}) else '' end || '.' as detail
from counted c
join (values ${sayings.join(',\n  ')}) as s (place, sqlstate, message, hint) using (place)`;
}

/**
 * A collection of the type that an operation asks for.
 * @throws MissingCollectionError, CollectionTypeError
 */
export function collectionOf(
  registry: Registry,
  name: string | null,
  type: CollectionType,
  purpose: string,
): Collection {
  const collection = registry.collection(name ?? 'NULL');
  if (collection.type !== type)
    throw butlerError(
      'CollectionTypeError',
      `cannot ${purpose} collection '${collection.name}', which is ${collection.type}, not ${type}`,
    );
  return collection;
}

/** That the collection or the dataset type is gone since it was looked up: another session removed it. */
export function removedMeanwhile(
  registry: Registry,
  collection: Collection,
  types: readonly DatasetType[],
): Problem[] {
  const gone = (table: string, key: string, id: bigint) => `
  select 1 as position, 'It was removed by another session' as line
  where not exists (select from ${registry.table(table)} where ${key} = ${id})`;
  return [
    {
      error: 'MissingCollectionError',
      message: `no collection is named '${collection.name}'`,
      rows: gone('collection', 'collection_id', collection.id),
    },
    ...types.map(({ id, name }) => ({
      error: 'MissingDatasetTypeError' as const,
      message: `dataset type '${name}' does not exist`,
      rows: gone('dataset_type', 'id', id),
    })),
  ];
}

/** The required dimensions as quoted columns, each behind what comes before it: `, a.instrument, a.detector`. */
export function dimensionList(group: DimensionGroup, prefix = ''): string {
  return group.required.map((name) => `, ${prefix}${plv8.quote_ident(name)}`).join('');
}

/** The condition that two relations have the same data ID. */
export function sameDataId(group: DimensionGroup, one: string, other: string): string {
  const equal = group.required.map((name) => {
    const column = plv8.quote_ident(name);
    return `${one}.${column} = ${other}.${column}`;
  });
  return equal.length === 0 ? 'true' : equal.join(' and ');
}

/** The common table expression that writes the summary of a governor, or of `dataset_type`. */
export function summaryLabel(name: string, datasetType: DatasetType): string {
  return plv8.quote_ident(`summary of ${name} for ${datasetType.id}`);
}

/**
 * Statements, as common table expressions, that say in a collection's summaries what rows of a dataset type it is
 * about to hold. They write what is missing and wait for nobody where nothing is; a refresh of summaries, which locks
 * their tables, waits for them and they for it.
 * @param source relation with the rows' dimensions
 */
export function summaryStatements(
  registry: Registry,
  collection: string,
  datasetType: DatasetType,
  typeId: string,
  source: string,
): string[] {
  const types = registry.table('collection_summary_dataset_type');
  const label = (name: string) => summaryLabel(name, datasetType);
  return [
    `${label('dataset_type')} as (
  insert into ${types} (collection_id, dataset_type_id)
  select ${collection}, ${typeId}
  where exists (select from ${source})
    and not exists (select from ${types} s where s.collection_id = ${collection} and s.dataset_type_id = ${typeId})
  on conflict do nothing
  returning 1
)`,
    ...datasetType.dimensions.governors.map((governor) => {
      const table = registry.table(`collection_summary_${governor}`);
      const column = plv8.quote_ident(governor);
      return `${label(governor)} as (
  insert into ${table} (collection_id, ${column})
  select ${collection}, g.${column}
  from (select distinct ${column} from ${source}) g
  where not exists (select from ${table} s where s.collection_id = ${collection} and s.${column} = g.${column})
  order by g.${column}
  on conflict do nothing
  returning 1
)`;
    }),
  ];
}

/**
 * The rows that associate a relation's datasets, by columns `id` and the dimensions, with a collection: in a table of
 * their type, and in the summaries. The statement itself sees to the datasets.
 */
export function associationRows(
  registry: Registry,
  datasetType: DatasetType,
  table: string,
  collection: string,
  typeId: string,
  source: string,
): Insertion[] {
  const { required, governors } = datasetType.dimensions;
  const dimension = (name: string) => [name, `s.${plv8.quote_ident(name)}`] as const;
  const summary = (name: string) => registry.table(`collection_summary_${name}`);
  const own = { dataset_type_id: typeId, collection_id: collection };
  return [
    {
      table,
      source,
      columns: { ...own, dataset_id: 's.id', ...Object.fromEntries(required.map(dimension)) },
      made: {
        [registry.table('dataset')]: null,
        ...Object.fromEntries(
          ['dataset_type', ...governors].map((name) => [summary(name), summaryLabel(name, datasetType)]),
        ),
      },
    },
    { table: summary('dataset_type'), source, columns: own },
    ...governors.map((name) => ({
      table: summary(name),
      source,
      columns: { collection_id: collection, ...Object.fromEntries([dimension(name)]) },
    })),
  ];
}

/** Data IDs of a relation `given` whose dimension records do not exist. */
export function missingRecords(registry: Registry, group: DimensionGroup, line: string): Problem[] {
  const { universe } = registry;
  return group.required
    .filter((name) => hasTable(universe.element(name)))
    .map((name) => ({
      error: 'ConflictingDefinitionError' as const,
      message: `there is no record of the ${name} in a data ID`,
      hint: `Insert the records first: select butler.insert_dimension_records('${name}', …).`,
      rows: `
  select g.position, format('%s has no ${name}', ${line}) as line
  from given g
  where not exists (
    select from ${registry.table(name)} r
    where ${recordCondition(universe, name, 'r', (dimension) => `g.${plv8.quote_ident(dimension)}`)}
  )`,
    }));
}

/** `name=value` pairs of a data ID as text, ordered by the dimensions' names: `,detector=1,instrument=DECam`. */
export function namedValues(registry: Registry, group: DimensionGroup, alias: string): string {
  const pairs = [...group.required].sort().map((name) => {
    const value = `${alias}.${plv8.quote_ident(name)}`;
    const text = keyType(registry.universe, name) === 'text' ? value : `${value}::text`;
    return `',' || ${plv8.quote_literal(`${name}=`)} || ${text}`;
  });
  return pairs.length === 0 ? `''` : pairs.join(' || ');
}
