/** Pixels of regions: kept with every way of writing records, at the poles and at RA 0 too. */
import test, { type ExecutionContext } from 'ava';
import type { TestDatabase } from '../support/database.ts';
import { fails } from './collection_support.ts';
import { insert, square, survey, sync } from './record_support.ts';

/** That the table holds, for each region, the pixels of the envelope and no others. */
async function isRight(t: ExecutionContext, db: TestDatabase, element: string, keys: string, columns = keys) {
  const kept = `select ${keys}, skypix_index from r.${element}_skypix_overlap
    where skypix_system = 'htm' and skypix_level = 7`;
  const wanted = `select ${columns}, pixel from r.${element},
    unnest(sky.htm_envelope(sky.region_from_base64(region), 7)) ranges,
    generate_series(lower(ranges), upper(ranges) - 1) pixel`;
  t.deepEqual(await db.query(`(${kept} except all ${wanted}) union all (${wanted} except all ${kept})`), []);
}

const visitIsRight = (t: ExecutionContext, db: TestDatabase) =>
  isRight(t, db, 'visit', 'instrument, visit', 'instrument, id');

const visit = (id: number, region: unknown) => ({
  instrument: 'Cam',
  id,
  day_obs: 20190401,
  physical_filter: 'g1',
  region,
});

const places = [
  'CIRCLE 0 90 1',
  'CIRCLE 123 -90 0.5',
  'CIRCLE 0 0 1',
  'CIRCLE 359.9 45 1',
  square(359.5, -0.5, 1),
  null,
];

test('inserted regions have their pixels, wherever they are on the sky', async (t) => {
  await using db = await survey();
  await insert(
    db.client,
    'visit',
    places.map((region, index) => visit(100 + index, region)),
  );
  await visitIsRight(t, db);
  await isRight(t, db, 'visit_detector_region', 'instrument, detector, visit');
  t.deepEqual(await db.query('select * from r.visit_skypix_overlap_summary'), [
    { skypix_system: 'htm', skypix_level: 7, instrument: 'Cam' },
  ]);
  const [{ roots }] = await db.query<{ roots: number }>(
    'select count(distinct skypix_index >> 14)::int as roots from r.visit_skypix_overlap where visit = 100',
  );
  t.is(roots, 4);
});

test('instruments and skymaps say by themselves that pixels are kept, for clients that write regions later', async (t) => {
  await using db = await survey();
  await insert(db.client, 'instrument', [{ name: 'Other' }], 'skip');
  await sync(db.client, 'skymap', {
    name: 'cells',
    hash: '00'.repeat(20),
    tract_max: 1,
    patch_nx_max: 1,
    patch_ny_max: 1,
  });
  const announced = (table: string, governor: string) =>
    db.query(
      `select skypix_system || skypix_level || ' ' || ${governor} as says from r.${table}_skypix_overlap_summary order by 1`,
    );
  for (const table of ['visit', 'visit_detector_region'])
    t.deepEqual((await announced(table, 'instrument')).at(-1), { says: 'htm7 Other' });
  for (const table of ['tract', 'patch'])
    t.true((await announced(table, 'skymap')).some(({ says }) => says === 'htm7 cells'));
  await db.query('delete from r.visit_detector_region_skypix_overlap_summary');
  for (const remedy of [
    `select butler.refresh_skypix_overlap('visit_detector_region')`,
    `select butler.insert_dimension_records('instrument', '[{"name": "Cam"}, {"name": "Other"}]', 'skip')`,
    `select butler.insert_dimension_records('instrument', '[{"name": "Cam"}, {"name": "Other"}]', 'replace')`,
  ]) {
    await db.query(remedy);
    t.deepEqual(await announced('visit_detector_region', 'instrument'), [
      { says: 'htm7 Cam' },
      { says: 'htm7 Other' },
    ]);
    await db.query('delete from r.visit_detector_region_skypix_overlap');
    await db.query('delete from r.visit_detector_region_skypix_overlap_summary');
  }
});

test('a region that is replaced, synced or skipped leaves no pixel of the old one, and loses none', async (t) => {
  await using db = await survey();
  await insert(
    db.client,
    'visit',
    [visit(10, square(50, 50, 1)), visit(12, square(359.5, 89, 1))],
    'replace',
  );
  await visitIsRight(t, db);
  t.is(await insert(db.client, 'visit', [visit(10, square(1, 1, 1)), visit(13, square(1, 1, 1))], 'skip'), 1);
  await visitIsRight(t, db);
  await sync(db.client, 'visit', visit(10, 'CIRCLE 0 90 2'), true);
  await visitIsRight(t, db);
  await sync(db.client, 'visit', visit(14, 'CIRCLE 0 -90 2'));
  await visitIsRight(t, db);
  await sync(db.client, 'visit', visit(14, null), true);
  await visitIsRight(t, db);
});

test('rows that came by COPY get their pixels when asked for', async (t) => {
  await using db = await survey();
  await db.query(`update r.visit set region = sky.region_to_base64(sky.region_circle(0, 89.9, 1))`);
  await db.query(
    `insert into r.visit_detector_region select 'Cam', 2, 10, sky.region_to_base64(sky.region_circle(0, 0, 1))`,
  );
  const [{ rows }] = await db.query<{ rows: number }>('select butler.refresh_skypix_overlap()::int as rows');
  await visitIsRight(t, db);
  await isRight(t, db, 'visit_detector_region', 'instrument, detector, visit');
  const [{ total }] = await db.query<{ total: number }>(
    `select ((select count(*) from r.visit_skypix_overlap)
      + (select count(*) from r.visit_detector_region_skypix_overlap))::int as total`,
  );
  t.is(rows, total);
  await db.query(`update r.visit set region = null`);
  t.deepEqual(await db.query(`select butler.refresh_skypix_overlap('visit')::int as rows`), [{ rows: 0 }]);
  await fails(t, db.query(`select butler.refresh_skypix_overlap('exposure')`), 'DimensionNameError');
});

test('many regions are replaced in one pass', async (t) => {
  await using db = await survey();
  const many = (step: number) =>
    Array.from({ length: 2000 }, (_, i) =>
      visit(1000 + i, `CIRCLE ${(i * step) % 360} ${(i % 179) - 89} 0.2`),
    );
  t.is(await insert(db.client, 'visit', many(7)), 2000);
  t.is(await insert(db.client, 'visit', many(11), 'replace'), 2000);
  await visitIsRight(t, db);
});
