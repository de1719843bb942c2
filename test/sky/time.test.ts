import test from 'ava';
import { database } from '../support/database.ts';

/** `[UTC, TAI - 1970 in ns, MJD UTC]`; the dates of leap-second days as ERFA's quasi-MJD. */
const INSTANTS: readonly (readonly [string, bigint, number])[] = [
  ['2016-12-31T23:59:45Z', 1483228821000000000n, 57753.99981481696],
  ['2016-12-31T00:00:00Z', 1483142436000000000n, 57753],
  ['2016-12-31T12:00:00Z', 1483185636000000000n, 57753 + 43200 / 86401],
  ['2017-01-01T00:00:00Z', 1483228837000000000n, 57754],
  ['2017-01-01T12:00:00Z', 1483272037000000000n, 57754.5],
  ['2024-02-29T12:00:00.000001Z', 1709208037000001000n, 60369.5 + 1e-6 / 86400],
  ['1972-01-01T00:00:00Z', 63072010000000000n, 41317],
  ['1972-06-30T23:59:59Z', 78796809000000000n, 41498 + 86399 / 86401],
  ['1999-01-01T00:00:00Z', 915148832000000000n, 51179],
  ['1970-01-01T00:00:00Z', 10000000000n, 40587],
  ['1969-12-31T12:00:00Z', -43190000000000n, 40586.5],
];

test('instants between UTC, TAI nanoseconds and modified Julian dates', async (t) => {
  await using db = await database();
  for (const [utc, tai, mjd] of INSTANTS) {
    const [row] = await db.query(
      `select sky.tai_ns_from_utc($1) as tai, sky.utc_from_tai_ns($2) = $1 as utc, sky.mjd_utc($1) as mjd,
         sky.mjd_utc_from_tai_ns($2) as mjd_of_tai, abs(sky.tai_ns_from_mjd_utc($3) - $2) < 600 as tai_of_mjd,
         abs(extract(epoch from sky.utc_from_mjd_utc($3) - $1)) <= 0.000001 as utc_of_mjd
       from (select $1::timestamptz, $2::int8, $3::float8) as given`,
      [utc, tai, mjd],
    );
    t.deepEqual(row, { tai, utc: true, mjd, mjd_of_tai: mjd, tai_of_mjd: true, utc_of_mjd: true }, utc);
  }
});

test('a leap second is a second of its day, and TAI runs on through it', async (t) => {
  await using db = await database();
  const rows = await db.query<{ mjd: number; utc: string; offset: number }>(
    `select sky.mjd_utc_from_tai_ns(1483228835000000000 + half * 500000000::int8) as mjd,
       to_char(sky.utc_from_tai_ns(1483228835000000000 + half * 500000000::int8) at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS.MS') as utc,
       sky.tai_minus_utc(1483228835000000000 + half * 500000000::int8) as offset
     from generate_series(0, 5) as half`,
  );
  t.deepEqual(
    rows.map(({ mjd }) => mjd),
    [86399, 86399.5, 86400, 86400.5].map((s) => 57753 + s / 86401).concat(57754, 57754 + 0.5 / 86400),
  );
  t.deepEqual(
    rows.map(({ offset }) => offset),
    [36, 36, 36, 36, 37, 37],
  );
  t.deepEqual(
    rows.map(({ utc }) => utc.slice(-12)),
    ['23:59:59.000', '23:59:59.500', '00:00:00.000', '00:00:00.500', '00:00:00.000', '00:00:00.500'],
  );
});

test('TAI and TT are ahead of UTC by their offsets', async (t) => {
  await using db = await database();
  const [row] = await db.query<Record<string, number>>(
    `select sky.mjd_tai('2024-02-29 12:00Z') as tai, sky.mjd_tt('2024-02-29 12:00Z') as tt,
       sky.mjd_tai_from_tai_ns(0) as epoch, sky.tai_ns_from_mjd_tai(40587.5)::float8 as half,
       extract(epoch from sky.utc_from_mjd_tai(60369.5) - '2024-02-29 12:00Z')::float8 as from_tai,
       extract(epoch from sky.utc_from_mjd_tt(60369.5) - '2024-02-29 12:00Z')::float8 as from_tt`,
  );
  t.deepEqual(row, {
    tai: 60369.5 + 37 / 86400,
    tt: 60369.5 + 69.184 / 86400,
    epoch: 40587,
    half: 43200e9,
    from_tai: -37,
    from_tt: -69.184,
  });
});

test('integers keep every nanosecond, and dates come back to the microsecond', async (t) => {
  await using db = await database();
  const [row] = await db.query<Record<string, bigint>>(
    `with instant as (
       select utc from generate_series(timestamptz '1970-01-01', '2035-01-01', '1 day 7 hours 13 minutes 0.123457 s') as utc)
     select count(*) filter (where sky.utc_from_tai_ns(sky.tai_ns_from_utc(utc)) <> utc) as by_tai,
       count(*) filter (where abs(extract(epoch from sky.utc_from_mjd_utc(sky.mjd_utc(utc)) - utc)) > 0.000001) as by_utc,
       count(*) filter (where abs(extract(epoch from sky.utc_from_mjd_tai(sky.mjd_tai(utc)) - utc)) > 0.000001) as by_mjd_tai,
       count(*) filter (where abs(extract(epoch from sky.utc_from_mjd_tt(sky.mjd_tt(utc)) - utc)) > 0.000001) as by_tt
     from instant`,
  );
  t.deepEqual(row, { by_tai: 0n, by_utc: 0n, by_mjd_tai: 0n, by_tt: 0n });
});

test('the leap seconds are those of the IERS', async (t) => {
  await using db = await database();
  const rows = await db.query<{ day: string; tai_minus_utc: number }>(
    `select to_char(starts at time zone 'UTC', 'YYYY-MM-DD') as day, tai_minus_utc from sky.leap_seconds where mjd_utc = floor(mjd_utc)`,
  );
  t.is(rows.length, 28);
  t.deepEqual(rows[0], { day: '1972-01-01', tai_minus_utc: 10 });
  t.deepEqual(rows[21], { day: '1997-07-01', tai_minus_utc: 31 });
  t.deepEqual(rows[27], { day: '2017-01-01', tai_minus_utc: 37 });
  t.true(rows.every(({ day }) => /-(01|07)-01$/.test(day)));
});

test('NULL has no date, and what is no date is refused', async (t) => {
  await using db = await database();
  const [row] = await db.query(
    'select sky.mjd_utc(null) as a, sky.mjd_utc_from_tai_ns(null) as b, sky.tai_ns_from_mjd_utc(null) as c, sky.utc_from_mjd_tt(null) as d',
  );
  t.deepEqual(row, { a: null, b: null, c: null, d: null });
  for (const bad of [
    `sky.tai_ns_from_mjd_utc('NaN')`,
    `sky.utc_from_mjd_tai('Infinity')`,
    `sky.mjd_utc('3000-01-01')`,
  ])
    await t.throwsAsync(db.query(`select ${bad}`), { code: '22003' }, bad);
});
