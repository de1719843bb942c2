/** Searches of observations by position and region, against a look at every region. */
import test from 'ava';
import fc from 'fast-check';
import { boxFromRadians } from '../../plv8/sky/box.ts';
import { circleOfAngle } from '../../plv8/sky/circle.ts';
import { regionBoundingCircle } from '../../plv8/sky/compound.ts';
import { regionToPos } from '../../plv8/sky/pos.ts';
import type { Region } from '../../plv8/sky/region.ts';
import { DEGREES_PER_RADIAN, fromDegrees, latitudeOf, longitudeOf } from '../../plv8/sky/vector.ts';
import { registry } from '../butler/collection_support.ts';
import { arbitraryPosition, arbitraryRegion, arbitrarySimple } from '../sky/region_arbitrary.ts';
import { HARD_PLACES } from '../sky/search_oracle.ts';
import { database, type TestDatabase } from '../support/database.ts';
import '../support/seed.ts';
import { base64, foundBy, observeTracts, storeTracts } from './search_support.ts';

/** Regions of all kinds at random places and at those where searches go wrong. */
function sample(count: number): Region[] {
  const random = fc.sample(fc.oneof(arbitrarySimple, arbitrarySimple, arbitraryRegion), { numRuns: count });
  const square = (ra: number, decl: number): Region => ({
    kind: 'ConvexPolygon',
    vertices: [
      [ra, decl],
      [ra + 1, decl],
      [ra + 1, decl + 1],
      [ra, decl + 1],
    ].map(([a, d]) => fromDegrees(a, d)),
  });
  const hard = HARD_PLACES.flatMap(([ra, decl]): Region[] => [
    circleOfAngle(fromDegrees(ra, decl), 0),
    circleOfAngle(fromDegrees(ra, decl), 0.01),
    square(ra - 0.5, Math.max(-89.5, Math.min(88.5, decl - 0.5))),
    square(ra, Math.max(-90, Math.min(89, decl))),
  ]);
  return [
    ...random,
    ...hard,
    circleOfAngle([0, 0, 1], Math.PI),
    circleOfAngle([0, 0, 1], Math.PI / 2),
    boxFromRadians(0, 2 * Math.PI, -0.1, 0.1),
    boxFromRadians(6, 0.5, 1.2, Math.PI / 2),
    // Three corners around each pole.
    ...[1, -1].map(
      (side): Region => ({
        kind: 'ConvexPolygon',
        vertices: [0, 120, 240].map((ra) => fromDegrees(side * ra, side * 89.9)),
      }),
    ),
  ];
}

async function searched(regions: readonly Region[]): Promise<TestDatabase> {
  const db = await registry();
  await storeTracts(db, regions.map(base64));
  await db.query(`select obscore._prepare_footprints('r')`);
  await observeTracts(db);
  return db;
}

const degrees = (v: Parameters<typeof longitudeOf>[0]): [number, number] => [
  longitudeOf(v) * DEGREES_PER_RADIAN,
  latitudeOf(v) * DEGREES_PER_RADIAN,
];

test('covering finds what a look at every region finds', async (t) => {
  const regions = sample(400);
  await using db = await searched(regions);
  const positions: (readonly [number, number])[] = [
    ...HARD_PLACES,
    [0, 90],
    [0, -90],
    [360, 0],
    [-0.5, 0.3],
    [719.9999, 12.3],
    [0, 0.5],
    [0.5, 0],
    ...fc.sample(arbitraryPosition, { numRuns: 100 }).map(degrees),
  ];
  for (const region of regions) {
    const circle = regionBoundingCircle(region);
    if (circle.squaredChord >= 0) positions.push(degrees(circle.center));
    // Corners are on the boundary as nearly as degrees can tell.
    if (region.kind === 'ConvexPolygon') positions.push(degrees(region.vertices[0]));
  }
  const rows = await db.query<{ ra: number; decl: number; found: number[]; all: number[] }>(
    `select p.ra, p.decl,
       array(select o.obs_id::int from obscore.covering(p.ra, p.decl) o order by 1) as found,
       array(select t.id::int
             from r.almagest_footprint f join r.tract t on md5(t.region)::uuid = f.footprint
             where sky.region_contains(
               f.region, case when p.ra >= 0 and p.ra < 360 then p.ra else p.ra - 360 * floor(p.ra / 360) end, p.decl)
             order by 1) as all
     from unnest($1::float8[], $2::float8[]) as p (ra, decl)`,
    [positions.map(([ra]) => ra), positions.map(([, decl]) => decl)],
  );
  t.is(rows.length, positions.length);
  let sum = 0;
  for (const { ra, decl, found, all } of rows) {
    t.deepEqual(found, all, `${ra} ${decl}`);
    sum += found.length;
  }
  t.true(sum > 2 * rows.length);
});

test('overlapping finds all that is not certainly apart', async (t) => {
  const regions = sample(250);
  await using db = await searched(regions);
  const asked = [...sample(80), ...regions.slice(0, 40)].filter(
    (region) => regionBoundingCircle(region).squaredChord >= 0,
  );
  const rows = await db.query<{ pos: string; found: number[]; certain: number[]; possible: number[] }>(
    `select a.pos,
       array(select o.obs_id::int from obscore.overlapping(a.pos) o order by 1) as found,
       array_agg(c.id order by c.id) filter (where c.overlaps) as certain,
       array_agg(c.id order by c.id) filter (where c.overlaps is not false) as possible
     from unnest($1::text[]) as a (pos)
     cross join lateral (
       select t.id::int as id, sky.region_overlaps(f.region, obscore._region_of(a.pos)) as overlaps
       from r.almagest_footprint f join r.tract t on md5(t.region)::uuid = f.footprint
       where f.complaint is null) c
     group by a.pos`,
    [asked.map((region) => regionToPos(region))],
  );
  for (const { pos, found, certain, possible } of rows) {
    t.deepEqual(
      (certain ?? []).filter((id) => !found.includes(id)),
      [],
      pos,
    );
    t.deepEqual(
      found.filter((id) => !possible.includes(id)),
      [],
      pos,
    );
  }
});

test('a region is searched for in the words of POS and of s_region', async (t) => {
  await using db = await registry();
  await db.query(`select obscore._prepare_footprints('r')`);
  await storeTracts(
    db,
    [
      [10, 10],
      [10.5, 10.5],
      [350, -20],
    ].map(([ra, decl]) => base64(circleOfAngle(fromDegrees(ra, decl), 0.001))),
  );
  await observeTracts(db);
  for (const pos of [
    'CIRCLE 10 10 1',
    'circle ICRS 10 10 1',
    'RANGE 9 11 9 11',
    'POLYGON 9 9 11 9 11 11 9 11',
    'Polygon ICRS 9 9 9 11 11 11 11 9',
    'UNION ICRS (CIRCLE 10 10 0.2 CIRCLE 10.5 10.5 0.1)',
    'BOX ICRS 10 10 2 2',
  ])
    t.deepEqual(await foundBy(db, 'obscore.overlapping($1)', pos), [1, 2], pos);
  t.deepEqual(
    await foundBy(db, 'obscore.overlapping($1)', 'POLYGON 9 9 11 9 9.2 9.2 9 11'),
    [],
    'a dart is not its hull',
  );
  t.deepEqual(await foundBy(db, 'obscore.overlapping($1)', 'CIRCLE 0 0 180'), [1, 2, 3]);
  t.deepEqual(await foundBy(db, 'obscore.overlapping($1)', 'CIRCLE 0 0 -1'), []);
  t.deepEqual(await foundBy(db, 'obscore.overlapping($1)', null), []);
  for (const pos of [
    '',
    'CIRCLE 1 2',
    'CIRCLE 1 91 1',
    'SQUARE 1 2 3',
    'CIRCLE GALACTIC 1 2 3',
    'POLYGON 1 1 2 2 x 3',
  ]) {
    const error = await t.throwsAsync(db.query('select obscore.overlapping($1)', [pos]));
    t.regex(String(error?.message), /^ObsCoreQueryError: /, pos);
    t.is((error as unknown as { code: string }).code, 'OC005');
  }
});

test('what is no position is an error, and NULL finds nothing', async (t) => {
  await using db = await registry();
  await db.query(`select obscore._prepare_footprints('r')`);
  await storeTracts(db, [base64(circleOfAngle([0, 0, 1], Math.PI))]);
  await observeTracts(db);
  t.deepEqual(await foundBy(db, 'obscore.covering(null, 1)'), []);
  t.deepEqual(await foundBy(db, 'obscore.covering(1, null)'), []);
  t.deepEqual(await foundBy(db, 'obscore.covering(-10, 90)'), [1]);
  for (const [ra, decl] of [
    ['NaN', 0],
    [0, 'NaN'],
    ['Infinity', 0],
    [0, 90.0001],
    [1e300, 0],
  ]) {
    const error = await t.throwsAsync(db.query('select obscore.covering($1, $2)', [ra, decl]));
    t.is((error as unknown as { code: string }).code, 'OC005');
    t.regex(String(error?.message), /^ObsCoreQueryError: .* is no position/);
  }
});

test('all published tables are searched, of all registries, and no others', async (t) => {
  await using db = await registry();
  await db.query(`select butler.create_registry('Other "one"')`);
  const here = base64(circleOfAngle(fromDegrees(10, 10), 0.01));
  const odd = '"Other ""one"""';
  for (const [schema, name] of [
    ['r', 'r'],
    [odd, 'Other "one"'],
  ]) {
    await db.query('select obscore._prepare_footprints($1)', [name]);
    await db.query(`insert into ${schema}.skymap (name) values ('rings')`);
    await db.query(`insert into ${schema}.tract (skymap, id, region) values ('rings', 1, $1)`, [here]);
  }
  t.deepEqual(await foundBy(db, 'obscore.covering(10, 10)'), [], 'nothing is published');
  await observeTracts(db);
  await observeTracts(db, 'r', 'second');
  t.deepEqual(await foundBy(db, 'obscore.covering(10, 10)'), [1, 1]);
  await db.query(
    `create table ${odd}."Ob""s" as
     select '9'::varchar(8) as obs_id, footprint from ${odd}.almagest_footprint`,
  );
  await db.query(
    `insert into obscore.definition (registry, table_name, mode, on_error, published, config)
     values ('Other "one"', 'Ob"s', 'matview', 'record', false, '{}')`,
  );
  t.deepEqual(await foundBy(db, 'obscore.covering(10, 10)'), [1, 1]);
  await db.query(`select obscore.publish('Ob"s', 'Other "one"')`);
  t.deepEqual(await foundBy(db, 'obscore.covering(10, 10)'), [1, 1, 9]);
  t.deepEqual(await foundBy(db, 'obscore.overlapping($1)', 'CIRCLE 10 10.4 0.5'), [1, 1, 9]);
  await db.query(`select obscore.unpublish('second', 'r')`);
  t.deepEqual(await foundBy(db, 'obscore.overlapping($1)', 'CIRCLE 10 10.4 0.5'), [1, 9]);
});

test('the cells of a direction are the same in SQL and PL/v8', async (t) => {
  await using db = await database();
  const positions = [...HARD_PLACES, ...fc.sample(arbitraryPosition, { numRuns: 300 }).map(degrees)];
  const [{ missed }] = await db.query<{ missed: number }>(
    `select count(*)::int as missed
     from unnest($1::float8[], $2::float8[]) as p (ra, decl)
     cross join lateral (select cosd(p.ra) * cosd(p.decl) as x, sind(p.ra) * cosd(p.decl) as y, sind(p.decl) as z) v
     cross join lateral obscore._search_cells(sky.region_circle(p.ra, p.decl, 0)) s
     where not exists (
       select from unnest(s.lows, s.highs) as r (low, high), unnest(obscore._cells_at(v.x, v.y, v.z)) as c (cell)
       where c.cell between r.low and r.high)`,
    [positions.map(([ra]) => ra), positions.map(([, decl]) => decl)],
  );
  t.is(missed, 0);
});

test('a search goes by indexes alone, and reads few rows of a large table', async (t) => {
  await using db = await registry();
  await db.query(`select obscore._prepare_footprints('r')`);
  const regions = Array.from({ length: 4000 }, (_, n) =>
    base64(circleOfAngle(fromDegrees((n % 100) * 0.2, Math.floor(n / 100) * 0.2), 0.003)),
  );
  await storeTracts(db, regions);
  await observeTracts(db);
  await db.query(`insert into r.obscore select o.* from r.obscore o, generate_series(1, 4)`);
  await db.query('vacuum analyze r.obscore, r.almagest_footprint, r.almagest_footprint_pixel');
  for (const search of [`obscore.covering(10, 5)`, `obscore.overlapping('CIRCLE 10 5 0.1')`]) {
    await db.query('begin');
    const before = await reads(db);
    const found = await foundBy(db, search);
    const after = await reads(db);
    await db.query('rollback');
    t.true(found.length >= 5 && found.length < 50);
    t.is(after.seq - before.seq, 0, search);
    t.true(after.rows - before.rows < 2000, `${search}: ${after.rows - before.rows} rows`);
  }
});

/** Sequential scans, and rows fetched by index, of the registry's tables in this transaction. */
async function reads(db: TestDatabase): Promise<{ seq: number; rows: number }> {
  const [row] = await db.query<{ seq: number; rows: number }>(
    `select sum(seq_scan)::int as seq, sum(idx_tup_fetch)::int as rows from pg_stat_xact_user_tables
     where schemaname = 'r'`,
  );
  return row;
}
