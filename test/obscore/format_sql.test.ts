/** Templates as SQL: their values in the server are those of Python's str.format. */
import test from 'ava';
import {
  checkTemplate,
  compileFormat,
  type Formatted,
  type Term,
} from '../../plv8/obscore/format/compile.ts';
import { type ColumnType, convert } from '../../plv8/obscore/format/convert.ts';
import { database } from '../support/database.ts';

const terms: Record<string, Term> = {
  visit: { sql: 'r.visit', kind: 'int', nullable: true },
  name: { sql: 'r.name', kind: 'str', nullable: true },
  exptime: { sql: 'r.exptime', kind: 'float', nullable: true },
  flag: { sql: 'r.flag', kind: 'bool', nullable: true },
  id: { sql: 'r.id', kind: 'uuid', nullable: false },
  timespan: { sql: 'r.timespan', kind: 'timespan', nullable: true },
  run: { sql: 'r.run', kind: 'str', nullable: false },
  dataset_type: { sql: "'raw'", kind: 'str', nullable: false, constant: 'raw' },
};

const lookup = (path: { name: string } | { record: string; field: string }) =>
  'name' in path ? (path.name === 'o_ucd' ? 'none' : terms[path.name]) : undefined;

function compiled(template: string): Formatted {
  const result = compileFormat(template, lookup);
  if (!('sql' in result)) throw new Error(JSON.stringify(result));
  return result;
}

const rows = `(values
  (1, 903342::int8, 'HSC-R''s "\\ % $1', 30.0::float8, true, '0b1c3c0e-0000-4000-8000-00000000abcd'::uuid, '[1700000000000000000,1700000030123456789)'::int8range, 'runs/a'),
  (2, -7, 'né𝄞', 1e23, false, '00000000-0000-0000-0000-000000000000', '[,1483228836999600000)', ''),
  (3, 9223372036854775807, '', 'nan', null, 'ffffffff-ffff-ffff-ffff-ffffffffffff', 'empty', 'x'),
  (4, null, null, null, null, 'ffffffff-ffff-ffff-ffff-ffffffffffff', null, 'x')
) as r (n, visit, name, exptime, flag, id, timespan, run)`;

test('a template has in every row the text that Python makes', async (t) => {
  await using db = await database();
  const values = async ({ sql, fails }: Formatted) =>
    (
      await db.query<{ value: unknown; reason: string | null }>(
        `select (${sql}) as value, ${fails ?? 'null::text'} as reason from ${rows} order by r.n`,
      )
    ).map(({ value, reason }) => (reason === null ? value : value === null ? `! ${reason}` : 'both'));
  const text = async (template: string) => values(compiled(template));
  const none = '! unsupported format string passed to NoneType.__format__';
  t.deepEqual(await text('{visit}'), ['903342', '-7', '9223372036854775807', 'None']);
  t.deepEqual(await text('v{visit:08d}/{{{run}}}'), [
    'v00903342/{runs/a}',
    'v-0000007/{}',
    'v9223372036854775807/{x}',
    none,
  ]);
  t.deepEqual(await text('{visit:,}|{visit:+x}'), [
    '903,342|+dc8ae',
    '-7|-7',
    '9,223,372,036,854,775,807|+7fffffffffffffff',
    none,
  ]);
  t.deepEqual(await text('{name:>8}|{name:.2}'), ['HSC-R\'s "\\ % $1|HS', '     né𝄞|né', '        |', none]);
  t.deepEqual(await text('{name!r}'), [`'HSC-R\\'s "\\\\ % $1'`, "'né𝄞'", "''", 'None']);
  t.deepEqual(await text('{exptime}'), ['30.0', '1e+23', 'nan', 'None']);
  t.deepEqual(await text('{exptime:.1f}'), ['30.0', '99999999999999991611392.0', 'nan', none]);
  t.deepEqual(await text('{flag}{flag!s:>6}'), ['True  True', 'False False', 'None  None', 'None  None']);
  t.deepEqual(await text('{flag:d}'), ['1', '0', none, none]);
  t.deepEqual(await text('{timespan}'), [
    '[2023-11-14T22:13:20, 2023-11-14T22:13:50)',
    '(-∞, 2017-01-01T00:00:37)',
    '(empty)',
    'None',
  ]);
  t.deepEqual(await text('{dataset_type:_^7}-{o_ucd}'), [
    '__raw__-None',
    '__raw__-None',
    '__raw__-None',
    '__raw__-None',
  ]);
  t.deepEqual(await text('{run:{visit}}').then((all) => all.slice(1)), [
    '! Sign not allowed in string format specifier',
    '! a width or precision of 9223372036854775807 is more than 100000',
    "! Invalid format specifier 'None' for object of type 'str'",
  ]);
  const as = (template: string, type: ColumnType, length: number | null = null) =>
    values(convert(compiled(template), type, length));
  t.deepEqual(await as('{visit}', 'int'), [
    903342n,
    -7n,
    9223372036854775807n,
    "! invalid literal for int() with base 10: 'None'",
  ]);
  t.deepEqual(await as('{visit}', 'bool'), [
    true,
    true,
    true,
    "! invalid literal for int() with base 10: 'None'",
  ]);
  t.deepEqual(await as('1{flag:d}', 'float'), [11, 10, none, none]);
  t.deepEqual(await as('{run}', 'string', 3), [
    '! value of 6 characters is too long: the column has 3',
    '',
    'x',
    'x',
  ]);
});

test('a key that is not there is told, and so is what no row can have', (t) => {
  t.deepEqual(compileFormat('{run}{records[visit].name}', lookup), { missing: 'records[visit].name' });
  t.deepEqual(compileFormat('{name:d}', lookup), {
    invalid: "Unknown format code 'd' for object of type 'str'",
  });
  t.is(checkTemplate('{run'), "expected '}' before end of string");
  t.is(checkTemplate('{run}'), null);
});
