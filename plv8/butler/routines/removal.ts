/** Removal of collections, and the upkeep of their summaries, in SQL. */
import { compiles, type Routine, routine } from '../../routine.ts';
import { givenName, givenNames } from '../collections.ts';
import { openRegistry } from '../registry.ts';
import { removeCollection, removeRuns } from '../removal.ts';
import { refreshSummaries, summaryOf } from '../summaries.ts';

const registryArgument = ['registry', 'name', 'butler.current_registry()'] as const;

export const collection_summary: Routine = routine(
  {
    args: [['name', 'text'], registryArgument],
    returns: {
      table: [
        ['dataset_types', 'text[]'],
        ['governors', 'json'],
      ],
    },
    ...compiles,
    comment:
      'The dataset types that a collection may hold, by name, and the values that each governor dimension may have ' +
      'there, as {"instrument": ["DECam"]}; for a chain, those of all its members. They grow with inserts and shrink ' +
      'only by butler.refresh_collection_summaries. MissingCollectionError.',
  },
  (name, registry) => {
    const opened = openRegistry(registry);
    const { datasetTypes, governors } = summaryOf(opened, opened.collection(givenName(name)));
    return [{ dataset_types: datasetTypes, governors }];
  },
);

export const refresh_collection_summaries: Routine = routine(
  {
    args: [['collections', 'text[]', 'null'], registryArgument],
    returns: 'int8',
    volatility: 'volatile',
    strict: false,
    parallel: 'unsafe',
    usesSql: true,
    comment:
      'Takes out of the summaries of collections (names and patterns, of chains their members; all by default) what ' +
      'they no longer hold, and returns how many collections changed. Inserts of other sessions wait meanwhile. ' +
      'MissingCollectionError.',
  },
  (collections, registry) =>
    refreshSummaries(openRegistry(registry), collections === null ? null : givenNames(collections)),
);

export const remove_collection: Routine = routine(
  {
    args: [['name', 'text'], registryArgument],
    returns: 'void',
    volatility: 'volatile',
    strict: false,
    parallel: 'unsafe',
    usesSql: true,
    comment:
      'Removes a collection: a run with its datasets and all their associations, a chain, tags or calibrations without ' +
      'what they hold. MissingCollectionError; OrphanedRecordError where a chain holds the collection or a datastore ' +
      'a dataset of the run, before anything is deleted.',
  },
  (name, registry) => {
    removeCollection(openRegistry(registry), givenName(name));
    return null;
  },
);

export const remove_runs: Routine = routine(
  {
    args: [['names', 'text[]'], ['unlink_from_chains', 'boolean', 'false'], registryArgument],
    returns: 'void',
    volatility: 'volatile',
    strict: false,
    parallel: 'unsafe',
    usesSql: true,
    comment:
      'Removes runs with all their datasets and all associations of these, all runs or none; unlink_from_chains first ' +
      'takes them out of the chains that hold them. MissingCollectionError; CollectionTypeError for what is no run; ' +
      'OrphanedRecordError where a chain (without unlink_from_chains) or a datastore holds one, before anything is deleted.',
  },
  (names, unlink, registry) => {
    removeRuns(openRegistry(registry), givenNames(names), unlink ?? false);
    return null;
  },
);
