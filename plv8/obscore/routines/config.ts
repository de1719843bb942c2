/** Configurations in SQL: what is wrong with one. */
import { type Routine, routine } from '../../routine.ts';
import { readText } from '../config.ts';

export const _check_config: Routine = routine(
  {
    args: [['config', 'text']],
    returns: {
      table: [
        ['path', 'text'],
        ['complaint', 'text'],
      ],
    },
    volatility: 'immutable',
    rows: 10,
    comment: "What obscore.check_config returns, of the JSON's text, in which numbers keep their spelling.",
  },
  (config) => readText(config).complaints.map(({ path, complaint }) => ({ path, complaint })),
);
