import test from 'ava';
import { database } from '../support/database.ts';
import { hardPositions, isPosition } from './search_oracle.ts';

interface Pair {
  a: number;
  b: number;
}

test('galactic coordinates of the poles and the origin of the system', async (t) => {
  await using db = await database();
  const [pole] = await db.query<Pair>('select l as a, b from sky.galactic_from_icrs(192.85948, 27.12825)');
  t.true(Math.abs(pole.b - 90) < 1e-12);
  const [north] = await db.query<Pair>('select l as a, b from sky.galactic_from_icrs(0, 90)');
  t.true(Math.abs(north.a - 122.93192) < 1e-9 && Math.abs(north.b - 27.12825) < 1e-9);
  const [origin] = await db.query<Pair>('select ra as a, decl as b from sky.icrs_from_galactic(0, 0)');
  t.true(Math.abs(origin.a - 266.4049948) < 1e-7 && Math.abs(origin.b - -28.93617396) < 1e-7);
});

test('ecliptic coordinates of J2000 with the frame bias', async (t) => {
  await using db = await database();
  const [equinox] = await db.query<Pair>('select ra as a, decl as b from sky.icrs_from_ecliptic(0, 0)');
  // IERS Conventions 2010, 5.33: the equinox is 14.6 mas west of the origin of right ascension.
  t.true(Math.abs((equinox.a - 360) * 3600e3 - -14.6) < 0.1, `${(equinox.a - 360) * 3600e3} mas`);
  const [pole] = await db.query<Pair>(
    'select lon as a, lat as b from sky.ecliptic_from_icrs(270, 66.560715)',
  );
  t.true(pole.b > 89.9999);
  const [summer] = await db.query<Pair>(
    'select lon as a, lat as b from sky.ecliptic_from_icrs(90, 23.4392794)',
  );
  t.true(Math.abs(summer.a - 90) < 1e-4 && Math.abs(summer.b) < 1e-4);
});

test('transforms and their inverses agree everywhere, with longitudes from 0 up to 360', async (t) => {
  await using db = await database();
  const positions = hardPositions(3000, 5).filter((p) => isPosition(p) && Math.abs(p.ra!) < 1000);
  for (const [to, from] of [
    ['galactic_from_icrs', 'icrs_from_galactic'],
    ['icrs_from_galactic', 'galactic_from_icrs'],
    ['ecliptic_from_icrs', 'icrs_from_ecliptic'],
    ['icrs_from_ecliptic', 'ecliptic_from_icrs'],
  ]) {
    const [row] = await db.query<Record<string, number | boolean>>(
      `select max(sky.angular_distance(ra, decl, back.x, back.y)) as off, bool_and(there.x >= 0 and there.x < 360 and there.y between -90 and 90) as inside
       from unnest($1::float8[], $2::float8[]) as p (ra, decl)
       cross join lateral sky.${to}(ra, decl) as there (x, y)
       cross join lateral sky.${from}(there.x, there.y) as back (x, y)`,
      [positions.map((p) => p.ra), positions.map((p) => p.decl)],
    );
    t.true((row.off as number) < 1e-12, `${to}: ${row.off}`);
    t.true(row.inside as boolean, to);
  }
  const [nan] = await db.query<Pair>(`select l as a, b from sky.galactic_from_icrs('NaN', 0)`);
  t.deepEqual(nan, { a: Number.NaN, b: Number.NaN });
});
