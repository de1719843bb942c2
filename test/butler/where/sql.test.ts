/** What PostgreSQL makes of compiled expressions. */
import test from 'ava';
import fc from 'fast-check';
import type { DatabaseError } from 'pg';
import { Parameters } from '../../../plv8/butler/statement.ts';
import { compileWhere } from '../../../plv8/butler/where/compile.ts';
import { regionToBase64 } from '../../../plv8/sky/base64.ts';
import { regionFromPos } from '../../../plv8/sky/pos.ts';
import { database, type TestDatabase } from '../../support/database.ts';
import { analysed, column, type Given } from './support.ts';

interface Row {
  readonly visit?: number | string | null;
  readonly detector?: number | null;
  readonly time?: number | null;
  readonly name?: string | null;
  readonly sky?: boolean | null;
  readonly timespan?: string | null;
  readonly region?: string | null;
}

/** Columns of the rows under the names that expressions have for them. */
const COLUMNS: { readonly [name: string]: string } = {
  visit: 'visit',
  detector: 'detector',
  'visit.exposure_time': 'time',
  'visit.target_name': 'name',
  'exposure.can_see_sky': 'sky',
  'visit.timespan': 'timespan',
  'visit.region': 'region',
};

/** The truth of an expression for each row. */
async function truths(
  db: TestDatabase,
  text: string,
  rows: readonly Row[],
  given?: Given,
): Promise<(boolean | null)[]> {
  const parameters = new Parameters();
  const predicate = compileWhere(
    analysed(text, given),
    (reference) => `r.${COLUMNS[column(reference)]}`,
    parameters,
  );
  const found = await db.query<{ truth: boolean | null }>(
    `with parameters as (select $1::text[])
     select ${predicate} as truth
     from json_to_recordset($2) as r (
       visit int8, detector int4, time float8, name text, sky bool, timespan int8range, region text, place int8)
     order by place`,
    [parameters.values, JSON.stringify(rows.map((row, place) => ({ ...row, place })))],
  );
  return found.map(({ truth }) => truth);
}

test('comparisons with nothing are unknown, and NULL is asked for by = and !=', async (t) => {
  await using db = await database();
  const rows = [{ visit: 1, sky: true }, { visit: 2, sky: false }, {}];
  for (const [text, expected] of [
    ['visit = 1', [true, false, null]],
    ['visit != 1', [false, true, null]],
    ['not visit = 1', [false, true, null]],
    ['visit = NULL', [false, false, true]],
    ['visit != NULL', [true, true, false]],
    ['NULL = visit', [false, false, true]],
    ['visit in (1)', [true, false, null]],
    ['visit not in (1)', [false, true, null]],
    ['visit in (1, NULL)', [true, false, true]],
    ['visit not in (1, NULL)', [false, true, false]],
    ['visit = 1 or visit = NULL', [true, false, true]],
    ['visit = 1 and visit = NULL', [false, false, null]],
    ['exposure.can_see_sky', [true, false, null]],
    ['not exposure.can_see_sky', [false, true, null]],
    ['exposure.can_see_sky = NULL', [false, false, true]],
    ['exposure.can_see_sky or visit = NULL', [true, false, true]],
    ['visit in (:none)', [false, false, false]],
    ['visit not in (:none)', [true, true, true]],
    ['', [true, true, true]],
  ] as const)
    t.deepEqual(await truths(db, text, rows, { bind: '{"none": []}' }), [...expected], text);
});

test('ranges hold both ends, and every stride from the first', async (t) => {
  await using db = await database();
  const visits = Array.from({ length: 61 }, (_, i) => i - 30);
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: -25, max: 25 }),
      fc.nat({ max: 30 }),
      fc.integer({ min: 1, max: 40 }),
      async (begin, length, stride) => {
        const found = await truths(
          db,
          `visit in (${begin}..${begin + length}:${stride})`,
          visits.map((visit) => ({ visit })),
        );
        const expected = visits.map(
          (visit) => visit >= begin && visit <= begin + length && (visit - begin) % stride === 0,
        );
        t.deepEqual(found, expected);
      },
    ),
    { numRuns: 100 },
  );
  const least = '-9223372036854775808';
  const largest = '9223372036854775807';
  const ends = [least, '-1', '0', '6', largest].map((visit) => ({ visit }));
  for (const [text, expected] of [
    [`visit in (${least}..${largest})`, [true, true, true, true, true]],
    [`visit in (${least}..${largest}:${largest})`, [true, true, false, false, false]],
    [`visit in (${least}..${largest}:2305843009213693952)`, [true, false, true, false, false]],
    [`visit in (${least}..${largest}:7)`, [true, true, false, true, false]],
    [`visit in (${largest}, ${largest}0)`, [false, false, false, false, true]],
    [`visit not in (${largest}0, 5)`, [true, true, true, true, true]],
  ] as const)
    t.deepEqual(await truths(db, text, ends), [...expected], text);
});

test('integers are divided towards zero, and arithmetic on them does not overflow', async (t) => {
  await using db = await database();
  const rows = [
    { visit: 7, detector: 2 },
    { visit: -7, detector: 2 },
    { visit: 7, detector: 0 },
  ];
  for (const [text, expected] of [
    ['visit / 2 = 3', [true, false, true]],
    ['visit / 2 = -3', [false, true, false]],
    ['visit % 2 = 1', [true, false, true]],
    ['visit % 2 = -1', [false, true, false]],
    ['visit / detector = 3', [true, false, null]],
    ['visit % detector = 1', [true, false, null]],
    ['visit / detector * detector + visit % detector = visit', [true, true, null]],
    ['visit / -1 = -7 and visit % -1 = 0', [true, false, true]],
    ['- visit = 7', [false, true, false]],
    ['visit + detector - 1 * 2 = 7', [true, false, false]],
    ['visit = 7.0', [true, false, true]],
    ['visit < 7.5', [true, true, true]],
  ] as const)
    t.deepEqual(await truths(db, text, rows), [...expected], text);
  const largest = '9223372036854775807';
  const wide = [{ visit: largest, detector: 2147483647 }];
  for (const text of [
    `visit + 1 = ${largest.slice(0, -1)}8`,
    'visit * visit > visit',
    `visit${' * visit'.repeat(900)} > 0`,
    'detector + detector = 4294967294',
    `- visit = -${largest}`,
    'visit * 2 / 2 = visit',
    'visit * 2 % 10 = 4',
  ])
    t.deepEqual(await truths(db, text, wide), [true], text);
  t.deepEqual(await truths(db, 'visit / -1 = -visit', [{ visit: '-9223372036854775808' }]), [true]);
});

test('floats that are divided by zero are unknown', async (t) => {
  await using db = await database();
  const rows = [{ time: 30 }, { time: 0 }, { time: 0.5 }];
  t.deepEqual(await truths(db, '60.0 / visit.exposure_time > 1.0', rows), [true, null, true]);
  t.deepEqual(await truths(db, 'visit.exposure_time * 2.0 = 1.0', rows), [false, false, true]);
  t.deepEqual(await truths(db, 'visit.exposure_time = 30', rows), [true, false, false]);
});

test('GLOB knows * and ?, in one case, and nothing else', async (t) => {
  await using db = await database();
  const names = ['B1a', 'b1a', 'B1', 'B%', 'B_', 'B\\', 'x*y', ''];
  for (const [pattern, expected] of [
    ['B*', ['B1a', 'B1', 'B%', 'B_', 'B\\']],
    ['B?', ['B1', 'B%', 'B_', 'B\\']],
    ['B%', ['B%']],
    ['B_', ['B_']],
    ['B\\', ['B\\']],
    ['*', names],
    ['', ['']],
    ['[Bb]1a', []],
    ['x*y', ['x*y']],
  ] as const) {
    const rows = names.map((name) => ({ name }));
    const found = await truths(db, `glob(visit.target_name, '${pattern}')`, rows);
    t.deepEqual(
      names.filter((_, i) => found[i]),
      [...expected],
      pattern,
    );
  }
});

test('strings arrive as they are', async (t) => {
  await using db = await database();
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.string({ unit: 'binary' }), { minLength: 1, maxLength: 5 }),
      async (strings) => {
        const names = strings.filter((name) => !name.includes('\0') && !/\p{Cs}/u.test(name));
        fc.pre(names.length > 0);
        const rows = names.map((name) => ({ name }));
        const bind = JSON.stringify({ names, first: names[0] });
        const all = await truths(db, 'visit.target_name in (:names)', rows, { bind });
        t.true(all.every((truth) => truth === true));
        const first = await truths(db, 'visit.target_name = :first', rows, { bind });
        t.deepEqual(
          first,
          names.map((name) => name === names[0]),
        );
      },
    ),
    { numRuns: 200 },
  );
});

test('timespans overlap half open, hold instants, and are empty or unbounded', async (t) => {
  await using db = await database();
  const second = 1_000_000_000n;
  const start = 1554163200n * second;
  const span = (a: bigint, b: bigint) => ({ timespan: `[${start + a * second},${start + b * second})` });
  const rows = [
    span(0n, 10n),
    span(10n, 20n),
    { timespan: '[0,4102444800000000000)' },
    { timespan: 'empty' },
    {},
  ];
  const at = (s: number) => `T'2019-04-02T00:00:${String(s).padStart(2, '0')}/tai'`;
  for (const [text, expected] of [
    [`visit.timespan overlaps (${at(0)}, ${at(10)})`, [true, false, true, false, null]],
    [`visit.timespan overlaps (${at(10)}, NULL)`, [false, true, true, false, null]],
    [`visit.timespan overlaps (NULL, NULL)`, [true, true, true, false, null]],
    [`(NULL, ${at(0)}) overlaps visit.timespan`, [false, false, true, false, null]],
    [`visit.timespan overlaps (${at(5)}, ${at(5)})`, [true, false, true, false, null]],
    [`visit.timespan overlaps (${at(8)}, ${at(2)})`, [false, false, false, false, null]],
    [`visit.timespan overlaps ${at(10)}`, [false, true, true, false, null]],
    [`${at(0)} overlaps visit.timespan`, [true, false, true, false, null]],
    [`visit.timespan.begin = ${at(0)}`, [true, false, false, null, null]],
    [`visit.timespan.end > ${at(10)}`, [false, true, true, null, null]],
    [`visit.timespan.begin = NULL`, [false, false, false, true, true]],
    [`not (visit.timespan overlaps ${at(0)})`, [false, true, false, true, null]],
  ] as const)
    t.deepEqual(await truths(db, text, rows), [...expected], text);
});

test('regions overlap unless they are surely apart; a row without one has none', async (t) => {
  await using db = await database();
  const region = (pos: string) => ({ region: regionToBase64(regionFromPos(pos)) });
  const rows = [
    region('CIRCLE 10 0 1'),
    region('POLYGON 359 -1 1 -1 1 1 359 1'),
    region('CIRCLE 0 90 1'),
    {},
  ];
  for (const [text, expected] of [
    ['visit.region overlaps circle(12, 0, 1.1)', [true, false, false, false]],
    ['visit.region overlaps point(0.5, 0.5)', [false, true, false, null]],
    ['visit.region overlaps point(360.5, 0.5)', [false, true, false, null]],
    ['point(123, 89.5) overlaps visit.region', [false, false, true, null]],
    ['visit.region overlaps box(0, 0, 2, 2)', [false, true, false, false]],
    ['visit.region overlaps polygon(8, -2, 12, -2, 12, 2, 8, 2)', [true, false, false, false]],
    ["visit.region overlaps region('RANGE 0 360 -90 90')", [true, true, true, false]],
    ['visit.region overlaps :r', [true, false, false, false]],
    ['visit.region overlaps :p', [true, false, false, null]],
  ] as const) {
    const bind = '{"r": {"polygon_lonlat_deg": [[8, -2], [12, -2], [10, 2]]}, "p": {"$lonlat": [10, 0.9]}}';
    t.deepEqual(await truths(db, text, rows, { bind }), [...expected], text);
  }
});

test('expressions of a megabyte run', async (t) => {
  await using db = await database();
  const rows = [{ visit: 5, detector: 1 }];
  const list = Array.from({ length: 150_000 }, (_, i) => String(i)).join(', ');
  t.deepEqual(await truths(db, `visit in (${list})`, rows), [true]);
  t.deepEqual(await truths(db, Array(100_000).fill('visit = 5').join(' or '), rows), [true]);
  const different = Array.from({ length: 4_000 }, (_, i) => `visit = ${i + 6}`);
  t.deepEqual(await truths(db, different.join(' or '), rows), [false]);
  t.deepEqual(await truths(db, different.map((one) => `not ${one}`).join(' and '), rows), [true]);
  t.deepEqual(await truths(db, `${'('.repeat(200)}visit = 5${')'.repeat(200)}`, rows), [true]);
  t.deepEqual(await truths(db, `${'not '.repeat(200)}visit = 5`, rows), [true]);
  t.deepEqual(
    await truths(db, `${'visit = 1 or (visit = 2 and ('.repeat(90)}visit = 5${'))'.repeat(90)}`, rows),
    [false],
  );
});

test('butler.parse_expression gives canonical text, and errors with a place', async (t) => {
  await using db = await database();
  const canonical = async (text: string) =>
    (await db.query<{ text: string }>('select butler.parse_expression($1) as text', [text]))[0].text;
  t.is(
    await canonical("not a=1 and t overlaps(T'2020-01-01',null)"),
    "NOT a = 1 AND t OVERLAPS (T'2020-01-01 00:00:00.000', null)",
  );
  t.is(await canonical(' '), 'None');
  t.is(await canonical(`${'('.repeat(200)}a${')'.repeat(200)}`), `${'('.repeat(200)}a${')'.repeat(200)}`);
  t.is((await canonical(Array(200_000).fill('a').join(' or '))).length, 999_996);
  for (const text of [
    'a = ',
    '('.repeat(1_000_000),
    "'".repeat(999_999),
    '-'.repeat(1_000_000),
    '🙂',
    'not '.repeat(250_000),
  ]) {
    const error = (await t.throwsAsync(canonical(text))) as DatabaseError;
    t.is(error.code, 'BR012');
    t.regex(error.message, /^InvalidQueryError: /);
    t.regex(error.detail!, /^Line 1, column \d+:\n/);
  }
});
