/** butler.define_visits: what it selects, writes, leaves, updates and refuses, alone and among sessions. */
import test from 'ava';
import type pg from 'pg';
import type { TestDatabase } from '../support/database.ts';
import { toyGeometry } from './camera_support.ts';
import { fails, registry } from './collection_support.ts';

/** A registry with the toy camera's instrument, and `exposures`: pairs of snaps where `snaps` is 2. */
async function survey(options: { exposures?: number; snaps?: number } = {}): Promise<TestDatabase> {
  const { exposures = 4, snaps = 1 } = options;
  const db = await registry();
  await db.query(`select butler.load_camera('Cam', $1)`, [JSON.stringify(toyGeometry)]);
  await db.query(`
    insert into r.instrument (name, visit_max, exposure_max, detector_max) values ('Cam', 100000, 100000, 100);
    insert into r.detector (instrument, id, full_name)
      select 'Cam', detector, 'D' || detector from butler.camera_detector;
    insert into r.physical_filter (instrument, name, band) values ('Cam', 'VR', 'VR'), ('Cam', 'g', 'g');
    insert into r.day_obs (instrument, id) values ('Cam', 20200101), ('Cam', 20200102);`);
  await db.query(
    `insert into r."group" (instrument, name) select 'Cam', g::text from generate_series(1, $1::int) g`,
    [exposures],
  );
  await db.query(
    `insert into r.exposure (instrument, id, day_obs, "group", physical_filter, obs_id, exposure_time, target_name,
       observation_reason, science_program, seq_num, seq_start, seq_end, tracking_ra, tracking_dec, sky_angle,
       azimuth, zenith_angle, can_see_sky, timespan)
     select 'Cam', g, 20200101, (g - (g - 1) % $2)::text, 'VR', 'obs' || g, 30, 'B1a', 'science', 'P',
       g, g - (g - 1) % $2, g - (g - 1) % $2 + $2 - 1, 216 + g, -13, 90, 100, 20, true,
       int8range(g::int8 * 100, g::int8 * 100 + 30)
     from generate_series(1, $1::int) g`,
    [exposures, snaps],
  );
  return db;
}

type Counts = readonly [
  visits: number,
  skipped: number,
  added: number,
  full: number,
  partial: number,
  filtered: number,
];

async function define(session: Pick<pg.Client, 'query'>, given = ''): Promise<Counts> {
  const { rows } = await session.query<Record<string, bigint>>(
    `select * from butler.define_visits(${given})`,
  );
  return Object.values(rows[0]).map(Number) as unknown as Counts;
}

const visitIds = async (db: TestDatabase) =>
  (await db.query<{ id: bigint }>('select id from r.visit order by id')).map(({ id }) => Number(id));

/** What all tables hold, as one text. */
async function contents(db: TestDatabase): Promise<string> {
  const tables = [
    'visit',
    'visit_definition',
    'visit_system',
    'visit_system_membership',
    'visit_detector_region',
  ];
  const all: string[] = [];
  for (const table of [...tables, 'visit_skypix_overlap', 'visit_detector_region_skypix_overlap'])
    all.push(
      ...(await db.query<{ t: string }>(`select t::text from r.${table} t order by 1`)).map(({ t }) => t),
    );
  return all.join('\n');
}

/** Rows of pixels that the regions in the tables do not have, or lack. */
async function wrongPixels(db: TestDatabase): Promise<unknown[]> {
  return db.query(`
    with wanted as (
      select detector, visit, pixel
      from (
        select detector, visit, region from r.visit_detector_region
        union all select null, id, region from r.visit
      ) v, unnest(sky.htm_envelope(sky.region_from_base64(region), 7)) p,
        generate_series(lower(p), upper(p) - 1) pixel
    ), present as (
      select detector, visit, skypix_index as pixel from r.visit_detector_region_skypix_overlap
      union all select null, visit, skypix_index from r.visit_skypix_overlap
    )
    (select * from wanted except all select * from present)
    union all (select * from present except all select * from wanted)`);
}

test('exposures become visits, once', async (t) => {
  await using db = await survey();
  t.deepEqual(await define(db.client), [4, 0, 4, 0, 0, 0]);
  const before = await contents(db);
  t.deepEqual(await define(db.client), [4, 4, 0, 0, 0, 0]);
  t.is(await contents(db), before);
  t.deepEqual(await db.query('select id, name from r.visit_system order by id'), [
    { id: 0n, name: 'one-to-one' },
    { id: 2n, name: 'by-seq-start-end' },
  ]);
  t.deepEqual(await db.query('select count(*) from r.visit_system_membership'), [{ count: 8n }]);
  t.deepEqual(await db.query('select exposure, visit from r.visit_definition where visit = 2'), [
    { exposure: 2n, visit: 2n },
  ]);
  t.deepEqual(
    await db.query(
      `select name, day_obs, physical_filter, seq_num, exposure_time, timespan::text from r.visit where id = 3`,
    ),
    [
      {
        name: 'obs3',
        day_obs: 20200101n,
        physical_filter: 'VR',
        seq_num: 3n,
        exposure_time: 30,
        timespan: '[300,330)',
      },
    ],
  );
  t.deepEqual(await db.query('select count(*) from r.visit_detector_region'), [{ count: 24n }]);
  t.deepEqual(await wrongPixels(db), []);
});

test('regions of detectors are those that the camera says', async (t) => {
  await using db = await survey();
  await define(db.client);
  t.deepEqual(
    await db.query(`
      select v.detector from r.visit_detector_region v
      join butler.camera_detector_regions('Cam', 218, -13, 90) c using (detector)
      where v.visit = 2 and v.region = c.region order by detector`),
    [1n, 2n, 3n, 31n, 57n, 60n].map((detector) => ({ detector })),
  );
});

test('only exposures with a pointing that are not known to have missed the sky count', async (t) => {
  await using db = await survey({ exposures: 7 });
  await db.query(`update r.exposure set tracking_ra = null where id = 1;
    update r.exposure set tracking_dec = null where id = 2;
    update r.exposure set sky_angle = null where id = 3;
    update r.exposure set can_see_sky = false where id = 4;
    update r.exposure set can_see_sky = null where id = 5`);
  t.deepEqual(await define(db.client, `exposures => '{1, 2, 3, 4}'`), [0, 0, 0, 0, 0, 0]);
  t.deepEqual(await db.query('select from r.visit_system'), []);
  t.deepEqual(await define(db.client), [3, 0, 3, 0, 0, 0]);
  t.deepEqual(await visitIds(db), [5, 6, 7]);
  t.deepEqual(await define(db.client, 'on_sky_only => false'), [4, 3, 1, 0, 0, 0]);
});

test('a where-expression and ids select exposures, both together where both are given', async (t) => {
  await using db = await survey();
  t.deepEqual(
    await define(db.client, `"where" => 'exposure > 1', exposures => '{1, 2, 9}'`),
    [1, 0, 1, 0, 0, 0],
  );
  t.deepEqual(await visitIds(db), [2]);
  t.deepEqual(await define(db.client, `"where" => 'day_obs = 20200102'`), [0, 0, 0, 0, 0, 0]);
  t.deepEqual(await define(db.client, `"where" => 'exposure.seq_num = 3'`), [1, 0, 1, 0, 0, 0]);
  t.deepEqual(await define(db.client, `exposures => '{}'`), [0, 0, 0, 0, 0, 0]);
});

test('zero length, the poles and RA 0 are ordinary', async (t) => {
  await using db = await survey();
  await db.query(`update r.exposure set exposure_time = 0, timespan = int8range(5, 6) where id = 1;
    update r.exposure set tracking_ra = 0, tracking_dec = 90 where id = 2;
    update r.exposure set tracking_dec = -90, timespan = 'empty' where id = 3;
    update r.exposure set tracking_ra = 360, tracking_dec = 0, timespan = null where id = 4`);
  t.deepEqual(await define(db.client), [4, 0, 4, 0, 0, 0]);
  t.deepEqual(
    await db.query('select id, exposure_time, timespan::text from r.visit where id <> 2 order by id'),
    [
      { id: 1n, exposure_time: 0, timespan: '[5,6)' },
      { id: 3n, exposure_time: 30, timespan: null },
      { id: 4n, exposure_time: 30, timespan: null },
    ],
  );
  t.deepEqual(await wrongPixels(db), []);
  t.deepEqual(
    await db.query(
      `select id from r.visit where sky.region_overlaps(sky.region_from_base64(region), sky.region_from_pos('CIRCLE 0 90 0.01'))`,
    ),
    [{ id: 2n }],
  );
  t.deepEqual(await define(db.client), [4, 4, 0, 0, 0, 0]);
});

test('a visit that differs is a conflict that says how, and nothing is written', async (t) => {
  await using db = await survey();
  await define(db.client, `exposures => '{2, 3}'`);
  await db.query(`update r.exposure set target_name = 'moved', tracking_ra = 10 where id = 2`);
  const before = await contents(db);
  const error = await fails(t, define(db.client), 'DatabaseConflictError');
  t.regex(error.message, /visit 2 is defined otherwise in target_name, region/);
  t.regex(error.detail!, /"visit": 2}; target_name: 'B1a', not 'moved'/);
  t.regex(error.hint!, /update_records => true/);
  t.is(await contents(db), before);
  t.deepEqual(await define(db.client, 'skip_conflicting => true'), [4, 2, 2, 0, 0, 0]);
  t.deepEqual(await db.query('select target_name from r.visit where id = 2'), [{ target_name: 'B1a' }]);
});

test('update_records replaces visits, their regions and pixels', async (t) => {
  await using db = await survey();
  await define(db.client);
  await db.query(`update r.exposure set target_name = 'moved', tracking_ra = 10 where id = 2`);
  t.deepEqual(await define(db.client, 'update_records => true'), [4, 0, 0, 4, 0, 0]);
  t.deepEqual(await db.query('select target_name from r.visit where id = 2'), [{ target_name: 'moved' }]);
  t.deepEqual(await wrongPixels(db), []);
  t.deepEqual(await define(db.client), [4, 4, 0, 0, 0, 0]);
  const before = await contents(db);
  t.deepEqual(await define(db.client, 'update_records => true'), [4, 0, 0, 4, 0, 0]);
  t.is(await contents(db), before);
  // Detectors that the camera has no more keep the regions they had.
  const [first, ...others] = toyGeometry.detectors;
  await db.query(`select butler.load_camera('Cam', $1)`, [JSON.stringify({ detectors: others })]);
  t.deepEqual(await define(db.client, 'update_records => true, padding_deg => 0.01'), [4, 0, 0, 4, 0, 0]);
  t.deepEqual(await wrongPixels(db), []);
  t.deepEqual(
    await db.query('select count(*) from r.visit_detector_region where detector = $1', [first.id]),
    [{ count: 4n }],
  );
});

test('incremental adds what arrived later of a group, and updates the visit of all', async (t) => {
  await using db = await survey({ snaps: 2 });
  await define(db.client, `exposures => '{1}'`);
  t.deepEqual(await visitIds(db), [1, 91]);
  await fails(t, define(db.client, `exposures => '{1, 2}'`), 'DatabaseConflictError');
  t.deepEqual(await define(db.client, `exposures => '{2}', incremental => true`), [3, 0, 1, 0, 2, 0]);
  t.deepEqual(await visitIds(db), [1, 2, 91]);
  t.deepEqual(await db.query('select exposure_time, timespan::text from r.visit where id = 1'), [
    { exposure_time: 60, timespan: '[100,230)' },
  ]);
  t.deepEqual(await db.query('select exposure from r.visit_definition where visit = 1 order by 1'), [
    { exposure: 1n },
    { exposure: 2n },
  ]);
  t.deepEqual(await define(db.client, `exposures => '{2}', incremental => true`), [3, 0, 0, 0, 3, 0]);
  t.deepEqual(
    await define(db.client, `exposures => '{2}', incremental => true, merge_exposures => true`),
    [3, 0, 0, 1, 2, 0],
  );
  t.deepEqual(await wrongPixels(db), []);
});

test('incremental goes by groups, too, and takes no exposure that does not count', async (t) => {
  await using db = await survey({ exposures: 6, snaps: 3 });
  await db.query('update r.exposure set can_see_sky = false where id = 3');
  const by = `"group" => 'by-group-metadata'`;
  await define(db.client, `${by}, exposures => '{1}'`);
  t.deepEqual(await define(db.client, `${by}, exposures => '{2}', incremental => true`), [1, 0, 0, 0, 1, 0]);
  t.deepEqual(await db.query('select exposure from r.visit_definition order by 1'), [
    { exposure: 1n },
    { exposure: 2n },
  ]);
  t.deepEqual(
    await define(db.client, `"group" => 'one-to-one', exposures => '{5}', incremental => true`),
    [1, 0, 1, 0, 0, 0],
  );
});

test('prefilter leaves out exposures that have a visit', async (t) => {
  await using db = await survey();
  await define(db.client, `exposures => '{2, 3}'`);
  await db.query(`update r.exposure set target_name = 'other' where id = 2`);
  t.deepEqual(await define(db.client, 'prefilter => true'), [2, 0, 2, 0, 0, 2]);
  for (const other of ['update_records', 'incremental'])
    await t.throwsAsync(define(db.client, `prefilter => true, ${other} => true`), { code: '22023' });
});

test('check_detector_regions finds regions that are others, or missing', async (t) => {
  await using db = await survey();
  await define(db.client);
  t.deepEqual(await define(db.client, 'check_detector_regions => true'), [4, 4, 0, 0, 0, 0]);
  await db.query('delete from r.visit_detector_region_skypix_overlap where visit = 3 and detector = 31');
  await db.query('delete from r.visit_detector_region where visit = 3 and detector = 31');
  t.deepEqual(await define(db.client), [4, 4, 0, 0, 0, 0]);
  const error = await fails(t, define(db.client, 'check_detector_regions => true'), 'DatabaseConflictError');
  t.regex(error.message, /regions of detectors of visit 3 are others/);
  t.deepEqual(
    await define(db.client, 'check_detector_regions => true, incremental => true'),
    [4, 0, 0, 1, 3, 0],
  );
  t.deepEqual(await define(db.client, 'check_detector_regions => true'), [4, 4, 0, 0, 0, 0]);
  t.deepEqual(await wrongPixels(db), []);
});

test('what cannot be defined is refused with its name', async (t) => {
  await using db = await survey({ snaps: 2 });
  await t.throwsAsync(define(db.client, `"group" => 'by-moon'`), { code: '22023', message: /by-moon/ });
  await t.throwsAsync(define(db.client, `camera => 'none'`), { code: 'P0002', message: /'none'/ });
  await t.throwsAsync(define(db.client, 'padding_deg => -1'), {
    code: '22023',
    message: /padding_deg is -1/,
  });
  await fails(t, define(db.client, `instrument => 'none'`), 'DataIdValueError');
  await db.query(`update r.exposure set physical_filter = 'g' where id = 1`);
  await fails(t, define(db.client, `"group" => 'by-group-metadata'`), 'InconsistentDataIdError');
  await db.query(`insert into r.instrument (name) values ('Other')`);
  await fails(t, define(db.client), 'DimensionNameError');
  await t.throwsAsync(define(db.client, `instrument => 'Other'`), {
    code: 'P0002',
    message: /no camera is named/,
  });
  const error = await fails(
    t,
    define(db.client, `instrument => 'Other', camera => 'Cam'`),
    'DataIdValueError',
  );
  t.regex(error.detail!, /Detectors 1, 2, 3, 31, 57, 60/);
  await db.query(`update r.exposure set physical_filter = 'VR';
    insert into r.visit_system (instrument, id, name) values ('Cam', 2, 'other')`);
  await fails(t, define(db.client, `instrument => 'Cam'`), 'ConflictingDefinitionError');
});

test('a name that another visit has is refused', async (t) => {
  await using db = await survey();
  await db.query(`insert into r.visit (instrument, id, day_obs, physical_filter, name)
    values ('Cam', 77, 20200101, 'VR', 'obs2')`);
  const error = await fails(t, define(db.client), 'ConflictingDefinitionError');
  t.regex(error.message, /visit 2 would have the name of another, 'obs2'/);
  t.regex(error.detail!, /Visit 77/);
});

test('sessions that define the same visits wait, and find them', async (t) => {
  await using db = await survey({ exposures: 40 });
  const other = await db.connect();
  await db.client.query('begin');
  t.deepEqual(await define(db.client, `"where" => 'exposure > 10'`), [30, 0, 30, 0, 0, 0]);
  const waiting = define(other);
  for (;;) {
    const [{ blocked }] = await db.query<{ blocked: boolean }>(
      `select exists (select from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()) as blocked`,
    );
    if (blocked) break;
  }
  await db.client.query('commit');
  t.deepEqual(await waiting, [40, 30, 10, 0, 0, 0]);
  t.deepEqual(await wrongPixels(db), []);
});

test('many sessions at once define each visit once', async (t) => {
  await using db = await survey({ exposures: 30 });
  const sessions = await Promise.all([1, 2, 3, 4].map(() => db.connect()));
  const counts = await Promise.all(
    sessions.map((session, i) =>
      define(session, i % 2 ? `update_records => true` : `"where" => 'exposure > ${5 * i}'`),
    ),
  );
  t.is(
    counts.map(([, , added]) => added).reduce((sum, added) => sum + added),
    30,
  );
  t.deepEqual(await define(db.client, 'check_detector_regions => true'), [30, 30, 0, 0, 0, 0]);
  t.deepEqual(await wrongPixels(db), []);
});

test('a loader defines visits and loads cameras, a reader looks at them', async (t) => {
  await using db = await survey();
  await db.query('set role almagest_loader');
  await db.query(`select butler.load_camera('Two', $1, 'Cam')`, [JSON.stringify(toyGeometry)]);
  t.deepEqual(await define(db.client, `camera => 'Two'`), [4, 0, 4, 0, 0, 0]);
  await db.query('set role almagest_reader');
  t.is((await db.query(`select * from butler.camera_detector_regions('Two', 1, 2, 3)`)).length, 6);
  await t.throwsAsync(define(db.client, 'update_records => true'), { code: '42501' });
  await t.throwsAsync(db.query(`select butler.load_camera('Two', $1)`, [JSON.stringify(toyGeometry)]), {
    code: '42501',
  });
});

test('a camera is loaded anew in place of the one of its name', async (t) => {
  await using db = await survey();
  const one = { x_axis: 'west', detectors: toyGeometry.detectors.slice(0, 1) };
  t.deepEqual(await db.query(`select butler.load_camera('Cam', $1) as n`, [JSON.stringify(one)]), [
    { n: 1n },
  ]);
  t.deepEqual(await db.query('select detector, corners from butler.camera_detector'), [
    { detector: 1n, corners: one.detectors[0].corners_deg.flat() },
  ]);
  t.like((await db.query('select * from butler.camera'))[0], {
    name: 'Cam',
    units: 'deg',
    x_axis: 'west',
    radial: null,
  });
  await t.throwsAsync(db.query(`select butler.load_camera('Cam', '{"detectors": [{"id": 1}]}')`), {
    code: '22023',
    message: /invalid camera geometry: its detectors have no corners/,
  });
  await t.throwsAsync(db.query(`select butler.load_camera('', $1)`, [JSON.stringify(one)]), {
    code: '22023',
  });
  t.deepEqual(await db.query(`select * from butler.camera_detector_regions('Cam', null, 1, 2)`), []);
});
