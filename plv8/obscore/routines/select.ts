/** The compiler of rows in SQL. */
import { type Routine, routine } from '../../routine.ts';
import { rowsWithoutTable } from '../without_table.ts';

export const _compile_rows: Routine = routine(
  {
    args: [
      ['config', 'text'],
      ['registry', 'name'],
    ],
    returns: {
      table: [
        ['dataset_type', 'text'],
        ['query', 'text'],
      ],
    },
    volatility: 'volatile',
    parallel: 'unsafe',
    strict: false,
    usesSql: true,
    rows: 10,
    comment:
      'For each configured dataset type of a registry, the query of all rows that an ObsCore table would have. It reads ' +
      'temporary tables, which last as long as the transaction. ObsCoreConfigError, MissingRegistryError, ' +
      'MissingCollectionError, CollectionTypeError.',
  },
  (config, registry) => rowsWithoutTable(registry, config ?? 'null'),
);
