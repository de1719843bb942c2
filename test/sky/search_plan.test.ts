import test from 'ava';
import { database } from '../support/database.ts';

test('searches of a million rows are planned by the index, and by how many rows they find', async (t) => {
  await using db = await database();
  await db.query(
    `create table star as
     select g as id, (g * 137.50776405003785 % 360)::float8 as ra, degrees(asin(2 * g / 1000001.0 - 1)) as dec
     from generate_series(1, 1000000) as g`,
  );
  await db.query('alter table star add primary key (id)');
  await db.query(`select sky.add_position_index('star')`);
  await db.query('create table obs as select id, ra + 0.0001 as ra, dec from star where id % 100 = 0');
  await db.query('analyze obs');
  await db.query('set max_parallel_workers_per_gather = 0');
  const plan = async (sql: string): Promise<string> =>
    (await db.query<{ 'QUERY PLAN': string }>(`explain ${sql}`)).map((row) => row['QUERY PLAN']).join('\n');
  const estimate = (text: string): number => Number(/rows=(\d+)/.exec(text)![1]);

  for (const arcsec of [0.01, 5, 360, 3600, 36000]) {
    const text = await plan(
      `select * from star where sky.in_cone(ra, dec, 10.5, 20.5, radius_arcsec => ${arcsec})`,
    );
    t.regex(text, /(Index Scan using|Bitmap Index Scan on) star_position_idx/, text);
    t.notRegex(text, /cone_window|BitmapOr/, 'the limits are constants of the plan, in one range');
    const expected = (1e6 * (1 - Math.cos((arcsec / 3600 / 180) * Math.PI))) / 2;
    t.true(
      estimate(text) < 4 * expected + 4 && estimate(text) > expected / 6 - 1,
      `${arcsec}: ${estimate(text)} rows of ${expected}`,
    );
  }
  t.regex(
    await plan('select * from star where sky.in_cone(ra, dec, 359.9999, -89.9999, 60)'),
    /star_position_idx/,
  );
  t.regex(
    await plan('select * from star where sky.in_polygon(ra, dec, array[10, 20, 11, 20, 11, 21])'),
    /(Index Scan using|Bitmap Index Scan on) star_position_idx/,
  );

  for (const predicate of ['in_cone', 'within']) {
    const text = await plan(
      `select * from obs o join star s on sky.${predicate}(s.ra, s.dec, o.ra, o.dec, 2)`,
    );
    t.regex(text, /Nested Loop[\s\S]*Seq Scan on obs[\s\S]*Index Scan using star_position_idx on star/, text);
  }
  t.regex(
    await plan(
      'select * from (values (10.0, 20.0, 5.0)) as c (a, d, r) join star s on sky.within(s.ra, s.dec, a, d, r)',
    ),
    /star_position_idx/,
  );
  const [prepared] = await db.query<{ n: bigint }>(
    `select count(*) as n from sky.nearest('star', 10, 20, 50) as n join star s on s.id = n.id`,
  );
  t.is(prepared.n, 50n);
});

test('a prepared search keeps using the index when it is planned without its arguments', async (t) => {
  await using db = await database();
  await db.query(
    `create table star as select g as id, (g * 137.508 % 360)::float8 as ra, degrees(asin(2 * g / 20001.0 - 1)) as dec from generate_series(1, 20000) as g`,
  );
  await db.query(`select sky.add_position_index('star')`);
  await db.query('set plan_cache_mode = force_generic_plan');
  await db.query(
    'prepare cone (float8, float8, float8) as select id from star where sky.in_cone(ra, dec, $1, $2, $3)',
  );
  const rows = await db.query<{ 'QUERY PLAN': string }>('explain execute cone (10, 20, 3600)');
  t.regex(rows.map((row) => row['QUERY PLAN']).join('\n'), /star_position_idx/);
  t.deepEqual(
    (await db.query('execute cone (359.99, 20, 7200)')).length,
    (await db.query('select id from star where sky.is_close(ra, dec, 359.99, 20, 7200)')).length,
  );
});

test('whoever may not read a table does not read it through a search', async (t) => {
  await using db = await database();
  await db.query(`create table secret as select 1::int8 as id, 10::float8 as ra, 20::float8 as dec`);
  await db.query(`create role search_guest_${process.pid}`);
  try {
    await db.query(`set role search_guest_${process.pid}`);
    await t.throwsAsync(db.query(`select * from sky.nearest('secret', 10, 20, key_column => 'id')`), {
      code: '42501',
    });
    await t.throwsAsync(
      db.query(`select * from sky.xmatch('secret', 'secret', 1, left_key => 'id', right_key => 'id')`),
      { code: '42501' },
    );
    await t.throwsAsync(db.query(`select sky.add_position_index('secret')`), { code: '42501' });
    t.true((await db.query<{ hit: boolean }>('select sky.in_cone(1, 2, 1, 2, 1) as hit'))[0].hit);
  } finally {
    await db.query('reset role');
    await db.query(`drop role search_guest_${process.pid}`);
  }
});

test('a search means the same whatever stands in the search_path', async (t) => {
  await using db = await database();
  await db.query(`create table star as select 1::int8 as id, 10::float8 as ra, 20::float8 as dec`);
  await db.query('create schema evil');
  await db.query(
    `create function evil.never(float8, float8) returns boolean language sql immutable return false`,
  );
  await db.query('create operator evil.<= (leftarg = float8, rightarg = float8, function = evil.never)');
  await db.query('create operator evil.< (leftarg = float8, rightarg = float8, function = evil.never)');
  await db.query(
    `create function evil.sind(float8) returns float8 language plpgsql as $$ begin raise 'hijacked'; end $$`,
  );
  await db.query(
    `create function evil.floor(float8) returns float8 language plpgsql as $$ begin raise 'hijacked'; end $$`,
  );
  await db.query('set search_path = evil, pg_catalog, public');
  for (const predicate of [
    'sky.in_cone(ra, dec, 10, 20, 1)',
    'sky.within(ra, dec, 10, 20, 1)',
    'sky.in_polygon(ra, dec, array[9,19,11,19,10,22])',
  ])
    t.is((await db.query(`select id from star where ${predicate}`)).length, 1, predicate);
  t.is((await db.query(`select * from sky.nearest('star', 10, 20, 1, 'id')`)).length, 1);
  t.is(
    (await db.query(`select * from sky.xmatch('star', 'star', 1, left_key => 'id', right_key => 'id')`))
      .length,
    1,
  );
  t.is((await db.query<{ d: number }>('select sky.angular_distance(0, 0, 0, 90) as d'))[0].d, 90);
});
