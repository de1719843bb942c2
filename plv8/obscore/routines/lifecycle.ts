/** ObsCore tables in SQL: made, refreshed, rebuilt, verified, dropped. */
import { openRegistry } from '../../butler/registry.ts';
import { type Routine, routine } from '../../routine.ts';
import { createObsCore, dropObsCore, dropRegistryTables } from '../create.ts';
import { openDefinition } from '../definition.ts';
import { setMode } from '../mode.ts';
import { rebuildObsCore } from '../rebuild.ts';
import { refreshObsCore, repair } from '../refresh.ts';
import { differencesQuery } from '../verify.ts';

const table = [
  ['table_name', 'name', "'obscore'"],
  ['registry', 'name', 'butler.current_registry()'],
] as const;

const change = { volatility: 'volatile', strict: false, parallel: 'unsafe', usesSql: true } as const;

export const _create: Routine = routine(
  {
    ...change,
    args: [
      ['registry', 'name'],
      ['config', 'text'],
      ['mode', 'text'],
      ['on_error', 'text'],
      ['published', 'boolean'],
    ],
    returns: 'int8',
    comment: "What obscore.create does, of the JSON's text, in which numbers keep their spelling.",
  },
  (registry, config, mode, onError, published) =>
    createObsCore({ registry, config: config ?? 'null', mode, onError, published: published ?? true }),
);

export const drop: Routine = routine(
  {
    ...change,
    args: table,
    returns: 'void',
    comment:
      'Drops an ObsCore table with all that keeps it up to date; with the last one of a registry also what decodes its ' +
      'regions. MissingObsCoreTableError; an error where views or tables of others depend on it.',
  },
  (tableName, registry) => {
    dropObsCore(openRegistry(registry), tableName ?? 'obscore');
    return undefined;
  },
);

export const refresh: Routine = routine(
  {
    ...change,
    args: table,
    returns: 'int8',
    comment:
      'Brings an ObsCore table up to date and returns how many rows changed: mode manual: applies the changes that were ' +
      'collected; matview: refreshes the materialized view, and readers go on meanwhile; all modes: tries again the ' +
      'datasets that obscore.error tells of. MissingObsCoreTableError.',
  },
  (tableName, registry) => refreshObsCore(tableName, registry),
);

export const _rebuild: Routine = routine(
  {
    ...change,
    args: [
      ['table_name', 'name'],
      ['config', 'text'],
      ['registry', 'name'],
    ],
    returns: 'int8',
    comment: "What obscore.rebuild does, of the JSON's text, in which numbers keep their spelling.",
  },
  (tableName, config, registry) => rebuildObsCore(tableName ?? 'obscore', config, registry),
);

export const set_mode: Routine = routine(
  {
    ...change,
    args: [['table_name', 'name'], ['mode', 'text'], table[1]],
    returns: 'void',
    comment:
      "Makes a table 'live' that was 'manual', applying what was collected, or the other way round. " +
      'MissingObsCoreTableError; ObsCoreStateError for a materialized view, which is dropped and made anew.',
  },
  (tableName, mode, registry) => {
    setMode(openDefinition(registry, tableName), mode);
    return undefined;
  },
);

export const _differences: Routine = routine(
  {
    args: [
      ['table_name', 'name'],
      ['registry', 'name'],
    ],
    returns: 'text',
    volatility: 'stable',
    strict: false,
    usesSql: true,
    comment: 'The query of what obscore.verify returns.',
  },
  (tableName, registry) => differencesQuery(openDefinition(registry, tableName)),
);

export const _repair: Routine = routine(
  {
    ...change,
    args: [
      ['table_name', 'name'],
      ['ids', 'uuid[]'],
      ['registry', 'name'],
    ],
    returns: 'int8',
    comment:
      'Brings the rows of these datasets in an ObsCore table up to date, and returns how many changed.',
  },
  (tableName, ids, registry) => repair(openDefinition(registry, tableName), ids ?? []),
);

export const _drop_all: Routine = routine(
  {
    ...change,
    args: [['registry', 'name']],
    returns: 'void',
    comment: 'Drops all ObsCore tables of a registry; the trigger of butler.registry calls it.',
  },
  (registry) => {
    if (registry !== null) dropRegistryTables(openRegistry(registry));
    return undefined;
  },
);
