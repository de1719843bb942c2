/** Templates as SQL: their values in the server are those of Python's str.format. */
import test from 'ava';
import fc from 'fast-check';
import { compileFormat, type Formatted, sqlText } from '../../plv8/obscore/format/compile.ts';
import { convert } from '../../plv8/obscore/format/convert.ts';
import { formatValue } from '../../plv8/obscore/format/value.ts';
import { database, type TestDatabase } from '../support/database.ts';
import { cases, lookup, pythonNumber, rows } from './format_support.ts';

function compiled(template: string): Formatted {
  const result = compileFormat(template, lookup);
  if (!('sql' in result)) throw new Error(`${template}: ${JSON.stringify(result)}`);
  return result;
}

/** The value and the reason of each row, both as text. */
async function values(db: TestDatabase, { sql, fails }: Formatted) {
  const found = await db.query<{ value: string | null; reason: string | null }>(
    `select (${sql})::text as value, ${fails ?? 'null::text'} as reason from ${rows} order by r.n`,
  );
  return found.map(({ value, reason }) => (reason === null ? { value } : { value, reason }));
}

test('a template has in every row the text that Python makes, and a column its value', async (t) => {
  await using db = await database();
  t.true(cases.rows.length > 100);
  for (const [template, type, answers] of cases.rows) {
    const text = compiled(template);
    const expected = answers.map((answer) => (typeof answer === 'string' ? { text: answer } : answer));
    t.deepEqual(
      await values(db, text),
      expected.map(({ text, error }) =>
        error === undefined ? { value: text } : { value: null, reason: error },
      ),
      template,
    );
    if (type === 'string') continue;
    const found = await values(db, convert(text, type, ''));
    found.forEach(({ value, reason }, i) => {
      const { error, value: python, fails } = expected[i];
      if (python === undefined) {
        t.is(value, null);
        if (fails === 'range') t.regex(reason!, /beyond the range/);
        else t.is(reason, error ?? fails, template);
      } else if (type === 'float') t.is(formatValue(pythonNumber(value!), 'float', ''), python, template);
      else t.is(value, type === 'bool' ? python.toLowerCase() : python, template);
    });
  }
});

test('floats keep their digits whatever the session writes of them', async (t) => {
  await using db = await database();
  await db.query('set extra_float_digits = -15');
  const [first] = await values(db, {
    ...compiled('{exptime}'),
    sql: compiled('{exptime}').sql.replace('r.exptime', '(r.exptime + 1 / 3.0::float8)'),
  });
  t.is(first.value, '30.333333333333332');
});

test('a constant is the same text under every setting of the session', async (t) => {
  await using db = await database();
  for (const setting of ['on', 'off']) {
    await db.query(`set standard_conforming_strings = ${setting}; set backslash_quote = off`);
    const texts = fc.sample(fc.string({ unit: fc.constantFrom(...'\'\\"$%é𝄞\n{a') }), 100);
    const [{ found }] = await db.query<{ found: string[] }>(
      `select array[${texts.map((text) => sqlText(text)).join(', ')}]::text[] as found`,
    );
    t.deepEqual(found, texts);
  }
});

test('a string longer than its column fails, counted in characters', async (t) => {
  await using db = await database();
  t.deepEqual(await values(db, convert(compiled('{run}'), 'string', 'character varying(5)')), [
    { value: null, reason: 'value of 6 characters is too long: the column has 5' },
    { value: '' },
    { value: 'x' },
    { value: 'u/é漢\n' },
    { value: '>' },
    { value: '0' },
  ]);
});

test('a width beyond all reason fails, in the template or in a row', async (t) => {
  await using db = await database();
  t.deepEqual(compileFormat('{run:>1000000}', lookup), {
    invalid: 'a width or precision of 1000000 is more than 100000',
  });
  const found = await values(db, compiled('{det:{visit}}'));
  t.is(found[0].reason, 'a width or precision of 903342 is more than 100000');
  t.is(found[4].value, '999');
});

test('a character that no text can hold fails', async (t) => {
  await using db = await database();
  const found = await values(db, compiled('{visit:c}'));
  t.is(found[4].reason, 'U+0000 is no character of a text');
  t.is(found[1].reason, '%c arg not in range(0x110000)');
});

test('timespans are texts as the Data Butler writes them', async (t) => {
  await using db = await database();
  const term = { sql: 'x.t', kind: 'timespan', nullable: true } as const;
  const result = compileFormat('{timespan}', () => term) as Formatted;
  const found = await db.query<{ text: string }>(
    `select ${result.sql} as text from unnest(array[
       '[1700000000000000000,1700000030123456789)', '[,1483228836999999499)', '[1483228836999999500,)', '[-501,-500)',
       'empty', '[0,4102444800000000000)', '[1,4102444799999999999)', '[-4611686018427387904,4611686018427387904)', null]::int8range[]) with ordinality as x (t, n) order by n`,
  );
  t.deepEqual(
    found.map(({ text }) => text),
    [
      '[2023-11-14T22:13:20, 2023-11-14T22:13:50)',
      '(-∞, 2017-01-01T00:00:36)',
      '[2017-01-01T00:00:37, ∞)',
      '[1969-12-31T23:59:59, 1970-01-01T00:00:00)',
      '(empty)',
      '(-∞, ∞)',
      '[1970-01-01T00:00:00, 2100-01-01T00:00:00)',
      '[1823-11-12T00:06:21, 2116-02-20T23:53:38)',
      'None',
    ],
  );
});

test('a whole number beyond its column fails', async (t) => {
  await using db = await database();
  const found = await values(db, convert(compiled('{visit}'), 'int', 'integer'));
  t.deepEqual(found.slice(0, 4), [
    { value: '903342' },
    { value: '-7' },
    { value: null, reason: '9223372036854775807 is beyond the range of integer' },
    { value: null, reason: "invalid literal for int() with base 10: 'None'" },
  ]);
  const texts = await values(db, convert(compiled('1{det:05d}'), 'int', 'smallint'));
  t.deepEqual(texts[0], { value: null, reason: '100007 is beyond the range of smallint' });
  t.like(convert(compiled('{calib_level}00000'), 'int', 'smallint'), {
    fails: `'200000 is beyond the range of smallint'::text`,
  });
});
