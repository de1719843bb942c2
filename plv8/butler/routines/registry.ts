/** Registries in SQL: made, adopted, given back, dropped. */
import { changes, type Routine, routine } from '../../routine.ts';
import { attachRegistry, detachRegistry, dropRegistry } from '../attach.ts';
import { checkRegistry } from '../check/check.ts';
import { createRegistry } from '../create.ts';
import { openRegistry } from '../registry.ts';

export const create_registry: Routine = routine(
  {
    args: [
      ['registry', 'name'],
      ['universe', 'text', "'daf_butler 8'"],
    ],
    returns: 'void',
    ...changes,
    comment:
      'Makes a registry: a schema of this name with the tables that clients of the Data Butler expect, readable to ' +
      'almagest_reader and writable to almagest_loader. RegistryStateError where there is one of that name, where ' +
      'the schema has tables, or where the universe of dimensions is unknown. Needs the rights to create a schema ' +
      'and of almagest_owner.',
  },
  (registry, universe) => {
    createRegistry(registry, universe);
    return undefined;
  },
);

export const attach: Routine = routine(
  {
    args: [['registry', 'name']],
    returns: 'void',
    ...changes,
    comment:
      'Adopts a registry that a client of the Data Butler made in this schema: adds collection_flat, the triggers that ' +
      'keep it, constraints against overlapping validity, indexes and statistics, announces the pixels of regions for ' +
      'instruments and skymaps where the client did not, and changes nothing else. Where it is adopted already, adds what is missing. RegistryStateError where the schema holds no registry of known ' +
      'versions; CollectionCycleError and ConflictingDefinitionError where chains contain themselves or validity ' +
      'ranges overlap. Needs the rights of the owner of its tables and of almagest_owner.',
  },
  (registry) => {
    attachRegistry(registry);
    return undefined;
  },
);

export const detach: Routine = routine(
  {
    args: [['registry', 'name']],
    returns: 'void',
    ...changes,
    comment:
      'Takes away all that butler.attach or butler.create_registry added to the tables of the Data Butler, and forgets ' +
      'the registry: what it holds stays, for its clients. MissingRegistryError where there is no such registry.',
  },
  (registry) => {
    detachRegistry(registry);
    return undefined;
  },
);

export const drop_registry: Routine = routine(
  {
    args: [['registry', 'name']],
    returns: 'void',
    ...changes,
    comment:
      'Drops a registry with all it holds: its tables, those that datastores keep in it, and its schema where ' +
      'butler.create_registry made it a registry and nothing else is in it. MissingRegistryError where there is no ' +
      'such registry; an error where views or tables of others depend on it.',
  },
  (registry) => {
    dropRegistry(registry);
    return undefined;
  },
);

export const check: Routine = routine(
  {
    args: [['registry', 'name', 'butler.current_registry()']],
    returns: {
      table: [
        ['problem', 'text'],
        ['object', 'text'],
        ['detail', 'text'],
      ],
    },
    volatility: 'stable',
    strict: false,
    usesSql: true,
    rows: 10,
    comment:
      'What is wrong with a registry: one row for each broken rule of chains, runs, datasets, data IDs, summaries, ' +
      'validity ranges, dimension records, pixels of regions and tables, with the table it is broken in and the rows ' +
      'that break it; no row where all is well. Reads every table.',
  },
  (registry) => checkRegistry(openRegistry(registry)).map((finding) => ({ ...finding })),
);
