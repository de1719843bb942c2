/** A registry of a survey: visits of detectors with regions, raw exposures, and processed datasets in a chain of runs. */
import type pg from 'pg';

export interface Survey {
  readonly registry: string;
  readonly visits: number;
  readonly detectors: number;
  /** Runs of the chain `chain`. */
  readonly runs: number;
  /** Dataset types of visits and detectors, each of which has every data ID once and a quarter of them twice. */
  readonly types: readonly string[];
}

const firstBegin = '1710000000000000000';

/**
 * Makes a survey without datasets: instrument, filters, exposures, visits and footprints of 0.2 degrees on a grid of
 * the sky, collections, dataset types. Rows go in as they are, without the checks of the functions of schema butler.
 */
export async function makeSurvey(client: pg.Client, survey: Survey): Promise<void> {
  const { registry, visits, detectors, runs, types } = survey;
  await client.query('select butler.create_registry($1)', [registry]);
  await client.query(`set butler.registry = '${registry}'`);
  const records: [element: string, sql: string][] = [
    ['instrument', `select 'Cam' as name, 1000 as detector_max, 'lsst.Cam' as class_name`],
    [
      'physical_filter',
      `select 'Cam' as instrument, 'Cam-' || b as name, b as band from unnest('{g,r,i,z,y}'::text[]) b`,
    ],
    ['day_obs', `select 'Cam' as instrument, 20240310 as id`],
    ['group', `select 'Cam' as instrument, 'group' as name`],
    ['visit_system', `select 'Cam' as instrument, 0 as id, 'one-to-one' as name`],
    [
      'detector',
      `select 'Cam' as instrument, d as id, format('R%s_S%s', d / 9, d % 9) as full_name from generate_series(1, ${detectors}) d`,
    ],
  ];
  for (const [element, sql] of records)
    await client.query(`select butler.insert_dimension_records($1, (select json_agg(r) from (${sql}) r))`, [
      element,
    ]);
  const begin = `${firstBegin}::int8 + n * 40000000000::int8`;
  await client.query(`
    set session_replication_role = replica;
    insert into ${registry}.exposure (instrument, id, day_obs, "group", physical_filter, obs_id, exposure_time, dark_time,
      target_name, seq_num, observation_type, observation_reason, science_program, timespan)
    select 'Cam', n, 20240310, 'group', 'Cam-' || ('{g,r,i,z,y}'::text[])[n % 5 + 1], 'E' || n, 30, 31,
           'field ' || n % 100, n, 'science', 'survey', 'bench', int8range(${begin}, ${begin} + 30000000000)
    from generate_series(1, ${visits}) n;
    insert into ${registry}.visit (instrument, id, day_obs, physical_filter, name, seq_num, exposure_time, target_name, timespan)
    select instrument, id, day_obs, physical_filter, 'V' || id, seq_num, exposure_time, target_name, timespan
    from ${registry}.exposure;
    insert into ${registry}.visit_definition (instrument, exposure, visit)
    select instrument, id, id from ${registry}.exposure;
    set session_replication_role = origin`);
  for (const type of types)
    await client.query(`select butler.register_dataset_type($1, '{instrument,visit,detector}', 'Exposure')`, [
      type,
    ]);
  await client.query(
    `select butler.register_dataset_type('raw', '{instrument,exposure,detector}', 'Exposure')`,
  );
  const names = Array.from({ length: runs }, (_, run) => runName(run));
  for (const name of [...names, 'raw/all'])
    await client.query('select butler.register_collection($1)', [name]);
  await client.query(`select butler.register_collection('chain', 'CHAINED')`);
  await client.query(`select butler.set_chain('chain', $1)`, [[...names, 'raw/all']]);
  await client.query(`
    insert into ${registry}.collection_summary_dataset_type (collection_id, dataset_type_id)
    select c.collection_id, t.id from ${registry}.collection c, ${registry}.dataset_type t on conflict do nothing;
    insert into ${registry}.collection_summary_instrument (collection_id, instrument)
    select c.collection_id, 'Cam' from ${registry}.collection c on conflict do nothing`);
}

export function runName(run: number): string {
  return `run/${String(run).padStart(3, '0')}`;
}

/** The footprints of all detectors in all visits: squares of 0.2 degrees. */
export async function addFootprints(client: pg.Client, survey: Survey): Promise<void> {
  await client.query(`
    insert into ${survey.registry}.visit_detector_region (instrument, visit, detector, region)
    select 'Cam', v, d, translate(encode(sky.region_from_pos(format('POLYGON %s %s %s %s %s %s %s %s',
             ra, decl, ra + w, decl, ra + w, decl + 0.2, ra, decl + 0.2)), 'base64'), E'\\n', '')
    from generate_series(1, ${survey.visits}) v
    cross join generate_series(1, ${survey.detectors}) d
    cross join lateral (select (v * 137.508 + (d % 10) * 0.21)::numeric % 360 as ra, (v % 120 - 60) + (d / 10) * 0.21 as decl) at
    cross join lateral (select 0.2 / cosd(decl::float8) as w) wide`);
}

/** How many datasets of a type `addDatasets` adds. */
export function datasetsOfType({ visits, detectors }: Survey): number {
  return visits * detectors + Math.floor((visits * detectors) / 4);
}

/**
 * Registers the processed datasets of the first so many visits, row for row as clients do, but without looking up
 * their foreign keys.
 */
export async function addDatasets(client: pg.Client, survey: Survey, visits = survey.visits): Promise<void> {
  const { registry, detectors, runs, types } = survey;
  for (const type of types)
    await client.query(`
      set session_replication_role = replica;
      create temp table made as
        select gen_random_uuid() as id, c.collection_id, k / ${detectors} + 1 as visit, k % ${detectors} + 1 as detector
        from (select k, (k / ${detectors}) % ${runs} as run from generate_series(0, ${visits * detectors - 1}) k
              union all
              select k, ((k / ${detectors}) + 1) % ${runs} from generate_series(0, ${visits * detectors - 1}, 4) k) given
        join ${registry}.collection c on c.name = format('run/%s', lpad(run::text, 3, '0'));
      insert into ${registry}.dataset (id, dataset_type_id, ingest_date, run_id)
      select id, (select id from ${registry}.dataset_type where name = '${type}'), 0, collection_id from made;
      insert into ${registry}.${await tagsOf(client, registry, type)} (dataset_type_id, dataset_id, collection_id, instrument, detector, visit)
      select (select id from ${registry}.dataset_type where name = '${type}'), id, collection_id, 'Cam', detector, visit from made;
      drop table made;
      set session_replication_role = origin`);
  const { rows } = await client.query<{ table: string }>(
    `select format('%I.%I', schemaname, tablename) as table from pg_tables where schemaname = $1`,
    [registry],
  );
  for (const { table } of rows) await client.query(`vacuum analyze ${table}`);
}

/** The table that holds the associations of a dataset type. */
export async function tagsOf(client: pg.Client, registry: string, type: string): Promise<string> {
  const { rows } = await client.query<{ name: string }>(
    `select tag_association_table as name from ${registry}.dataset_type where name = $1`,
    [type],
  );
  return rows[0]!.name;
}

/** A configuration of the size that surveys use: eight columns of their own, two indices. */
export function surveyConfig(survey: Survey, collections: object): string {
  const processed = {
    dataproduct_type: 'image',
    dataproduct_subtype: 'lsst.calexp',
    calib_level: 2,
    obs_id_fmt: '{records[visit].name}-{records[detector].full_name}',
    datalink_url_fmt: 'https://data.example/{id}?run={run}',
    access_format: 'application/x-votable+xml;content=datalink',
    o_ucd: 'phot.flux.density',
    s_xel: [4072, 4000],
  };
  return JSON.stringify({
    ...collections,
    facility_name: 'Observatory',
    obs_collection: 'SURVEY',
    obs_publisher_did_fmt: 'ivo://org.example/survey?id={id}',
    dataset_types: {
      raw: {
        ...processed,
        dataproduct_subtype: 'lsst.raw',
        calib_level: 1,
        obs_id_fmt: '{records[exposure].obs_id}',
      },
      ...Object.fromEntries(survey.types.map((type) => [type, processed])),
    },
    extra_columns: {
      lsst_visit: { template: '{visit}', type: 'int' },
      lsst_detector: { template: '{detector}', type: 'int' },
      lsst_band: { template: '{band}', type: 'string', length: 32 },
      lsst_filter: { template: '{physical_filter}', type: 'string', length: 32 },
      lsst_dataset_type: { template: '{dataset_type}', type: 'string' },
      lsst_run: { template: '{run}', type: 'string' },
      day_obs: { template: '{records[physical_filter].name}', type: 'string' },
      obs_title: { template: '{dataset_type} - {band} - {visit:08d}', type: 'string' },
    },
    indices: { visit: ['lsst_visit', 'lsst_detector'], type: 'dataproduct_subtype' },
    spectral_ranges: {
      g: [402e-9, 552e-9],
      r: [552e-9, 691e-9],
      i: [691e-9, 818e-9],
      z: [818e-9, 922e-9],
      y: [970e-9, 1060e-9],
    },
  });
}
