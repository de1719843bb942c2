import test from 'ava';
import { database } from '../support/database.ts';
import { hardPositions } from './search_oracle.ts';

test('a search by region finds what the region contains, over poles and seams', async (t) => {
  await using db = await database();
  const positions = hardPositions(3000, 8);
  await db.query('create table star (id int8 primary key, ra float8, dec float8)');
  await db.query('insert into star select * from unnest($1::int8[], $2::float8[], $3::float8[])', [
    positions.map((row) => row.id),
    positions.map((row) => row.ra),
    positions.map((row) => row.decl),
  ]);
  await db.query(`select sky.add_position_index('star')`);
  for (const pos of [
    'CIRCLE 10 20 5',
    'CIRCLE 0 0 0.001',
    'CIRCLE 359.99999 12.3 2',
    'CIRCLE 123 90 0.5',
    'CIRCLE 0 -89 1.5',
    'CIRCLE 180 30 100',
    'RANGE 350 360 -10 10',
    'RANGE 0 360 89 90',
    'RANGE 179 181 -90 90',
    'POLYGON 359 -1 1 -1 1 1 359 1',
    'POLYGON 0 89.9 120 89.9 240 89.9',
    'POLYGON 179.9 29.9 180.1 29.9 180.1 30.1 179.9 30.1',
    'POLYGON 0 -89.99 120 -89.99 240 -89.99',
  ]) {
    const region = `(select sky.region_from_pos('${pos}'))`;
    await db.query('set enable_seqscan = off');
    const found = await db.query(
      `select id from star where sky.in_region(ra, dec, sky.region_from_pos('${pos}')) order by id`,
    );
    await db.query('set enable_seqscan = on');
    t.deepEqual(
      found,
      await db.query(
        `select id from star
         where case when dec between -90 and 90 and abs(ra) <= 1e6 then sky.region_contains(${region}, ra, dec) end order by id`,
      ),
      pos,
    );
    t.true(found.length > 0 || pos === 'CIRCLE 10 20 5', pos);
  }
  const plan = await db.query<{ 'QUERY PLAN': string }>(
    `explain select id from star where sky.in_region(ra, dec, sky.region_from_pos('CIRCLE 10 20 0.1'))`,
  );
  t.regex(plan.map((row) => row['QUERY PLAN']).join('\n'), /star_position_idx/);
  t.deepEqual(
    await db.query(`select id from star where sky.in_region(ra, dec, sky.region_from_base64(''))`),
    [],
    'an empty region holds nothing',
  );
  const [joined] = await db.query<{ n: bigint }>(
    `select count(*) as n from (values ('CIRCLE 45 45 1'), ('CIRCLE 77 -90 1')) as f (pos)
     join star s on sky.in_region(s.ra, s.dec, sky.region_from_pos(f.pos))`,
  );
  t.true(joined.n > 0n);
});
