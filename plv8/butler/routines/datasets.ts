/** Compilers of the statements that register, associate, find and remove datasets, for the shells in SQL that run them. */
import { Failure } from '../../failure.ts';
import { changes, compiles, type Routine, routine } from '../../routine.ts';
import {
  associate,
  associations,
  datasetById,
  disassociate,
  removeDatasets,
  unstoreDatasets,
} from '../associations.ts';
import { certify, decertify } from '../calibrations.ts';
import type { Change } from '../change.ts';
import { givenNames, givenType } from '../collections.ts';
import { importDatasets, insertDatasets } from '../datasets.ts';
import { findDataset } from '../find_dataset.ts';
import { openRegistry } from '../registry.ts';
import { datasetUuid5 } from '../uuid.ts';
import { parseTime, TimeError, timespanText } from '../where/times.ts';

const change = {
  table: [
    ['query', 'text'],
    ['bulk', 'text'],
    ['problems', 'text'],
    ['parameters', 'text[]'],
  ],
} as const;

const changeRow = ({ query, bulk, problems, parameters }: Change) => ({
  query,
  bulk: bulk ?? null,
  problems,
  parameters,
});

const query = {
  table: [
    ['query', 'text'],
    ['parameters', 'text[]'],
  ],
} as const;

const registryArgument = ['registry', 'name'] as const;

/** Whether to compose the statement without the foreign keys' own checks, too. */
const atOnceArgument = ['checks_at_once', 'boolean'] as const;

export const _dataset_uuids: Routine = routine(
  {
    args: [['names', 'text[]']],
    returns: 'uuid[]',
    volatility: 'immutable',
    comment:
      "UUIDs of version 5 (RFC 9562) in the namespace of the Data Butler's datasets, one for each name, such as " +
      'dataset_type=raw,detector=1,exposure=839001,instrument=DECam.',
  },
  (names) => names.map((name) => datasetUuid5(name ?? '')),
);

export const _compile_insert_datasets: Routine = routine(
  {
    args: [['dataset_type', 'text'], ['run', 'text'], ['id_mode', 'text'], atOnceArgument, registryArgument],
    returns: change,
    ...compiles,
    comment:
      'The statement that registers new datasets for a JSON array of data IDs, $2, and gives their ids; and the query ' +
      'of what is in its way.',
  },
  (datasetType, run, idMode, checksAtOnce, name) => [
    changeRow(insertDatasets(openRegistry(name), datasetType, run, idMode, checksAtOnce ?? false)),
  ],
);

export const _compile_import_datasets: Routine = routine(
  {
    args: [
      ['dataset_type', 'text'],
      ['run', 'text'],
      ['assume_new', 'boolean'],
      atOnceArgument,
      registryArgument,
    ],
    returns: change,
    ...compiles,
    comment:
      'The statement that registers datasets of a JSON array of ids and data IDs, $2, and counts the new ones; and the ' +
      'query of what is in its way.',
  },
  (datasetType, run, assumeNew, checksAtOnce, name) => [
    changeRow(
      importDatasets(openRegistry(name), datasetType, run, assumeNew ?? false, checksAtOnce ?? false),
    ),
  ],
);

export const _compile_associate: Routine = routine(
  {
    args: [['collection', 'text'], ['ids', 'uuid[]'], atOnceArgument, registryArgument],
    returns: change,
    ...compiles,
    comment:
      'The statement that puts datasets, $3, into a TAGGED collection and counts the new ones; and the query of what is in its way.',
  },
  (collection, ids, checksAtOnce, name) => [
    changeRow(associate(openRegistry(name), collection, ids ?? [], checksAtOnce ?? false)),
  ],
);

export const _compile_disassociate: Routine = routine(
  {
    args: [['collection', 'text'], ['ids', 'uuid[]'], registryArgument],
    returns: query,
    ...compiles,
    comment: 'The statement that takes datasets, $3, out of a TAGGED collection and counts them.',
  },
  (collection, ids, name) => [disassociate(openRegistry(name), collection, ids ?? [])],
);

export const _compile_certify: Routine = routine(
  {
    args: [['collection', 'text'], ['ids', 'uuid[]'], atOnceArgument, registryArgument],
    returns: change,
    ...compiles,
    comment:
      'The statement that certifies datasets, $3, in a CALIBRATION collection for a timespan, $4, and counts them; and the query of what is in its way.',
  },
  (collection, ids, checksAtOnce, name) => [
    changeRow(certify(openRegistry(name), collection, ids ?? [], checksAtOnce ?? false)),
  ],
);

export const _compile_decertify: Routine = routine(
  {
    args: [['collection', 'text'], ['dataset_type', 'text'], ['has_data_ids', 'boolean'], registryArgument],
    returns: query,
    ...changes,
    strict: false,
    rows: 1,
    comment:
      'The statement that takes a timespan, $4, out of the validity of datasets in a CALIBRATION collection, those of the data IDs of a JSON array, $2, or all, and counts the ranges that it cut. Locks the collection against others of its kind.',
  },
  (collection, datasetType, hasDataIds, name) => [
    decertify(openRegistry(name), collection, datasetType, hasDataIds ?? false),
  ],
);

export const _compile_find_dataset: Routine = routine(
  {
    args: [
      ['dataset_type', 'text'],
      ['collections', 'text[]'],
      ['has_timespan', 'boolean'],
      registryArgument,
    ],
    returns: query,
    ...compiles,
    comment:
      'The query of the first dataset of a type with a data ID, the JSON $2, in the order of collections; in CALIBRATION ones of those that are valid in a timespan, $3.',
  },
  (datasetType, collections, hasTimespan, name) => [
    findDataset(openRegistry(name), datasetType, collections, hasTimespan ?? false),
  ],
);

export const _compile_query_associations: Routine = routine(
  {
    args: [['dataset_type', 'text'], ['collections', 'text[]'], ['types', 'text[]'], registryArgument],
    returns: query,
    ...compiles,
    comment: 'The query of the datasets of a type and the collections that hold them.',
  },
  (datasetType, collections, types, name) => [
    associations(openRegistry(name), datasetType, givenNames(collections), types?.map(givenType)),
  ],
);

export const _compile_get_dataset: Routine = routine(
  {
    args: [['id', 'uuid'], registryArgument],
    returns: 'text',
    volatility: 'stable',
    strict: false,
    usesSql: true,
    comment: 'The query of one dataset, $1; NULL where there is none.',
  },
  (id, name) => datasetById(openRegistry(name), id) ?? null,
);

export const _compile_remove_datasets: Routine = routine(
  {
    args: [registryArgument],
    returns: change,
    ...compiles,
    comment: 'The statement that removes datasets, $3, and counts them; and the query of what is in its way.',
  },
  (name) => [changeRow(removeDatasets(openRegistry(name)))],
);

export const _compile_unstore_datasets: Routine = routine(
  {
    args: [registryArgument],
    returns: 'text',
    volatility: 'stable',
    strict: false,
    usesSql: true,
    comment: 'The statement that hands datasets, $3, over to their datastores for deletion, and counts them.',
  },
  (name) => unstoreDatasets(openRegistry(name)),
);

export const timespan: Routine = routine(
  {
    args: [
      ['begin', 'text'],
      ['end', 'text'],
      ['scale', 'text', "'tai'"],
    ],
    returns: 'int8range',
    volatility: 'immutable',
    strict: false,
    comment:
      'The validity range [ns since 1970-01-01 TAI] from begin to end, which is not part of it: ISO 8601, as 2019-04-02 ' +
      'or 2019-04-02T00:00:37.5, or an MJD, of the scale tai, utc or tt; NULL is unbounded, as is what lies outside of ' +
      '1970-01-01 to 2100-01-01 TAI. An instant lasts 1 ns; an end before the begin is empty. Error ' +
      'invalid_parameter_value for no time and for a timespan wholly outside.',
  },
  (begin, end, scale) => {
    const instant = (text: string | null) =>
      text === null ? null : parseTime(text, scale ?? 'tai').nanoseconds;
    try {
      return timespanText(instant(begin), instant(end));
    } catch (error) {
      if (error instanceof TimeError) throw new Failure('22023', `ValueError: ${error.message}`);
      throw error;
    }
  },
);
