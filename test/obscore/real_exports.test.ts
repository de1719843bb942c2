/** Exports of real registries, imported, with ObsCore tables that have been there from the start. */
import { readFileSync } from 'node:fs';
import { readExportFile } from '../../src/butler/export_file.ts';
import { importFile } from '../../src/butler/import.ts';
import { database, type TestDatabase } from '../support/database.ts';
import { dataPath, dataTest } from '../support/fixtures.ts';

/** What a configuration says of every dataset type of an imager. */
const image = (subtype: string, calib_level: number, obs_id_fmt: string) => ({
  dataproduct_type: 'image',
  dataproduct_subtype: subtype,
  calib_level,
  obs_id_fmt,
  o_ucd: 'phot.flux.density',
  access_format: 'image/fits',
  datalink_url_fmt: 'https://archive.example/{dataset_type}/{id}',
});

const hsc = {
  facility_name: 'Subaru',
  obs_collection: 'HSC',
  obs_publisher_did_fmt: 'ivo://archive.example/hsc?{id}',
  spectral_ranges: {
    g: [3.97e-7, 5.49e-7],
    r: [5.4e-7, 7.09e-7],
    i: [6.86e-7, 8.6e-7],
    z: [8.3e-7, 9.4e-7],
    y: [9.3e-7, 1.07e-6],
  },
  extra_columns: {
    lsst_visit: { template: '{visit}', type: 'int' },
    lsst_detector: { template: '{detector}', type: 'int' },
    day_obs: { template: '{records[visit].day_obs}', type: 'int' },
    title: { template: '{dataset_type} {band} det={detector:03d}', type: 'string' },
  },
};

async function imported(files: readonly string[], prepare: (db: TestDatabase) => Promise<unknown>) {
  const db = await database();
  await db.query(`select butler.create_registry('hsc')`);
  await prepare(db);
  for (const file of files) {
    const text = readFileSync(dataPath('butler', 'registry', file), 'utf8');
    await importFile(db.client, readExportFile(text), { registry: 'hsc' });
  }
  return db;
}

const create = (db: TestDatabase, config: object, mode = 'live') =>
  db.query('select obscore.create($1, $2, $3)', ['hsc', JSON.stringify({ ...hsc, ...config }), mode]);

/** Rows whose values are not what the records of the registry say; read without the compiler of ObsCore rows. */
const discrepancies = `
  select o.registry_dataset_id
  from hsc.obscore o
  join hsc.visit v on v.id = o.lsst_visit
  join hsc.physical_filter f on (f.instrument, f.name) = (v.instrument, v.physical_filter)
  left join hsc.visit_detector_region r on (r.instrument, r.visit, r.detector) = (v.instrument, v.id, o.lsst_detector)
  cross join lateral sky.region_center(sky.region_bounding_circle(sky.region_from_base64(r.region))) c
  where (o.s_region, o.t_exptime, o.target_name, o.em_filter_name, o.t_min, o.t_max, o.s_ra, o.s_dec, o.s_fov)
    is distinct from
    (sky.region_s_region(sky.region_from_base64(r.region)), v.exposure_time, v.target_name, f.band::text,
     sky.mjd_utc_from_tai_ns(lower(v.timespan)), sky.mjd_utc_from_tai_ns(upper(v.timespan)), c.ra, c.dec, 2 * c.radius)`;

dataTest('raws, calexps and coadds of HSC, each dataset type with its rows', async (t) => {
  await using db = await imported(['dax_obscore__hsc_gen3.yaml'], (db) =>
    create(db, {
      collection_type: 'RUN',
      collections: ['HSC/.*'],
      dataset_types: {
        raw: image('lsst.raw', 1, '{records[exposure].obs_id}'),
        _mock_calexp: image('lsst.calexp', 2, '{records[visit].name}'),
        _mock_deepCoadd: image('lsst.deepCoadd', 3, '{skymap}-{tract}-{patch}'),
      },
    }),
  );
  t.deepEqual(
    await db.query(`
      select dataproduct_subtype, instrument_name, count(*)::int, count(s_region)::int as regions,
             count(distinct obs_publisher_did)::int as ids, count(t_min)::int as times
      from hsc.obscore group by 1, 2 order by 1`),
    [
      {
        dataproduct_subtype: 'lsst.calexp',
        instrument_name: 'HSC',
        count: 33,
        regions: 33,
        ids: 33,
        times: 33,
      },
      {
        dataproduct_subtype: 'lsst.deepCoadd',
        instrument_name: null,
        count: 2,
        regions: 2,
        ids: 2,
        times: 0,
      },
      { dataproduct_subtype: 'lsst.raw', instrument_name: 'HSC', count: 33, regions: 33, ids: 33, times: 33 },
    ],
  );
  t.deepEqual(await db.query(discrepancies), []);
  t.deepEqual(await db.query('select * from obscore.verify()'), []);
  // A title of no detector has no value, and so no error: the key is missing.
  t.deepEqual(await db.query('select * from obscore.error'), []);
});

dataTest('ci_hsc with its skymap: find-first over a chain that is made later', async (t) => {
  await using db = await imported(['ci_hsc-subset-skymap.yaml', 'ci_hsc-subset.yaml'], async (db) => {
    await db.query(`select butler.register_collection('HSC/all', 'CHAINED')`);
    await create(db, {
      collections: ['HSC/all'],
      dataset_types: { calexp: image('lsst.calexp', 2, '{records[visit].name}') },
    });
  });
  t.deepEqual(await db.query('select from hsc.obscore'), []);
  await db.query(`select butler.set_chain('HSC/all', '{HSC/runs/ci_hsc/20240806T180642Z}')`);
  t.is((await db.query('select from hsc.obscore')).length, 33);
  t.deepEqual(await db.query(discrepancies), []);
  t.deepEqual(await db.query('select * from obscore.verify()'), []);
});

dataTest('HSC RC2: 1132 detectors of 160 visits, processed twice', async (t) => {
  await using db = await imported(['hsc-rc2-subset.yaml'], async () => undefined);
  await db.client.query(`
    select butler.register_dataset_type('calexp', '{instrument,visit,detector}', 'ExposureF');
    select butler.register_collection('first'), butler.register_collection('second'), butler.register_collection('both', 'CHAINED');
    select butler.set_chain('both', '{second,first}')`);
  await create(db, {
    collections: ['both'],
    dataset_types: { calexp: image('lsst.calexp', 2, '{records[visit].name}-{detector:03d}') },
  });
  const process = (run: string, which: string) =>
    db.query(`
      select count(*) from butler.insert_datasets('calexp', '${run}', (
        select json_agg(json_build_object('instrument', instrument, 'visit', visit, 'detector', detector))
        from hsc.visit_detector_region where ${which}))`);
  await process('first', 'true');
  await process('second', 'visit % 4 = 0');
  t.is((await db.query('select from hsc.obscore')).length, 1132);
  t.deepEqual(await db.query(discrepancies), []);
  t.deepEqual(
    await db
      .query(`
      select count(*) filter (where r.name = 'second')::int as second,
             (select count(*)::int from hsc.visit_detector_region where visit % 4 = 0) as expected
      from hsc.obscore o
      join hsc.dataset d on d.id = o.registry_dataset_id
      join hsc.collection r on r.collection_id = d.run_id`)
      .then((rows) => rows.map((row) => Object.values(row)).map(([a, b]) => a === b)),
    [true],
  );
  // Every footprint's centre is covered by its own row at least.
  t.deepEqual(
    await db.query(`
      select o.registry_dataset_id from hsc.obscore o
      where not exists (select from obscore.covering(o.s_ra, o.s_dec) c where c.obs_publisher_did = o.obs_publisher_did)`),
    [],
  );
  t.deepEqual(await db.query('select * from obscore.verify()'), []);
});
