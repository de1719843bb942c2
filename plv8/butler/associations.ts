/** Datasets and the collections that hold them besides their runs: TAGGED ones, and all of them in queries. */
import {
  associationRows,
  type Change,
  collectionOf,
  dimensionList,
  type Problem,
  problemsQuery,
  removedMeanwhile,
  sameDataId,
  summaryStatements,
} from './change.ts';
import { expandCollections } from './collections.ts';
import { dataIdJson } from './data_id.ts';
import { orRefuse, referenceCheck } from './references.ts';
import {
  type Collection,
  type CollectionType,
  collectionTypes,
  type DatasetType,
  type Registry,
} from './registry.ts';
import { Parameters } from './statement.ts';

/** The dataset types of datasets that exist, in the order in which all operations go through them. */
export function typesOf(registry: Registry, ids: readonly (string | null)[]): DatasetType[] {
  const rows = registry.rows<{ name: string }>(
    `select t.name from ${registry.table('dataset_type')} t
     where t.id in (select d.dataset_type_id from ${registry.table('dataset')} d
                    join unnest($1::uuid[]) as given (id) on d.id = given.id)`,
    [ids],
  );
  return rows.length === 0 ? [] : registry.datasetTypes(rows.map(({ name }) => name));
}

/** The distinct ids of `$3`, as a common table expression `wanted`. */
export const wantedIds = `wanted (id) as materialized (select distinct unnest($3))`;

/** Names of the relations of one dataset type in a statement that goes through several. */
export function chosenName(type: DatasetType): string {
  return plv8.quote_ident(`chosen ${type.name}`);
}

/**
 * The wanted datasets of a type with their data IDs, as a common table expression. They are locked by id, as who
 * removes datasets does, so that neither waits for the other in a ring; those that were removed meanwhile are not
 * among them.
 */
export function chosenRows(registry: Registry, type: DatasetType): string {
  return `${chosenName(type)} as materialized (
  select d.id${dimensionList(type.dimensions, 't.')}
  from wanted w
  join ${registry.table('dataset')} d on d.id = w.id and d.dataset_type_id = ${type.id}
  join ${type.tags} t on t.dataset_id = d.id and t.collection_id = d.run_id
  order by d.id
  for key share of d
)`;
}

/** The sum of the rows of relations. */
export function countOf(relations: readonly string[]): string {
  return relations.map((name) => `(select count(*) from ${name})`).join(' + ') || '0::bigint';
}

/** Ids of `wanted` that no dataset has. */
export function missingDatasets(registry: Registry): Problem {
  return {
    error: 'DatasetNotFoundError',
    message: 'a dataset does not exist',
    rows: `
  select row_number() over (order by w.id) as position, format('There is no dataset %s', w.id) as line
  from wanted w
  where not exists (select from ${registry.table('dataset')} d where d.id = w.id)`,
  };
}

/** Datasets of one type and data ID that are given together. */
export function givenTogether(type: DatasetType, purpose: string): Problem {
  const group = type.dimensions;
  const columns = group.required.map((name) => `g.${plv8.quote_ident(name)}`).join(', ') || '()';
  return {
    error: 'ConflictingDefinitionError',
    message: `two ${type.name} of one data ID cannot ${purpose}`,
    rows: `
  select row_number() over (order by min(g.id::text)) as position,
    format('%s are both %s', string_agg(g.id::text, ' and ' order by g.id), (array_agg(${dataIdJson(group, 'g')}))[1]) as line
  from ${chosenName(type)} g
  group by ${columns}
  having count(*) > 1`,
  };
}

/** How the chosen datasets of some types come into a collection. */
export interface Association<T extends DatasetType> {
  readonly types: readonly T[];
  readonly collection: Collection;
  /** The table that holds a type's associations of this kind. */
  readonly table: (type: T) => string;
  /** Columns of that table besides dataset type, dataset, collection and dimensions, with their values. */
  readonly more: (type: T) => readonly (readonly [column: string, value: string])[];
  /** Which rows that are there already are passed over: a target of ON CONFLICT, or nothing for all. */
  readonly passedOver: string;
  /** What two datasets of one data ID cannot do, and the rows that are in the way, `position` and `line`. */
  readonly purpose: string;
  readonly inTheWay: (type: T, collectionId: string) => Problem;
  /** The statement's result, from how many rows it wrote, wanted and chose. */
  readonly result: (counts: Readonly<Record<'written' | 'wanted' | 'chosen', string>>) => string;
}

/** The statement of an association, with or without the foreign keys' own checks. */
export function association<T extends DatasetType>(
  registry: Registry,
  { types, collection, table, more, passedOver, purpose, inTheWay, result }: Association<T>,
  checksAtOnce: boolean,
): Change {
  const parameters = new Parameters();
  const collectionId = parameters.add(String(collection.id), 'int8');
  const chosen = [wantedIds, ...types.map((type) => chosenRows(registry, type))];
  const written = (type: T) => plv8.quote_ident(`written ${type.name}`);
  const writes = types.flatMap((type) => {
    const order = type.dimensions.required.map((dimension) => `g.${plv8.quote_ident(dimension)}`).join(', ');
    const added = more(type);
    const columns = added.map(([column]) => `, ${column}`).join('');
    const values = added.map(([, value]) => `, ${value}`).join('');
    return [
      ...summaryStatements(registry, collectionId, type, `${type.id}::int8`, chosenName(type)),
      `${written(type)} as (
  insert into ${table(type)} (dataset_type_id, dataset_id, collection_id${dimensionList(type.dimensions)}${columns})
  select ${type.id}, g.id, ${collectionId}${dimensionList(type.dimensions, 'g.')}${values}
  from ${chosenName(type)} g
  order by ${order || 'g.id'}
  on conflict ${passedOver} do nothing
  returning 1
)`,
    ];
  });
  const problems: Problem[] = [
    ...removedMeanwhile(registry, collection, types),
    missingDatasets(registry),
    ...types.flatMap((type) => [givenTogether(type, purpose), inTheWay(type, collectionId)]),
  ];
  const answer = result({
    written: countOf(types.map(written)),
    wanted: countOf(['wanted']),
    chosen: countOf(types.map(chosenName)),
  });
  const check = checksAtOnce
    ? referenceCheck(
        registry,
        types.flatMap((type) =>
          associationRows(registry, type, table(type), collectionId, `${type.id}::int8`, chosenName(type)),
        ),
      )
    : undefined;
  return {
    query: `
with ${[...chosen, ...writes].join(',\n')}
select ${answer}`,
    ...(check && {
      bulk: `
with ${[...chosen, ...check.statements, ...writes].join(',\n')}
select ${answer} where ${orRefuse(check)}`,
    }),
    problems: problemsQuery(chosen, problems, parameters),
    parameters: parameters.values,
  };
}

/**
 * The statement that puts the datasets `$3` into a TAGGED collection and counts those that are new there.
 * @throws MissingCollectionError, CollectionTypeError
 */
export function associate(
  registry: Registry,
  name: string | null,
  ids: readonly (string | null)[],
  checksAtOnce: boolean,
): Change {
  const collection = collectionOf(registry, name, 'TAGGED', 'associate datasets with');
  return association(
    registry,
    {
      types: typesOf(registry, ids),
      collection,
      table: (type) => type.tags,
      more: () => [],
      passedOver: '(dataset_id, collection_id)',
      purpose: `be in the TAGGED collection '${collection.name}'`,
      inTheWay: (type, collectionId) => ({
        error: 'ConflictingDefinitionError',
        message: `collection '${collection.name}' has another ${type.name} of the same data ID`,
        hint: 'Disassociate that dataset first: a TAGGED collection never replaces one by itself.',
        rows: `
  select row_number() over (order by g.id) as position,
    format('%s of %s is %s', ${dataIdJson(type.dimensions, 'g')}, g.id, t.dataset_id) as line
  from ${chosenName(type)} g
  join ${type.tags} t on t.dataset_type_id = ${type.id} and t.collection_id = ${collectionId}
    and ${sameDataId(type.dimensions, 't', 'g')}
  where t.dataset_id <> g.id`,
      }),
      result: ({ written, wanted, chosen }) => `case when (${wanted}) = ${chosen} then ${written} end`,
    },
    checksAtOnce,
  );
}

/**
 * The statement that takes the datasets `$3` out of a TAGGED collection and counts those that were there.
 * @throws MissingCollectionError, CollectionTypeError
 */
export function disassociate(
  registry: Registry,
  name: string | null,
  ids: readonly (string | null)[],
): { query: string; parameters: (string | null)[] } {
  const collection = collectionOf(registry, name, 'TAGGED', 'disassociate datasets from');
  const types = typesOf(registry, ids);
  const parameters = new Parameters();
  const collectionId = parameters.add(String(collection.id), 'int8');
  const tables = [...new Set(types.map(({ tags }) => tags))];
  const locked = `locked as materialized (
  select d.id from wanted w join ${registry.table('dataset')} d on d.id = w.id order by d.id for key share of d
)`;
  const deletions = tables.flatMap((table, place) => [
    `member${place} as materialized (
  select t.dataset_id from locked l join ${table} t on t.dataset_id = l.id and t.collection_id = ${collectionId}
  order by t.dataset_id for update of t
)`,
    `gone${place} as (
  delete from ${table} t using member${place} m
  where t.dataset_id = m.dataset_id and t.collection_id = ${collectionId}
  returning 1
)`,
  ]);
  const count = countOf(tables.map((_, place) => `gone${place}`));
  return {
    query: `with ${[wantedIds, locked, ...deletions].join(',\n')} select ${count}`,
    parameters: parameters.values,
  };
}

/**
 * A query of the datasets of a type and the collections that hold them: `id`, `data_id`, `collection`, `timespan`.
 * @throws MissingDatasetTypeError, MissingCollectionError
 */
export function associations(
  registry: Registry,
  datasetType: string | null,
  expression: readonly string[],
  types: readonly CollectionType[] | undefined,
): { query: string; parameters: (string | null)[] } {
  const type = registry.datasetType(datasetType ?? 'NULL');
  const group = type.dimensions;
  const parameters = new Parameters();
  // Every collection is named by none: a list of all would be long.
  const all = expression.includes('*');
  const chosen = all ? undefined : expandCollections(registry, expression, types ? { types } : {});
  const codes = types?.map((name) => collectionTypes[name]);
  const conditions = [
    ...(chosen
      ? [`c.collection_id = any(${parameters.add(`{${chosen.map(({ id }) => id)}}`, 'int8[]')})`]
      : []),
    ...(codes ? [`c.type = any(${parameters.add(`{${codes}}`, 'int2[]')})`] : []),
  ];
  const rows = (table: string, timespan: string) => `
select a.dataset_id, ${dataIdJson(group, 'a')}, c.name, ${timespan}
from ${table} a
join ${registry.table('collection')} c on c.collection_id = a.collection_id
where ${[`a.dataset_type_id = ${type.id}`, ...conditions].join(' and ')}`;
  return {
    query: [
      rows(type.tags, 'null::int8range'),
      ...(type.calibs ? [rows(type.calibs, 'butler._shown_timespan(a.timespan)')] : []),
    ].join('\nunion all'),
    parameters: parameters.values,
  };
}

/** A query of one dataset, the UUID `$1`: `id`, `dataset_type`, `run`, `data_id`; undefined where there is none. */
export function datasetById(registry: Registry, id: string | null): string | undefined {
  const [type] = typesOf(registry, [id]);
  return (
    type &&
    `
select d.id, ${plv8.quote_literal(type.name)}::text, c.name, ${dataIdJson(type.dimensions, 't')}
from ${registry.table('dataset')} d
join ${registry.table('collection')} c on c.collection_id = d.run_id
join ${type.tags} t on t.dataset_id = d.id and t.collection_id = d.run_id
where d.id = $1`
  );
}

/** The statement that removes the datasets `$3` wherever they are associated, and counts those that there were. */
export function removeDatasets(registry: Registry): Change {
  const dataset = registry.table('dataset');
  const locations = registry.table('dataset_location');
  const parameters = new Parameters();
  return {
    query: `
with ${wantedIds},
locked as materialized (
  select d.id from wanted w join ${dataset} d on d.id = w.id order by d.id for update of d
),
gone as (
  delete from ${dataset} d using locked l where d.id = l.id returning 1
)
select count(*) from gone`,
    problems: problemsQuery(
      [wantedIds],
      [
        {
          error: 'OrphanedRecordError',
          message: 'a datastore still holds a dataset',
          hint: 'Remove its file first, by the client that the datastore belongs to, or prune it with unstore => true.',
          rows: `
  select row_number() over (order by w.id) as position, format('Datastore %L holds %s', l.datastore_name, w.id) as line
  from wanted w join ${locations} l on l.dataset_id = w.id`,
        },
      ],
      parameters,
    ),
    parameters: parameters.values,
  };
}

/**
 * The statement that hands the datasets `$3` over to the datastores that hold them for deletion of their files, and
 * counts them.
 */
export function unstoreDatasets(registry: Registry): string {
  return `
with ${wantedIds},
gone as (
  delete from ${registry.table('dataset_location')} l using wanted w
  where l.dataset_id = w.id
  returning l.datastore_name, l.dataset_id
),
trash as (
  insert into ${registry.table('dataset_location_trash')} (datastore_name, dataset_id)
  select datastore_name, dataset_id from gone
  on conflict do nothing
)
select count(*) from gone`;
}
