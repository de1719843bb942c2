/** Searches of regions: what they give is what a test of every position gives. */
import test from 'ava';
import { database, type TestDatabase } from '../support/database.ts';
import { insertQuery } from './rows_support.ts';

/** Sources at random over small fields around the places where the sky is awkward. */
async function fill(db: TestDatabase): Promise<void> {
  await db.query('select setseed(0.25)');
  await db.query(
    `create temporary table place as
     select row_number() over () as id, ra, decl
     from (
       select mod((c.ra + (random() - 0.5) * 2 / greatest(0.01, cosd(c.decl)) + 360)::numeric, 360)::float8 as ra,
         greatest(-90, least(90, c.decl + (random() - 0.5) * 2)) as decl
       from (values (0, 0), (0, 89.5), (180, -89.5), (359.9, 30), (45, 0), (90, 45), (123.4, -31.7)) as c (ra, decl)
       cross join generate_series(1, 1500)
       union all
       values (0, 90), (0, -90), (90, 0), (180, 0), (270, 0), (45, 45), (0, 0)
     ) as p`,
  );
  await insertQuery(
    db,
    'DiaSource',
    `select id as "diaSourceId", ra, decl as dec, sky.htm_id(ra, decl, 20) as "pixelId", 60000.0 as "midpointMjdTai" from place`,
  );
}

const regions = [
  'CIRCLE 0 0 0.7',
  'CIRCLE 359.95 30 0.5',
  'CIRCLE 10 89.6 0.8',
  'CIRCLE 200 -90 0.3',
  'CIRCLE 0 90 0',
  'CIRCLE 45 0 1.76',
  'CIRCLE 90 45 0.001',
  'CIRCLE 0 0 180',
  'RANGE 359.5 0.5 -0.5 0.5',
  'RANGE 0 360 89 90',
  'POLYGON 44.5 -0.5 45.5 -0.5 45.5 0.5 44.5 0.5',
  'POLYGON 359 29.5 0.5 29.6 0.2 30.4 359.3 30.3',
  'POLYGON 0 89 90 89.2 180 89 270 89.1',
  'ELLIPSE 123.4 -31.7 0.8 0.3 30',
  'UNION (CIRCLE 45 0 0.3 CIRCLE 45.2 0 0.3)',
  'INTERSECTION (CIRCLE 45 0 0.6 POLYGON 44.5 -0.5 45.5 -0.5 45.5 0.5 44.5 0.5)',
];

test('every position of a region is found, and no other', async (t) => {
  await using db = await database();
  await db.query(`select apdb.create('survey')`);
  await fill(db);
  let found = 0;
  for (const region of regions) {
    const [row] = await db.query<{ missing: number; excess: number; n: number; outside: number }>(
      `with inside as (
         select id from place where sky.region_contains(sky.region_from_pos($1), ra, decl)
       ), read as (
         select "diaSourceId" as id from survey.get_dia_sources(60001, $1)
       ), wide as (
         select "diaSourceId" as id from survey.get_dia_sources(60001, $1, exact => false)
       )
       select (select count(*) from (select id from inside except all select id from read) x)::int as missing,
         (select count(*) from (select id from read except all select id from inside) x)::int as excess,
         (select count(*) from inside)::int as n,
         (select count(*) from (select id from inside except all select id from wide) x)::int as outside`,
      [region],
    );
    t.deepEqual({ ...row, n: 0 }, { missing: 0, excess: 0, n: 0, outside: 0 }, region);
    found += row.n;
  }
  t.true(found > 5000);
});

test('a region may be base64, and what is none is an error', async (t) => {
  await using db = await database();
  await db.query(`select apdb.create('survey')`);
  await fill(db);
  const count = async (region: string) =>
    (
      await db.query<{ n: number }>('select count(*)::int as n from survey.get_dia_sources(60001, $1)', [
        region,
      ])
    )[0].n;
  const [{ base64 }] = await db.query<{ base64: string }>(
    `select sky.region_to_base64(sky.region_from_pos('CIRCLE 45 0 0.5')) as base64`,
  );
  t.is(await count(base64), await count('CIRCLE 45 0 0.5'));
  t.true((await count(base64)) > 0);
  for (const wrong of ['CIRCLE 45 0', 'nonsense', `${base64.slice(0, 20)}====`, "'; drop schema survey"]) {
    const error = await t.throwsAsync<Error & { code?: string }>(count(wrong), undefined, wrong);
    t.regex(error?.code ?? '', /^22P0[23]$/, wrong);
  }
});

test('pixels that the client searches come where positions are not tested', async (t) => {
  await using db = await database();
  const [row] = await db.query(
    `select range_agg(int8range(low, high, '[]')) = sky.htm_envelope(sky.region_from_pos($1), 20, 64) as client,
       (select range_agg(int8range(low, high, '[]')) from apdb._pixels($1, 20, 64, true))
         @> sky.htm_interior(sky.region_from_pos($1), 20, 0) as whole
     from apdb._pixels($1, 20, 64, false)`,
    ['CIRCLE 150 -30 0.5'],
  );
  t.deepEqual(row, { client: true, whole: true });
});
