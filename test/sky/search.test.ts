import test, { type ExecutionContext } from 'ava';
import fc from 'fast-check';
import { database, type TestDatabase } from '../support/database.ts';
import {
  coneHolds,
  distance,
  HARD_PLACES,
  hardPositions,
  isPosition,
  type Position,
} from './search_oracle.ts';

const positions = hardPositions(6000);

async function withPositions(rows: readonly Position[] = positions): Promise<TestDatabase> {
  const db = await database();
  await db.query('create table star (id int8 primary key, ra float8, dec float8)');
  await db.query('insert into star select * from unnest($1::int8[], $2::float8[], $3::float8[])', [
    rows.map((row) => row.id),
    rows.map((row) => row.ra),
    rows.map((row) => row.decl),
  ]);
  await db.query(`select sky.add_position_index('star')`);
  return db;
}

function assertHolds(
  t: ExecutionContext,
  found: readonly number[],
  { must, may }: { must: Set<number>; may: Set<number> },
  what: string,
): void {
  const set = new Set(found);
  t.is(set.size, found.length, `${what}: found twice`);
  t.deepEqual(
    [...must].filter((id) => !set.has(id)),
    [],
    `${what}: missing`,
  );
  t.deepEqual(
    found.filter((id) => !may.has(id)),
    [],
    `${what}: too many`,
  );
}

/** Centres at random, and next to where positions cluster, in every convention for right ascension. */
const centre = fc.oneof(
  fc.tuple(
    fc.double({ min: -180, max: 900, noNaN: true }),
    fc.double({ min: -1, max: 1, noNaN: true }).map((z) => (Math.asin(z) * 180) / Math.PI),
  ),
  fc
    .tuple(
      fc.constantFrom(...HARD_PLACES),
      fc.constantFrom(-360, 0, 360),
      fc.double({ min: -7, max: 0, noNaN: true }),
      fc.double({ min: -1, max: 1, noNaN: true }),
      fc.double({ min: -1, max: 1, noNaN: true }),
    )
    .map(([[ra, decl], turn, size, x, y]): [number, number] => [
      ra + turn + 10 ** size * x,
      Math.max(-90, Math.min(90, decl + 10 ** size * y)),
    ]),
);
const radius = fc.oneof(
  fc.double({ min: -2, max: Math.log10(648000), noNaN: true }).map((power) => 10 ** power),
  fc.constantFrom(0, 0.01, 5, 3600, 324000, 648000, 1e9),
);

test('a cone holds what brute force finds, with an index and without one', async (t) => {
  await using db = await withPositions();
  await fc.assert(
    fc.asyncProperty(centre, radius, async ([ra0, decl0], arcsec) => {
      const expected = coneHolds(positions, ra0, decl0, arcsec);
      for (const scan of ['enable_seqscan', 'enable_indexscan, enable_bitmapscan']) {
        await db.query('begin');
        for (const setting of scan.split(', ')) await db.query(`set local ${setting} = off`);
        const rows = await db.query<{ id: bigint }>(
          `select id from star where sky.in_cone(ra, dec, ${ra0}, ${decl0}, radius_arcsec => ${arcsec})`,
        );
        await db.query('commit');
        assertHolds(
          t,
          rows.map((row) => Number(row.id)),
          expected,
          `${ra0} ${decl0} ${arcsec} ${scan}`,
        );
      }
    }),
    { numRuns: 300, seed: 20260801 },
  );
});

test('a join by position holds what brute force finds, by in_cone and by within', async (t) => {
  await using db = await withPositions();
  const cones = fc.sample(fc.tuple(centre, radius), { numRuns: 200, seed: 7 });
  await db.query('create table cone (n int8, ra0 float8, decl0 float8, arcsec float8)');
  await db.query(
    'insert into cone select * from unnest($1::int8[], $2::float8[], $3::float8[], $4::float8[])',
    [
      cones.map((_, n) => n),
      cones.map(([[ra0]]) => ra0),
      cones.map(([[, decl0]]) => decl0),
      cones.map(([, arcsec]) => arcsec),
    ],
  );
  await db.query('set enable_seqscan = off');
  for (const predicate of ['in_cone', 'within']) {
    const rows = await db.query<{ n: bigint; ids: bigint[] }>(
      `select n, coalesce(array_agg(s.id) filter (where s.id is not null), '{}') as ids
       from cone left join star s on sky.${predicate}(s.ra, s.dec, ra0, decl0, arcsec) group by n`,
    );
    t.is(rows.length, cones.length);
    for (const row of rows) {
      const [[ra0, decl0], arcsec] = cones[Number(row.n)];
      assertHolds(
        t,
        row.ids.map(Number),
        coneHolds(positions, ra0, decl0, arcsec),
        `${predicate} ${ra0} ${decl0} ${arcsec}`,
      );
    }
  }
});

test('impossible positions and radii match nothing and raise nothing', async (t) => {
  await using db = await withPositions();
  const values = ['NaN', 'Infinity', '-Infinity', '1e308', '-91', '5e-324']
    .map((v) => `'${v}'::float8`)
    .concat('null::float8');
  for (const predicate of ['in_cone', 'within', 'is_close']) {
    const found = await db.query<{ argument: string; n: bigint }>(
      values
        .flatMap((value) => [
          `select 'ra0 ${value.replaceAll("'", '')}' as argument, count(*) as n from star where sky.${predicate}(ra, dec, ${value}, 0, 3600)`,
          `select 'decl0 ${value.replaceAll("'", '')}', count(*) from star where sky.${predicate}(ra, dec, 0, ${value}, 3600)`,
          `select 'radius ${value.replaceAll("'", '')}', count(*) from star where sky.${predicate}(ra, dec, 0, 0, ${value})`,
        ])
        .join(' union all '),
    );
    const finds = found.filter((row) => Number(row.n) > 0).map((row) => row.argument.replace('::float8', ''));
    // These are positions, and radii of nothing and of the whole sky.
    t.deepEqual(
      finds.sort(),
      ['decl0 5e-324', 'ra0 -91', 'ra0 5e-324', 'radius 1e308', 'radius 5e-324', 'radius Infinity'],
      predicate,
    );
  }
  for (const predicate of ['in_cone', 'within', 'is_close']) {
    const [{ n }] = await db.query<{ n: bigint }>(
      `select count(*) as n from star a join star b on a.id = b.id and sky.${predicate}(b.ra, b.dec, a.ra, a.dec, 0)`,
    );
    t.is(Number(n), positions.filter(isPosition).length, `${predicate}: radius 0 finds what is there`);
  }
});

test('every input has a cell and a key, and these never change', async (t) => {
  await using db = await database();
  const rows = await db.query<{ cell: number; key: number }>(
    `select sky.position_cell(ra, decl) as cell, sky.position_key(ra) as key
     from (values (0, 0), (10, 20), (350, -20), (180, 90), (179.999, -90), (-10, 0.1), (370, 0.0999999),
       ('NaN', 'NaN'), ('Infinity', '-Infinity'), (1e308, -1e308), (null, null), (123.456789, -67.891)) as t (ra, decl)`,
  );
  t.deepEqual(
    rows.map(({ cell, key }) => [cell, key]),
    [
      [920, 0],
      [1120, 100000000],
      [-720, 100000000],
      [-1820, 1800000000],
      [20, 1799990000],
      [-921, 100000000],
      [920, 100000000],
      [1830, 1800000000],
      [10, 1800000000],
      [10, 0],
      [1830, 1800000000],
      [241, 1234567890],
    ],
  );
});

test('a polygon holds what brute force finds', async (t) => {
  await using db = await withPositions();
  const polygon = fc
    .tuple(
      centre,
      fc.array(
        fc.tuple(fc.double({ min: 0.05, max: 1, noNaN: true }), fc.double({ min: 0.2, max: 1, noNaN: true })),
        {
          minLength: 3,
          maxLength: 9,
        },
      ),
      fc.double({ min: -3, max: Math.log10(50), noNaN: true }),
      fc.boolean(),
    )
    .map(([[ra0, decl0], corners, size, reverse]) => {
      // Corners in turn around the centre, near and far ones mixed: a star, seldom convex.
      const total = corners.reduce((sum, [step]) => sum + step, 0);
      let angle = 0;
      const around = corners.map(([step, far]) => {
        angle += (step / total) * 2 * Math.PI;
        return offset(ra0, decl0, angle, 10 ** size * far);
      });
      const widest = Math.max(...corners.map(([step]) => step)) / total;
      return {
        centre: [ra0, decl0],
        vertices: reverse ? around.reverse() : around,
        holdsCentre: widest < 0.49,
      };
    });
  await fc.assert(
    fc.asyncProperty(polygon, async ({ vertices }) => {
      const array = `array[${vertices.flat().join(',')}]::float8[]`;
      const found = await ids(db, `sky.in_polygon(ra, dec, ${array})`, 'enable_seqscan');
      const expected = await ids(db, `sky.polygon_contains(${array}, ra, dec)`, 'enable_indexscan');
      t.deepEqual(found, expected, array);
    }),
    { numRuns: 150, seed: 3, examples: [] },
  );
});

async function ids(db: TestDatabase, predicate: string, without: string): Promise<bigint[]> {
  await db.query('begin');
  await db.query(`set local ${without} = off`);
  const rows = await db.query<{ id: bigint }>(`select id from star where ${predicate} order by id`);
  await db.query('commit');
  return rows.map((row) => row.id);
}

/** The position at an angle and a distance [deg] from another. */
function offset(ra: number, decl: number, angle: number, far: number): [number, number] {
  const radians = Math.PI / 180;
  const [d, r] = [decl * radians, far * radians];
  const y = Math.sin(d) * Math.cos(r) + Math.cos(d) * Math.sin(r) * Math.cos(angle);
  const a = Math.atan2(Math.sin(angle) * Math.sin(r) * Math.cos(d), Math.cos(r) - Math.sin(d) * y);
  return [ra + a / radians, Math.asin(Math.max(-1, Math.min(1, y))) / radians];
}

test('the nearest neighbours are those of brute force, ties by key', async (t) => {
  await using db = await withPositions();
  await fc.assert(
    fc.asyncProperty(centre, fc.constantFrom(0, 1, 2, 7, 100, 7000), async ([ra0, decl0], k) => {
      const rows = await db.query<{ rank: bigint; id: bigint; distance_arcsec: number }>(
        'select * from sky.nearest($1, $2, $3, $4)',
        ['star', ra0, decl0, k],
      );
      const distances = positions
        .filter(isPosition)
        .map((position) => distance(position.ra!, position.decl!, ra0, decl0) * 3600)
        .sort((a, b) => a - b);
      t.is(rows.length, Math.min(k, distances.length));
      rows.forEach((row, i) => {
        t.is(Number(row.rank), i + 1);
        t.true(Math.abs(row.distance_arcsec - distances[i]) < 1e-6, `${ra0} ${decl0} ${k}: ${i}`);
        if (i > 0)
          t.true(
            row.distance_arcsec > rows[i - 1].distance_arcsec ||
              (row.distance_arcsec === rows[i - 1].distance_arcsec &&
                Number(row.id) > Number(rows[i - 1].id)),
          );
      });
    }),
    { numRuns: 60, seed: 11 },
  );
  t.is(
    (await db.query(`select * from sky.nearest('star', 45, 45, 100, within_arcsec => 0.0001)`)).length >= 1,
    true,
  );
  await t.throwsAsync(db.query(`select * from sky.nearest('star', 0, 0, -1)`), { code: '22023' });
});

test('nearest takes keys of any type, tables without an index, views, and names that need quotes', async (t) => {
  await using db = await database();
  await db.query('create schema "My Schema"');
  await db.query(
    'create table "My Schema"."it\'s; drop table" ("the key" text, "RA deg" real, "select" numeric)',
  );
  await db.query(
    `insert into "My Schema"."it's; drop table" values ('a', 10, 20), ('b', 10.5, 20), ('c', 359.9, -20)`,
  );
  const rows = await db.query<{ id: string }>(
    `select id from sky.nearest_of_type(null::text, '"My Schema"."it''s; drop table"', 10.1, 20, 2, 'the key', 'RA deg', 'select')`,
  );
  t.deepEqual(
    rows.map((row) => row.id),
    ['a', 'b'],
  );
  await db.query(
    'create view v as select "the key" as id, "RA deg" as ra, "select" as dec from "My Schema"."it\'s; drop table"',
  );
  t.is((await db.query(`select * from sky.nearest_of_type(null::text, 'v', 0, -20, 1, 'id')`))[0].id, 'c');
  await t.throwsAsync(db.query(`select * from sky.nearest('v', 0, 0)`), { code: '42703' });
});

test('a cross-match finds every pair, whichever side has an index, and none', async (t) => {
  const left = hardPositions(800, 2);
  await using db = await withPositions(hardPositions(800, 3));
  await db.query('create table obs (like star including all)');
  await db.query('insert into obs select * from unnest($1::int8[], $2::float8[], $3::float8[])', [
    left.map((row) => row.id),
    left.map((row) => row.ra),
    left.map((row) => row.decl),
  ]);
  await db.query('analyze');
  for (const arcsec of [0, 0.5, 60, 7200]) {
    const expected = await db.query(
      `select o.id as left_id, s.id as right_id from obs o join star s on sky.is_close(s.ra, s.dec, o.ra, o.dec, $1) order by 1, 2`,
      [arcsec],
    );
    const nearest = await db.query(
      `select distinct on (o.id) o.id as left_id, s.id as right_id
       from obs o join star s on sky.is_close(s.ra, s.dec, o.ra, o.dec, $1)
       order by o.id, sky.angular_distance(o.ra, o.dec, s.ra, s.dec), s.id`,
      [arcsec],
    );
    t.true(expected.length > 0 || arcsec === 0);
    for (const indexed of [['star'], ['obs'], ['star', 'obs'], []]) {
      await db.query(`select sky.drop_position_index(t) from unnest('{star,obs}'::regclass[]) t`);
      for (const table of indexed) await db.query('select sky.add_position_index($1)', [table]);
      t.deepEqual(
        await db.query(`select left_id, right_id from sky.xmatch('obs', 'star', $1) order by 1, 2`, [arcsec]),
        expected,
        `${arcsec} ${indexed}`,
      );
      t.deepEqual(
        await db.query(
          `select left_id, right_id from sky.xmatch('obs', 'star', $1, nearest_only => true) order by 1`,
          [arcsec],
        ),
        nearest,
        `${arcsec} ${indexed}`,
      );
    }
  }
  await t.throwsAsync(db.query(`select * from sky.xmatch('obs', 'star', 'NaN')`), { code: '22023' });
  await t.throwsAsync(db.query(`select * from sky.xmatch('obs', 'star', -1)`), { code: '22023' });
});

test('position indexes are made once, listed, and dropped', async (t) => {
  await using db = await database();
  await db.query('create table a (id int8, ra real, dec numeric, raj2000 float8, dej2000 float8, name text)');
  const [{ index }] = await db.query<{ index: string }>(`select sky.add_position_index('a')::text as index`);
  t.deepEqual(await db.query(`select sky.add_position_index('a')::text as index`), [{ index }]);
  await db.query(`select sky.add_position_index('a', 'raj2000', 'dej2000')`);
  t.deepEqual(
    await db.query(
      'select source::text, ra_column, dec_column, index::text from sky.position_indexes order by ra_column',
    ),
    [
      { source: 'a', ra_column: 'ra', dec_column: 'dec', index: 'a_position_idx' },
      { source: 'a', ra_column: 'raj2000', dec_column: 'dej2000', index: 'a_position_idx1' },
    ],
  );
  t.deepEqual(await db.query(`select sky.drop_position_index('a') as dropped`), [{ dropped: true }]);
  t.deepEqual(await db.query(`select sky.drop_position_index('a') as dropped`), [{ dropped: false }]);
  await t.throwsAsync(db.query(`select sky.add_position_index('a', 'nothing')`), {
    code: '42703',
    message: /no column nothing/,
  });
  await t.throwsAsync(db.query(`select sky.add_position_index('a', 'name')`), { code: '42703' });
});
