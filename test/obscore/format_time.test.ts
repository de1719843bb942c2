/** Times in templates, against what astropy writes of the Data Butler's: TAI in, UTC with its leap seconds out. */
import test from 'ava';
import { checkTemplate, compileFormat, type Lookup } from '../../plv8/obscore/format/compile.ts';
import { database } from '../support/database.ts';

const lookup: Lookup = (path) =>
  'record' in path && path.field === 'timespan'
    ? { sql: 't.timespan', kind: 'timespan', nullable: true }
    : undefined;

/** Nanoseconds TAI, and astropy's utc.isot, iso and utc.mjd. */
const times = [
  ['1483228835499999499', '2016-12-31T23:59:59.499999', '2017-01-01 00:00:35.499999', '57753.999982639085'],
  ['1483228835499999500', '2016-12-31T23:59:59.500000', '2017-01-01 00:00:35.500000', '57753.999982639085'],
  ['1483228835999500000', '2016-12-31T23:59:59.999500', '2017-01-01 00:00:35.999500', '57753.99998842027'],
  ['1483228836000000000', '2016-12-31T23:59:60.000000', '2017-01-01 00:00:36.000000', '57753.99998842606'],
  ['1483228836250000000', '2016-12-31T23:59:60.250000', '2017-01-01 00:00:36.250000', '57753.99999131954'],
  ['1483228836999600000', '2016-12-31T23:59:60.999600', '2017-01-01 00:00:36.999600', '57753.99999999537'],
  ['1483228837000000000', '2017-01-01T00:00:00.000000', '2017-01-01 00:00:37.000000', '57754.0'],
  ['1571212345678501000', '2019-10-16T07:51:48.678501', '2019-10-16 07:52:25.678501', '58772.32764674191'],
  ['1571212345000000500', '2019-10-16T07:51:48.000001', '2019-10-16 07:52:25.000001', '58772.32763888889'],
  ['100000000000000000', '1973-03-03T09:46:28.000000', '1973-03-03 09:46:40.000000', '41744.40726851852'],
  ['78796811500000000', '1972-07-01T00:00:00.500000', '1972-07-01 00:00:11.500000', '41499.000005787035'],
] as const;

test('the ends of a timespan are written as astropy writes them', async (t) => {
  await using db = await database();
  const template =
    '{records[visit].timespan.begin.utc.isot}Z|{records[visit].timespan.end.iso}|{records[visit].timespan.begin.utc.mjd}';
  const formatted = compileFormat(template, lookup);
  if (!('sql' in formatted)) return t.fail();
  for (const style of ['ISO, MDY', 'German']) {
    await db.query(`set datestyle = '${style}'`);
    const found = await db.query(
      `select ${formatted.sql} as value, ${formatted.fails} as reason
       from unnest($1::int8[]) with ordinality as n (ns, i),
            lateral (select int8range(ns, ns + 1) as timespan) t
       order by i`,
      [times.map(([ns]) => ns)],
    );
    t.deepEqual(
      found.map(({ value, reason }) => [
        (value as string).split('|')[0],
        (value as string).split('|')[2],
        reason,
      ]),
      times.map(([, isot, , mjd]) => [`${isot}Z`, mjd, null]),
    );
  }
  const [ends] = await db.query<{ found: string[] }>(
    `select array_agg(obscore.time_text(ns, 'tai', ' ') order by i) as found
     from unnest($1::int8[]) with ordinality as n (ns, i)`,
    [times.map(([ns]) => ns)],
  );
  t.deepEqual(
    ends.found,
    times.map(([, , iso]) => iso),
  );
});

test('a timespan without that end has no text', async (t) => {
  await using db = await database();
  const formatted = compileFormat('from {records[visit].timespan.begin.utc.isot:>30}', lookup);
  if (!('sql' in formatted)) return t.fail();
  const found = await db.query(
    `select ${formatted.sql} as value, ${formatted.fails} as reason
     from (values (1, null::int8range), (2, 'empty'), (3, '[,5)'), (4, '[0,5)'), (5, '[1571212345000000000,)')) as t (i, timespan)
     order by i`,
  );
  t.deepEqual(
    found.map(({ value, reason }) => [value, reason]),
    [
      ...Array.from({ length: 4 }, () => [null, 'the timespan has no begin']),
      ['from     2019-10-16T07:51:48.000000', null],
    ],
  );
});

test('other parts are refused', (t) => {
  for (const path of ['begin', 'begin.utc', 'start.isot', 'begin.tt.isot', 'begin.utc.isot.x', 'end.utc.jd'])
    t.regex(checkTemplate(`{records[visit].timespan.${path}}`) ?? '', /a timespan has begin and end/);
  t.regex(checkTemplate('{records[visit].name.upper}') ?? '', /name is a plain value, without parts/);
  t.regex(checkTemplate('{records[visit].timespan[0]}') ?? '', /without parts/);
  t.is(checkTemplate('{records[visit].timespan.end.iso!r:>{detector}}'), null);
});
