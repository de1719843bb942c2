/** APDBs in SQL: made, dropped. */
import { changes, type Routine, routine } from '../../routine.ts';
import { openApdb } from '../apdb.ts';
import { createApdb } from '../create.ts';

export const _create: Routine = routine(
  {
    ...changes,
    strict: false,
    args: [
      ['name', 'name'],
      ['options', 'text'],
      ['prefix', 'text'],
    ],
    returns: 'void',
    comment: "What apdb.create does, of the JSON's text, in which numbers keep their spelling.",
  },
  (name, options, prefix) => {
    createApdb(name ?? '', options ?? '{}', prefix ?? '');
    return undefined;
  },
);

export const drop: Routine = routine(
  {
    ...changes,
    args: [['name', 'name']],
    returns: 'void',
    comment: 'Drops an APDB with all that it holds. MissingApdbError.',
  },
  (name) => {
    const apdb = openApdb(name);
    plv8.execute(`drop schema ${apdb.schema} cascade`);
    apdb.rows('delete from apdb.database where name = $1', [name]);
    return undefined;
  },
);
