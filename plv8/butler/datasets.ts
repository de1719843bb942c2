/** Datasets enter runs: made with new ids, or imported with those that they have. */
import { Failure } from '../failure.ts';
import {
  associationRows,
  type Change,
  collectionOf,
  dimensionList,
  missingRecords,
  namedValues,
  type Problem,
  problemsQuery,
  removedMeanwhile,
  sameDataId,
  summaryStatements,
} from './change.ts';
import { dataIdJson, dataIdRows } from './data_id.ts';
import { orRefuse, type ReferenceCheck, referenceCheck } from './references.ts';
import type { Collection, DatasetType, Registry } from './registry.ts';
import { Parameters } from './statement.ts';

/** How a new dataset comes by its id: from the clock; from type and data ID; from type, run and data ID. */
const idModes = ['UNIQUE', 'DATAID_TYPE', 'DATAID_TYPE_RUN'] as const;
type IdMode = (typeof idModes)[number];

/** What goes into a run: the run, the type, and the SQL that stands for their keys. */
interface Entry {
  readonly registry: Registry;
  readonly type: DatasetType;
  readonly run: Collection;
  readonly parameters: Parameters;
  readonly typeId: string;
  readonly runId: string;
}

function entry(registry: Registry, datasetType: string | null, run: string | null): Entry {
  const type = registry.datasetType(datasetType ?? 'NULL');
  const collection = collectionOf(registry, run, 'RUN', 'insert datasets into');
  const parameters = new Parameters();
  return {
    registry,
    type,
    run: collection,
    parameters,
    typeId: parameters.add(String(type.id), 'int8'),
    runId: parameters.add(String(collection.id), 'int8'),
  };
}

/**
 * Writes the rows of a relation with `id` and the dimensions. They go in by id, then by data ID, so that two sessions
 * that insert the same ones meet at the first of them and never wait for each other in a ring.
 */
function writeStatements({ registry, type, typeId, runId }: Entry, source: string): string[] {
  const group = type.dimensions;
  const order = group.required.map((name) => `s.${plv8.quote_ident(name)}`).join(', ') || 's.id';
  return [
    ...summaryStatements(registry, runId, type, typeId, source),
    `new_datasets as (
  insert into ${registry.table('dataset')} (id, dataset_type_id, ingest_date, run_id)
  select s.id, ${typeId}, (select sky.tai_ns_from_utc(statement_timestamp())), ${runId}
  from ${source} s
  order by s.id
)`,
    `new_tags as (
  insert into ${type.tags} (dataset_type_id, dataset_id, collection_id${dimensionList(group)})
  select ${typeId}, s.id, ${runId}${dimensionList(group, 's.')}
  from ${source} s
  order by ${order}
)`,
  ];
}

/** The check of what the rows refer to; undefined where PostgreSQL must make it itself. */
function checkOf({ registry, type, typeId, runId }: Entry, source: string): ReferenceCheck | undefined {
  return referenceCheck(registry, [
    {
      table: registry.table('dataset'),
      source,
      columns: { id: 's.id', dataset_type_id: typeId, run_id: runId },
    },
    ...associationRows(registry, type, type.tags, runId, typeId, source),
  ]);
}

/** What can be wrong with the rows of `given`: `position`, `id` and the dimensions. */
function problemsOf(into: Entry, ids: { readonly areKnown: boolean; readonly mayExist: boolean }): Problem[] {
  const { registry, type, run, parameters, typeId, runId } = into;
  const group = type.dimensions;
  const dataId = dataIdJson(group, 'g');
  const error = 'ConflictingDefinitionError' as const;
  const columns = group.required.map((name) => `g.${plv8.quote_ident(name)}`).join(', ');
  const is = `d.dataset_type_id = ${typeId} and d.run_id = ${runId} and ${sameDataId(group, 't', 'g')}`;
  const ofIds: Problem[] = [
    {
      error,
      message: 'a dataset is given twice',
      rows: `
  select min(g.position) as position, format('%s is given %s times', g.id, count(*)) as line
  from given g
  group by g.id
  having count(*) > 1`,
    },
    {
      error,
      message: 'a dataset of the same id exists already',
      hint: 'A dataset keeps its type, run and data ID for ever, and its id exists once in a registry.',
      rows: `
  select g.position,
    format('%s is %s of run %L%s, and was given as %s %s of run %L', g.id, dt.name, c.name,
      case when t.dataset_id is not null then ' with ' || ${dataIdJson(group, 't')}::text end,
      ${parameters.add(type.name, 'text')}, ${dataId}, ${parameters.add(run.name, 'text')}) as line
  from given g
  join ${registry.table('dataset')} d on d.id = g.id
  join ${registry.table('dataset_type')} dt on dt.id = d.dataset_type_id
  join ${registry.table('collection')} c on c.collection_id = d.run_id
  left join ${type.tags} t on t.dataset_id = d.id and t.collection_id = d.run_id
  ${ids.mayExist ? `where (${is}) is not true` : ''}`,
    },
  ];
  return [
    ...removedMeanwhile(registry, run, [type]),
    ...(ids.areKnown ? ofIds : []),
    {
      error,
      message: `a data ID is given twice for ${type.name} of run '${run.name}'`,
      rows: `
  select min(g.position) as position, format('%s is given %s times', (${`array_agg(${dataId})`})[1], count(*)) as line
  from given g
  group by ${columns || '()'}
  having count(*) > 1`,
    },
    {
      error,
      message: `run '${run.name}' has a ${type.name} of the same data ID`,
      hint: 'A run holds one dataset of each type and data ID: take another run, or remove that dataset first.',
      rows: `
  select g.position, format('%s is dataset %s', ${dataId}, t.dataset_id) as line
  from given g
  join ${type.tags} t on t.dataset_type_id = ${typeId} and t.collection_id = ${runId}
    and ${sameDataId(group, 't', 'g')}
  ${ids.areKnown ? 'where t.dataset_id <> g.id' : ''}`,
    },
    ...missingRecords(registry, group, dataId),
  ];
}

/** The ids of new datasets, for each row of `data_ids`. */
function identified({ registry, type, run, parameters }: Entry, mode: IdMode): string {
  if (mode === 'UNIQUE')
    return `
  select d.*, butler._uuid7(now.tick + d.position) as id
  from data_ids d, (select butler._uuid7_tick() as tick offset 0) as now`;
  const head = `dataset_type=${type.name}${mode === 'DATAID_TYPE_RUN' ? `,run=${run.name}` : ''}`;
  const name = `${parameters.add(head, 'text')} || ${namedValues(registry, type.dimensions, 'd')}`;
  return `
  select d.*, n.id
  from (select butler._dataset_uuids(array(select ${name} from data_ids d order by d.position)) as ids) as named
  cross join lateral unnest(named.ids) with ordinality as n (id, position)
  join data_ids d on d.position = n.position`;
}

/**
 * The statement that registers new datasets, one for each data ID of a JSON array, and returns their ids in its order.
 * @throws MissingDatasetTypeError, MissingCollectionError, CollectionTypeError, invalid_parameter_value
 */
export function insertDatasets(
  registry: Registry,
  datasetType: string | null,
  run: string | null,
  idMode: string | null,
  checksAtOnce: boolean,
): Change {
  const mode = idModes.find((name) => name === idMode);
  if (mode === undefined)
    throw new Failure('22023', `there is no id mode '${idMode ?? 'NULL'}'`, {
      hint: `The modes are ${idModes.join(', ')}.`,
    });
  const into = entry(registry, datasetType, run);
  const { parameters, type } = into;
  const given = [
    `data_ids as materialized (${dataIdRows(registry, type.dimensions, { array: '$2' }, parameters)})`,
    `given as materialized (${identified(into, mode)})`,
  ];
  const writes = writeStatements(into, 'given');
  const check = checksAtOnce ? checkOf(into, 'given') : undefined;
  return {
    query: `
with ${[...given, ...writes].join(',\n')}
select g.id from given g order by g.position`,
    ...(check && {
      bulk: `
with ${[...given, ...check.statements, ...writes].join(',\n')}
select g.id from given g where ${orRefuse(check)} order by g.position`,
    }),
    problems: problemsQuery(
      given,
      problemsOf(into, { areKnown: mode !== 'UNIQUE', mayExist: false }),
      parameters,
    ),
    parameters: parameters.values,
  };
}

/**
 * The statement that registers datasets of a JSON array of `id` and `data_id` and returns how many are new.
 * @param assumeNew refuse those that exist already, instead of passing over those that are the same
 * @throws MissingDatasetTypeError, MissingCollectionError, CollectionTypeError
 */
export function importDatasets(
  registry: Registry,
  datasetType: string | null,
  run: string | null,
  assumeNew: boolean,
  checksAtOnce: boolean,
): Change {
  const into = entry(registry, datasetType, run);
  const { parameters, type, typeId, runId } = into;
  const group = type.dimensions;
  const id = `case when given.item ->> 'id' is null
      then butler._raise('22004', 'dataset ' || given.position || ' of those given has no id')::uuid
      else (given.item ->> 'id')::uuid end`;
  const source = { array: '$2', member: 'data_id', more: { id } };
  const given = [`given as materialized (${dataIdRows(registry, group, source, parameters)})`];
  const known = `
    select from ${registry.table('dataset')} d
    join ${type.tags} t on t.dataset_id = d.id and t.collection_id = d.run_id
    where d.id = g.id and d.dataset_type_id = ${typeId} and d.run_id = ${runId} and ${sameDataId(group, 't', 'g')}`;
  const unknown = assumeNew
    ? []
    : [`unknown as materialized (\n  select g.* from given g where not exists (${known})\n)`];
  const added = assumeNew ? 'given' : 'unknown';
  const count = `(select count(*) from ${added})`;
  const all = [...given, ...unknown];
  const writes = writeStatements(into, added);
  const result = assumeNew
    ? count
    : `case when (select count(*) = count(distinct id) from given) then ${count} end`;
  const check = checksAtOnce ? checkOf(into, added) : undefined;
  return {
    query: `
with ${[...all, ...writes].join(',\n')}
select ${result}`,
    ...(check && {
      bulk: `
with ${[...all, ...check.statements, ...writes].join(',\n')}
select ${result} where ${orRefuse(check)}`,
    }),
    problems: problemsQuery(given, problemsOf(into, { areKnown: true, mayExist: !assumeNew }), parameters),
    parameters: parameters.values,
  };
}
