/** Registries in SQL: made, adopted, given back, dropped. */
import { type Routine, routine } from '../../routine.ts';
import { createRegistry } from '../create.ts';

export const create_registry: Routine = routine(
  {
    args: [
      ['registry', 'name'],
      ['universe', 'text', "'daf_butler 8'"],
    ],
    returns: 'void',
    volatility: 'volatile',
    parallel: 'unsafe',
    usesSql: true,
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
