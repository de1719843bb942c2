import test from 'ava';
import fc from 'fast-check';
import { database } from '../support/database.ts';

test('pixels of a cover are found by the index, whatever the number of its ranges', async (t) => {
  await using db = await database();
  await db.query('create table source (id int8, pixel int8)');
  await db.query('insert into source select g, g % 5003 from generate_series(1, 20000) as g');
  await db.query(
    'insert into source values (-1, null), (-2, 9223372036854775806), (-3, -9223372036854775808)',
  );
  await db.query('create index on source (pixel)');
  await db.query('analyze source');
  const ranges = fc.array(
    fc
      .tuple(fc.integer({ min: -10, max: 5100 }), fc.integer({ min: 1, max: 300 }))
      .map(([low, size]) => `[${low},${low + size})`),
    { maxLength: 60 },
  );
  await fc.assert(
    fc.asyncProperty(ranges, async (list) => {
      const cover = `'{${list.join(',')}}'::int8multirange`;
      await db.query('set enable_seqscan = off');
      const found = await db.query(`select id from source where sky.in_pixels(pixel, ${cover}) order by id`);
      await db.query('set enable_seqscan = on');
      t.deepEqual(found, await db.query(`select id from source where pixel <@ ${cover} order by id`), cover);
      const [{ n }] = await db.query<{ n: number | null }>(
        `select cardinality(sky.pixel_ranges(${cover})) as n`,
      );
      t.true(n === null ? list.length === 0 : n % 2 === 0 && n <= 32);
    }),
    { numRuns: 60, seed: 5 },
  );
  const plan = await db.query<{ 'QUERY PLAN': string }>(
    `explain select * from source where sky.in_pixels(pixel, '{[1,5),[100,200),[900,905)}')`,
  );
  const text = plan.map((row) => row['QUERY PLAN']).join('\n');
  t.regex(text, /Bitmap Index Scan on source_pixel_idx/);
  t.is(text.match(/Bitmap Index Scan/g)!.length, 3);
  t.deepEqual(
    await db.query(`select id from source where sky.in_pixels(pixel, '{[9223372036854775800,)}')`),
    [{ id: -2n }],
  );
});

test('a cover of a region finds a table that keeps HTM pixels', async (t) => {
  await using db = await database();
  await db.query(
    `create table dia as select id, ra, decl, sky.htm_id(ra, decl) as "pixelId"
     from (select g as id, (g * 137.508 % 360)::float8 as ra, degrees(asin(2 * g / 20001.0 - 1)) as decl from generate_series(1, 20000) g) p`,
  );
  await db.query('create index on dia ("pixelId")');
  await db.query('set enable_seqscan = off');
  for (const [ra, decl, arcsec] of [
    [10, 20, 3600],
    [0, 90, 36000],
    [359.9, -0.1, 7200],
  ]) {
    const found = await db.query(
      `select id from dia where sky.in_pixels("pixelId", sky.htm_cone(${ra}, ${decl}, ${arcsec}))
         and sky.is_close(ra, decl, ${ra}, ${decl}, ${arcsec}) order by id`,
    );
    t.true(found.length > 0);
    t.deepEqual(
      found,
      await db.query(
        `select id from dia where sky.is_close(ra, decl, ${ra}, ${decl}, ${arcsec}) order by id`,
      ),
    );
  }
});
