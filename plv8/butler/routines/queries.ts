/** Compilers of the queries: each gives the statement that its SQL shell runs. */
import type { Argument } from '../../routine.ts';
import { compiles, type Routine, routine } from '../../routine.ts';
import { compileDataIds, compileDatasets, compileRecords, type Options } from '../query/compile.ts';
import { openRegistry } from '../registry.ts';
import type { Compiled } from '../statement.ts';

const compiled = {
  table: [
    ['query', 'text'],
    ['parameters', 'text[]'],
  ],
} as const;

const common = [
  ['expression', 'text'],
  ['bind', 'text'],
  ['data_id', 'text'],
  ['order_by', 'text[]'],
  ['row_limit', 'int8'],
  ['registry', 'name'],
] as const satisfies readonly Argument[];

const present = (names: readonly (string | null)[] | null) => (names ?? []).filter((name) => name !== null);

function options(
  where: string | null,
  bind: string | null,
  dataId: string | null,
  orderBy: readonly (string | null)[] | null,
  limit: bigint | null,
): Options {
  return { where: where ?? '', bind: bind ?? '{}', dataId: dataId ?? '{}', orderBy: present(orderBy), limit };
}

const row = ({ query, parameters }: Compiled) => [{ query, parameters: [...parameters] }];

export const _compile_query_datasets: Routine = routine(
  {
    args: [['dataset_type', 'text'], ['collections', 'text[]'], ['find_first', 'boolean'], ...common],
    returns: compiled,
    ...compiles,
    comment:
      'The statement of butler.query_datasets: query takes parameters as its $1 and gives rows of id, dataset_type, run, data_id.',
  },
  (datasetType, collections, findFirst, where, bind, dataId, orderBy, limit, registry) =>
    row(
      compileDatasets(
        openRegistry(registry),
        datasetType ?? '',
        present(collections),
        findFirst ?? true,
        options(where, bind, dataId, orderBy, limit),
      ),
    ),
);

export const _compile_query_data_ids: Routine = routine(
  {
    args: [['dimensions', 'text[]'], ['datasets', 'text[]'], ['collections', 'text[]'], ...common],
    returns: compiled,
    ...compiles,
    comment:
      'The statement of butler.query_data_ids: query takes parameters as its $1 and gives one JSON object a row.',
  },
  (dimensions, datasets, collections, where, bind, dataId, orderBy, limit, registry) =>
    row(
      compileDataIds(
        openRegistry(registry),
        present(dimensions),
        present(datasets),
        present(collections),
        options(where, bind, dataId, orderBy, limit),
      ),
    ),
);

export const _compile_query_dimension_records: Routine = routine(
  {
    args: [['element', 'text'], ['datasets', 'text[]'], ['collections', 'text[]'], ...common],
    returns: compiled,
    ...compiles,
    comment:
      'The statement of butler.query_dimension_records: query takes parameters as its $1 and gives one JSON object a row.',
  },
  (element, datasets, collections, where, bind, dataId, orderBy, limit, registry) =>
    row(
      compileRecords(
        openRegistry(registry),
        element ?? '',
        present(datasets),
        present(collections),
        options(where, bind, dataId, orderBy, limit),
      ),
    ),
);
