/** What tests of ObsCore tables share: a registry with a camera, visits with regions, runs, a chain, and a configuration. */
import type { ExecutionContext } from 'ava';
import type pg from 'pg';
import { registry } from '../butler/collection_support.ts';
import { insert as insertDatasets } from '../butler/dataset_support.ts';
import type { TestDatabase } from '../support/database.ts';

type Session = Pick<pg.Client, 'query'>;

/** A polygon of ICRS degrees as registries keep it: sphgeom's encoding in base64. */
export function polygon(...vertices: readonly (readonly [ra: number, dec: number])[]): string {
  const bytes = Buffer.alloc(1 + 24 * vertices.length);
  bytes.write('p', 'latin1');
  vertices.forEach(([ra, dec], i) => {
    const [lon, lat] = [(ra * Math.PI) / 180, (dec * Math.PI) / 180];
    const vector = [Math.cos(lat) * Math.cos(lon), Math.cos(lat) * Math.sin(lon), Math.sin(lat)];
    vector.forEach((value, j) => {
      bytes.writeDoubleLE(value, 1 + 24 * i + 8 * j);
    });
  });
  return bytes.toString('base64');
}

export const square = (ra: number, dec: number, side = 0.2): string =>
  polygon([ra, dec], [ra + side, dec], [ra + side, dec + side], [ra, dec + side]);

export const exposures = 10;
export const detectors = 4;

/**
 * Registry `r`: instrument Cam with detectors 0 to 3, exposures 1 to 10, each with the visit of its number, whose
 * regions are squares at RA 10 × visit + detector; types raw, calexp and bias; runs raw/all, runs/a, runs/b, runs/c;
 * tags best; calibrations calib; chain DR of runs/c, runs/b, raw/all.
 */
export async function surveyRegistry(): Promise<TestDatabase> {
  const db = await registry();
  await db.query(`
    select butler.insert_dimension_records('instrument', '[{"name": "Cam"}]');
    insert into r.physical_filter (instrument, name, band) values ('Cam', 'g1', 'g'), ('Cam', 'r1', 'r');
    insert into r.day_obs (instrument, id) values ('Cam', 20190401);
    insert into r."group" (instrument, name) values ('Cam', 'all');
    insert into r.detector (instrument, id, full_name)
      select 'Cam', n, 'S' || n from generate_series(0, ${detectors - 1}) n;
    insert into r.exposure (instrument, id, day_obs, "group", physical_filter, obs_id, exposure_time, target_name, timespan)
      select 'Cam', n, 20190401, 'all', case when n % 2 = 0 then 'g1' else 'r1' end, 'e' || n, 30, 'field' || n,
             int8range(1554076800000000000 + n * 60000000000, 1554076830000000000 + n * 60000000000)
      from generate_series(1, ${exposures}) n;
    insert into r.visit (instrument, id, day_obs, physical_filter, name, exposure_time, target_name, timespan)
      select instrument, id, day_obs, physical_filter, 'v' || id, exposure_time, target_name, timespan from r.exposure;
    insert into r.visit_definition (instrument, exposure, visit) select instrument, id, id from r.exposure;
    select butler.register_collection(name) from unnest('{raw/all,runs/a,runs/b,runs/c}'::text[]) name;
    select butler.register_collection('best', 'TAGGED'), butler.register_collection('calib', 'CALIBRATION'),
           butler.register_collection('DR', 'CHAINED');
    select butler.set_chain('DR', '{runs/c,runs/b,raw/all}');
    select butler.register_dataset_type('raw', '{exposure,detector}', 'Exposure');
    select butler.register_dataset_type('calexp', '{visit,detector}', 'ExposureF');
    select butler.register_dataset_type('bias', '{detector}', 'ExposureF', true);
  `);
  for (let visit = 1; visit <= exposures; visit++) {
    await db.query(`update r.visit set region = $1 where id = $2`, [square(10 * visit, 0, 4), visit]);
    for (let detector = 0; detector < detectors; detector++)
      await db.query(
        `insert into r.visit_detector_region (instrument, visit, detector, region) values ('Cam', $1, $2, $3)`,
        [visit, detector, square(10 * visit + detector, 1)],
      );
  }
  return db;
}

/** Data IDs of all detectors of visits or exposures. */
export const dataIds = (dimension: 'visit' | 'exposure', ...numbers: readonly number[]) =>
  numbers.flatMap((number) =>
    Array.from({ length: detectors }, (_, detector) => ({
      instrument: 'Cam',
      detector,
      [dimension]: number,
    })),
  );

export const insertRaws = (session: Session, ...numbers: readonly number[]) =>
  insertDatasets(session, 'raw', 'raw/all', dataIds('exposure', ...numbers));

export const insertCalexps = (session: Session, run: string, ...numbers: readonly number[]) =>
  insertDatasets(session, 'calexp', run, dataIds('visit', ...numbers));

/** A configuration of the chain DR; with options in place of its own. */
export function config(options: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    facility_name: 'Test Observatory',
    obs_collection: 'TEST',
    collections: ['DR'],
    dataset_types: {
      raw: {
        dataproduct_type: 'image',
        calib_level: 1,
        obs_id_fmt: '{records[exposure].obs_id}-{detector:03d}',
        o_ucd: 'phot.count',
        access_format: 'image/fits',
      },
      calexp: {
        dataproduct_type: 'image',
        dataproduct_subtype: 'lsst.calexp',
        calib_level: 2,
        obs_id_fmt: '{records[visit].name}-{detector:03d}',
        o_ucd: 'phot.count',
        access_format: 'image/fits',
        datalink_url_fmt: 'https://example.org/{id}',
      },
    },
    extra_columns: {
      lsst_visit: { template: '{visit}', type: 'int' },
      lsst_detector: { template: '{detector}', type: 'int' },
      lsst_run: { template: '{run}', type: 'string' },
    },
    indices: { idx_instrument: 'instrument_name', idx_time: ['t_min', 't_max'] },
    spectral_ranges: { g: [4.0e-7, 5.5e-7], r: [5.5e-7, 7.0e-7] },
    ...options,
  };
}

/** Makes an ObsCore table; returns its rows. */
export async function create(
  session: Session,
  options: Record<string, unknown> = {},
  mode = 'live',
  onError = 'record',
): Promise<number> {
  const { rows } = await session.query<{ n: number }>(
    `select obscore.create('r', $1::json, $2, $3)::int as n`,
    [JSON.stringify(config(options)), mode, onError],
  );
  return rows[0].n;
}

/** What obscore.verify finds. */
export async function differences(session: Session, table = 'obscore'): Promise<object[]> {
  const { rows } = await session.query<object>('select * from obscore.verify($1)', [table]);
  return rows;
}

/** That a table is what its registry says. */
export async function isTrue(t: ExecutionContext, session: Session, table = 'obscore'): Promise<void> {
  t.deepEqual(await differences(session, table), []);
}

/** Rows as `type obs_id run`, ordered. */
export async function shown(session: Session, table = 'obscore'): Promise<string[]> {
  const { rows } = await session.query<{ line: string }>(
    `select concat_ws(' ', coalesce(dataproduct_subtype, 'raw'), obs_id, lsst_run) as line from r.${table}`,
  );
  return rows.map(({ line }) => line).sort();
}
