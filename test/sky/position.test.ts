import test from 'ava';
import fc from 'fast-check';
import { database } from '../support/database.ts';
import { distance } from './search_oracle.ts';

test('angular distance is precise from hundredths of an arcsecond to opposite positions', async (t) => {
  await using db = await database();
  const cases: [number, number, number, number, number][] = [
    [10, 20, 10, 20, 0],
    [0, 0, 180, 0, 180],
    [0, 0, 90, 0, 90],
    [10, 90, 200, 90, 0],
    [10, 89, 190, 89, 2],
    [359.5, 0, 0.5, 0, 1],
    [0, 0, 720, 0, 0],
    [0, 0, 0.01 / 3600, 0, 0.01 / 3600],
    [0, 30, 0, 30 + 2 ** -40, 2 ** -40],
    [0, 0, 180 - 0.01 / 3600, 0, 180 - 0.01 / 3600],
    [0, 45, 180, -45 + 2 ** -40, 180 - 2 ** -40],
    [0, 0, 0, 5e-324, 0],
  ];
  for (const [ra1, decl1, ra2, decl2, expected] of cases) {
    const [{ d }] = await db.query<{ d: number }>('select sky.angular_distance($1, $2, $3, $4) as d', [
      ra1,
      decl1,
      ra2,
      decl2,
    ]);
    t.true(
      Math.abs(d - expected) <= 1e-15 * Math.max(1, expected) * 2 &&
        (expected > 1e-3 || Math.abs(d - expected) <= expected * 1e-9),
      `${ra1} ${decl1} ${ra2} ${decl2}: ${d}`,
    );
  }
  const pairs = fc.sample(
    fc.tuple(...[360, 90, 360, 90].map((max) => fc.double({ min: max === 90 ? -90 : 0, max, noNaN: true }))),
    { numRuns: 2000, seed: 1 },
  );
  const rows = await db.query<{ d: number; back: number }>(
    `select sky.angular_distance(a, b, c, d) as d, sky.angular_distance(c, d, a, b) as back
     from unnest($1::float8[], $2::float8[], $3::float8[], $4::float8[]) as p (a, b, c, d)`,
    [0, 1, 2, 3].map((i) => pairs.map((pair) => pair[i])),
  );
  rows.forEach((row, i) => {
    t.true(Math.abs(row.d - distance(...(pairs[i] as [number, number, number, number]))) < 1e-12);
    t.true(Math.abs(row.d - row.back) < 1e-12);
  });
});

test('position angle runs from north through east', async (t) => {
  await using db = await database();
  const cases: [number, number, number, number, number][] = [
    [10, 20, 10, 21, 0],
    [10, 20, 10, 19, 180],
    [0, 0, 1, 0, 90],
    [0, 0, 359, 0, 270],
    [359.9, 0, 0.1, 0, 90],
    [10, 20, 10, 20, 0],
    [0, 90, 77, 10, 103],
    [0, -90, 77, 10, 77],
    [10, 20, 10 + 1e-9, 20, 90],
    [0, 0, 1e-10, 1e-10, 45],
    [0, 0, -360, 1, 0],
  ];
  for (const [ra1, decl1, ra2, decl2, expected] of cases) {
    const [{ angle }] = await db.query<{ angle: number }>(
      'select sky.position_angle($1, $2, $3, $4) as angle',
      [ra1, decl1, ra2, decl2],
    );
    t.true(Math.abs(angle - expected) < 1e-6, `${ra1} ${decl1} ${ra2} ${decl2}: ${angle}`);
  }
});

test('sexagesimal angles in SQL, and their errors', async (t) => {
  await using db = await database();
  const [row] = await db.query(
    `select sky.parse_ra('12:30:00') as ra, sky.parse_dec('-00 00 36') as decl, sky.format_ra(187.5) as a,
       sky.format_dec(-0.01, 0, 'dms') as b, sky.parse_ra(null) as nothing`,
  );
  t.deepEqual(row, { ra: 187.5, decl: -0.01, a: '12:30:00.00', b: '-00d00m36s', nothing: null });
  await t.throwsAsync(db.query(`select sky.parse_ra('25:00:00')`), { code: '22P02', message: /25:00:00/ });
  await t.throwsAsync(db.query(`select sky.parse_dec('north')`), { code: '22P02', message: /north/ });
  await t.throwsAsync(db.query(`select sky.format_dec(91)`), { code: '22023' });
});
