/** What the triggers that keep ObsCore tables call. */
import { openRegistry } from '../../butler/registry.ts';
import { type Routine, routine } from '../../routine.ts';
import { followEdits } from '../triggers/follow.ts';
import { resynchronise } from '../triggers/resynchronise.ts';
import { datasetTypesChanged } from '../triggers/types_changed.ts';

const ids = (given: readonly (bigint | null)[] | null): bigint[] => (given ?? []).filter((id) => id !== null);

export const _follow_collections: Routine = routine(
  {
    args: [
      ['registry', 'name'],
      ['made', 'int8[]'],
      ['renamed', 'int8[]'],
      ['removed', 'int8[]'],
      ['chains', 'boolean'],
    ],
    returns: 'void',
    volatility: 'volatile',
    strict: false,
    parallel: 'unsafe',
    usesSql: true,
    comment:
      'Follows what a transaction did to collections, and to chains, in all ObsCore tables of a registry that are ' +
      'kept live: their members and the rows of the datasets in those that came, went or moved.',
  },
  (registry, made, renamed, removed, chains) => {
    followEdits(openRegistry(registry), {
      made: ids(made),
      renamed: ids(renamed),
      removed: ids(removed),
      chains: chains ?? false,
    });
    return null;
  },
);

export const _dataset_types_changed: Routine = routine(
  {
    args: [
      ['registry', 'name'],
      ['compare', 'boolean'],
    ],
    returns: 'void',
    volatility: 'volatile',
    parallel: 'unsafe',
    usesSql: true,
    comment:
      'Has the ObsCore tables of a registry show the dataset types that it has now; where it cannot, obscore.error ' +
      'says why. compare: types were renamed or removed, so that rows may be wrong.',
  },
  (registry, compare) => {
    datasetTypesChanged(openRegistry(registry), compare);
    return undefined;
  },
);

export const _resynchronise: Routine = routine(
  {
    args: [['registry', 'name']],
    returns: 'void',
    volatility: 'volatile',
    parallel: 'unsafe',
    usesSql: true,
    comment:
      'Compares all ObsCore tables of a registry with the truth and mends them, after a table was truncated that they ' +
      'are made of. Inserts of others wait until the transaction ends.',
  },
  (registry) => {
    resynchronise(openRegistry(registry));
    return undefined;
  },
);
