/** Rows of ObsCore tables: what each column is made of, and what happens where something is missing. */
import test from 'ava';
import type { TestDatabase } from '../../support/database.ts';
import { create, insertCalexps, insertRaws, isTrue, square, surveyRegistry } from '../survey_support.ts';

type Row = Record<string, unknown>;

const row = async (db: TestDatabase, obsId: string): Promise<Row | undefined> =>
  (await db.query<Row>('select * from r.obscore where obs_id = $1', [obsId]))[0];

const complaints = (db: TestDatabase) =>
  db.query<Row>(
    `select o.obs_id, e.dataset_type, e.column_name, e.reason
     from obscore.error e left join r.obscore o on o.registry_dataset_id = e.dataset_id
     order by 1, 2, 3`,
  );

const image = { dataproduct_type: 'image', calib_level: 2 };

test('a calexp has what its visit, filter and detector region say', async (t) => {
  await using db = await surveyRegistry();
  await insertCalexps(db.client, 'runs/b', 2);
  await create(db.client);
  const found = await row(db, 'v2-001');
  t.like(found, {
    dataproduct_type: 'image',
    dataproduct_subtype: 'lsst.calexp',
    facility_name: 'Test Observatory',
    instrument_name: 'Cam',
    calib_level: 2,
    target_name: 'field2',
    obs_collection: 'TEST',
    t_exptime: 30,
    em_filter_name: 'g',
    em_min: 4.0e-7,
    em_max: 5.5e-7,
    lsst_detector: 1n,
    s_region: 'POLYGON ICRS 21.000000 1.000000 21.200000 1.000000 21.200000 1.200000 21.000000 1.200000',
    access_url: `https://example.org/${found?.registry_dataset_id}`,
  });
  const [{ t_min, t_max }] = await db.query<Row>(
    `select sky.mjd_utc_from_tai_ns(lower(timespan)) as t_min, sky.mjd_utc_from_tai_ns(upper(timespan)) as t_max
     from r.visit where id = 2`,
  );
  t.like(found, { t_min, t_max });
  t.deepEqual(await complaints(db), []);
});

test('a raw takes its region from the visit of its exposure, and waits for it without complaint', async (t) => {
  await using db = await surveyRegistry();
  await db.query(`delete from r.visit_definition where exposure = 3`);
  await insertRaws(db.client, 2, 3);
  await create(db.client);
  t.regex(String((await row(db, 'e2-001'))?.s_region), /^POLYGON ICRS 21\.000000 1\.000000/);
  t.like(await row(db, 'e3-001'), { s_region: null, s_ra: null, s_dec: null, s_fov: null, footprint: null });
  t.is((await row(db, 'e3-001'))?.t_exptime, 30);
  t.deepEqual(await complaints(db), []);
  await isTrue(t, db.client);
});

test('of an exposure in several visits the first that has a region counts', async (t) => {
  await using db = await surveyRegistry();
  await insertRaws(db.client, 2);
  await db.query(
    `insert into r.visit_definition (instrument, exposure, visit) values ('Cam', 2, 1), ('Cam', 2, 3)`,
  );
  await db.query(`update r.visit_detector_region set region = null where visit = 1 and detector = 0`);
  await db.query(`delete from r.visit_detector_region where visit = 1 and detector = 1`);
  t.is(await create(db.client), 4);
  const regions: unknown[] = [];
  for (const n of [0, 1, 2]) regions.push((await row(db, `e2-00${n}`))?.s_region);
  t.regex(String(regions[0]), /^POLYGON ICRS 20\.000000 1\.000000/);
  t.regex(String(regions[1]), /^POLYGON ICRS 21\.000000 1\.000000/);
  t.regex(String(regions[2]), /^POLYGON ICRS 12\.000000 1\.000000/);
  await isTrue(t, db.client);
});

test('a region that is missing, or cannot be read, is told of, and the row stays', async (t) => {
  await using db = await surveyRegistry();
  await insertCalexps(db.client, 'runs/b', 1);
  await db.query(`delete from r.visit_detector_region where visit = 1 and detector = 0`);
  await db.query(`update r.visit_detector_region set region = 'AAAA' where visit = 1 and detector = 1`);
  await db.query(`update r.visit_detector_region set region = null where visit = 1 and detector = 2`);
  t.is(await create(db.client), 4);
  const found = await complaints(db);
  t.deepEqual(
    found.map(({ obs_id, column_name }) => [obs_id, column_name]),
    [
      ['v1-000', 's_region'],
      ['v1-001', 's_region'],
    ],
  );
  t.is(found[0].reason, 'there is no visit_detector_region of its data ID');
  t.is((await row(db, 'v1-002'))?.s_region, null);
  t.not((await row(db, 'v1-003'))?.s_region, null);
  await isTrue(t, db.client);
  await db.query(`update r.visit_detector_region set region = $1 where visit = 1 and detector = 1`, [
    square(1, 1),
  ]);
  t.deepEqual((await complaints(db)).length, 1);
  await isTrue(t, db.client);
});

test('a circle has its text and its bounding circle; the pole and RA 0 are places like others', async (t) => {
  await using db = await surveyRegistry();
  await insertCalexps(db.client, 'runs/b', 1);
  for (const [detector, region] of [
    [0, 'sky.region_circle(0, 90, 1)'],
    [1, 'sky.region_polygon(array[359.5, 0, 0.5, 0, 0.5, 1, 359.5, 1])'],
    [2, 'sky.region_polygon(array[0, 89, 120, 89, 240, 89])'],
  ] as const)
    await db.query(
      `update r.visit_detector_region set region = sky.region_to_base64(${region}) where visit = 1 and detector = $1`,
      [detector],
    );
  await create(db.client);
  t.like(await row(db, 'v1-000'), { s_dec: 90, s_region: 'CIRCLE ICRS 0.000000 90.000000 1.000000' });
  const wrapped = await row(db, 'v1-001');
  t.true(Math.min(Number(wrapped?.s_ra), 360 - Number(wrapped?.s_ra)) < 1e-9);
  t.regex(String(wrapped?.s_region), /359\.5/);
  t.true(Math.abs(Number((await row(db, 'v1-002'))?.s_dec) - 90) < 1e-9);
});

test('a timespan without bounds has no times', async (t) => {
  await using db = await surveyRegistry();
  await insertCalexps(db.client, 'runs/b', 1, 2, 3, 4);
  for (const [visit, timespan] of [
    [1, '(,)'],
    [2, '[0,4102444800000000000)'],
    [3, 'empty'],
    [4, null],
  ] as const)
    await db.query('update r.visit set timespan = $1 where id = $2', [timespan, visit]);
  await create(db.client);
  const [{ n }] = await db.query<{ n: number }>(
    'select count(t_min)::int + count(t_max)::int as n from r.obscore',
  );
  t.is(n, 0);
});

test('a physical filter counts before its band, and a filter without range has none', async (t) => {
  await using db = await surveyRegistry();
  await insertCalexps(db.client, 'runs/b', 1, 2);
  await create(db.client, { spectral_ranges: { g1: [1e-7, null], g: [2e-7, 3e-7] } });
  t.like(await row(db, 'v2-000'), { em_min: 1e-7, em_max: null, em_filter_name: 'g' });
  t.like(await row(db, 'v1-000'), { em_min: null, em_max: null, em_filter_name: 'r' });
});

test('what has no instrument takes the fallback, or the extra column of that name', async (t) => {
  await using db = await surveyRegistry();
  await db.query(`
    select butler.insert_dimension_records('skymap', '[{"name": "it''s \\"map\\"", "hash": "${'00'.repeat(20)}"}]');
    insert into r.tract (skymap, id, region) values ('it''s "map"', 7, '${square(1, 1)}');
    select butler.register_dataset_type('tractMap', '{tract}', 'StructuredDataDict');
    select count(*) from butler.insert_datasets('tractMap', 'runs/b', '[{"skymap": "it''s \\"map\\"", "tract": 7}]');
  `);
  const type = { ...image, obs_id_fmt: '{skymap}/{tract:04d}' };
  await create(db.client, {
    dataset_types: { tractMap: type },
    fallback_instrument: "Cam'2",
    facility_map: { "Cam'2": 'F2' },
  });
  await create(db.client, {
    table_name: 'other',
    dataset_types: { tractMap: { ...type, extra_columns: { instrument_name: 'Constant' } } },
  });
  t.like(await row(db, `it's "map"/0007`), {
    instrument_name: "Cam'2",
    facility_name: 'F2',
  });
  const [other] = await db.query<Row>('select * from r.other');
  t.like(other, { instrument_name: 'Constant', facility_name: 'Test Observatory' });
  await isTrue(t, db.client);
});

test('of datasets without dimensions a chain shows one', async (t) => {
  await using db = await surveyRegistry();
  await db.query(`
    select butler.register_dataset_type('packages', '{}', 'Packages');
    select count(*) from butler.insert_datasets('packages', 'runs/b', '[{}]');
    select count(*) from butler.insert_datasets('packages', 'runs/c', '[{}]');
    select count(*) from butler.insert_datasets('packages', 'runs/a', '[{}]')`);
  t.is(await create(db.client, { dataset_types: { packages: { ...image, obs_id_fmt: '{run}' } } }), 1);
  t.truthy(await row(db, 'runs/c'));
  await db.query(`select butler.set_chain('DR', '{runs/a,runs/c}')`);
  t.truthy(await row(db, 'runs/a'));
  await isTrue(t, db.client);
});

test('what no dataset of a type can have is told once, for the type', async (t) => {
  await using db = await surveyRegistry();
  await insertRaws(db.client, 1);
  await create(db.client, {
    dataset_types: {
      raw: {
        ...image,
        obs_id_fmt: '{tract}',
        extra_columns: { bad: { template: '{records[exposure].nosuch}' }, none: { template: '{nosuch}' } },
      },
    },
  });
  t.deepEqual(await complaints(db), [
    {
      obs_id: null,
      dataset_type: 'raw',
      column_name: 'bad',
      reason: "records of exposure have no field 'nosuch'",
    },
    { obs_id: null, dataset_type: 'raw', column_name: 'obs_id', reason: "raw has no 'tract'" },
  ]);
  await isTrue(t, db.client);
});

test('raws of a chain see the records of their visit, as exports do; those of a live configuration do not', async (t) => {
  await using db = await surveyRegistry();
  await insertRaws(db.client, 1, 2);
  await db.query('delete from r.visit_definition where exposure = 2');
  const dataset_types = {
    raw: {
      ...image,
      obs_id_fmt: '{exposure}-{detector}',
      extra_columns: { visit_name: { template: '{records[visit].name}' } },
    },
  };
  await create(db.client, { dataset_types });
  await create(db.client, { dataset_types, table_name: 'live', collection_type: 'RUN', collections: [] });
  t.like(await row(db, '1-0'), { visit_name: 'v1' });
  t.like(await row(db, '2-0'), { visit_name: null });
  t.deepEqual(await db.query('select distinct visit_name from r.live'), [{ visit_name: null }]);
  await isTrue(t, db.client);
  await db.query(`insert into r.visit_definition (instrument, exposure, visit) values ('Cam', 2, 2)`);
  t.like(await row(db, '2-0'), { visit_name: 'v2' });
  await isTrue(t, db.client);
  await isTrue(t, db.client, 'live');
});
