/** Keys and values that clients of an APDB read, in SQL. */
import { changes, type Routine, routine } from '../../routine.ts';
import { openApdb } from '../apdb.ts';
import { apdbError } from '../errors.ts';

const apdbArgument = ['apdb', 'name', 'apdb.current_apdb()'] as const;

export const get_metadata: Routine = routine(
  {
    args: [['key', 'text'], apdbArgument],
    returns: 'text',
    volatility: 'stable',
    strict: false,
    usesSql: true,
    comment:
      'The value of a key in the table metadata of an APDB; NULL where there is none. MissingApdbError.',
  },
  (key, name) => openApdb(name).getMetadata(key ?? '') ?? null,
);

export const set_metadata: Routine = routine(
  {
    ...changes,
    strict: false,
    args: [['key', 'text'], ['value', 'text'], ['force', 'boolean', 'false'], apdbArgument],
    returns: 'void',
    comment:
      'Writes a key and its value to the table metadata of an APDB. ApdbStateError where the key is there already, ' +
      'unless forced, or where either is empty; MissingApdbError.',
  },
  (key, value, force, name) => {
    const apdb = openApdb(name);
    if (!key || !value) throw apdbError('ApdbStateError', 'a key of metadata and its value cannot be empty');
    if (force) apdb.setMetadata(key, value);
    else if (
      apdb.rows(
        `insert into ${apdb.table('metadata')} (name, value) values ($1, $2) on conflict (name) do nothing returning name`,
        [key, value],
      ).length === 0
    )
      throw apdbError('ApdbStateError', `the APDB '${apdb.name}' has metadata '${key}' already`, {
        hint: 'To write another value: force => true.',
      });
    return undefined;
  },
);

export const delete_metadata: Routine = routine(
  {
    ...changes,
    strict: false,
    args: [['key', 'text'], apdbArgument],
    returns: 'boolean',
    comment:
      'Deletes a key of the table metadata of an APDB, and says whether it was there. MissingApdbError.',
  },
  (key, name) => {
    const apdb = openApdb(name);
    return (
      apdb.rows(`delete from ${apdb.table('metadata')} where name = $1 returning name`, [key]).length > 0
    );
  },
);
