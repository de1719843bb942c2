/** Changes of a registry, one session at a time: after each the ObsCore table is what the registry says. */
import test from 'ava';
import type pg from 'pg';
import { toyGeometry } from '../butler/camera_support.ts';
import { registry } from '../butler/collection_support.ts';
import {
  config,
  create,
  dataIds,
  insertCalexps,
  insertRaws,
  isTrue,
  shown,
  square,
  surveyRegistry,
} from './survey_support.ts';

type Session = Pick<pg.Client, 'query'>;

const runs = { collection_type: 'RUN', collections: ['runs/.*', 'raw/all'] };

const runOf = (rows: readonly string[], obsId: string) =>
  rows
    .find((row) => row.includes(` ${obsId} `))
    ?.split(' ')
    .at(-1);

async function count(session: Session, condition = 'true'): Promise<number> {
  const { rows } = await session.query<{ n: number }>(
    `select count(*)::int as n from r.obscore where ${condition}`,
  );
  return rows[0]!.n;
}

test('datasets enter and leave a chain, and the next one of a data ID takes the place of one that goes', async (t) => {
  await using db = await surveyRegistry();
  t.is(await create(db.client), 0);
  await insertRaws(db.client, 1, 2);
  t.is(await count(db.client), 8);
  await insertCalexps(db.client, 'runs/b', 1, 2);
  const [first] = await insertCalexps(db.client, 'runs/c', 1);
  await insertCalexps(db.client, 'runs/a', 1, 2, 3);
  await isTrue(t, db.client);
  t.is(runOf(await shown(db.client), 'v1-000'), 'runs/c');
  await db.query('select butler.remove_datasets($1)', [[first]]);
  t.is(runOf(await shown(db.client), 'v1-000'), 'runs/b');
  await isTrue(t, db.client);
  await db.query(`select butler.remove_runs('{runs/c}', true)`);
  t.is(runOf(await shown(db.client), 'v1-003'), 'runs/b');
  await isTrue(t, db.client);
});

test('inserts of many rows, whose foreign keys are looked up at once, are followed', async (t) => {
  await using db = await surveyRegistry();
  await db.query(`
    insert into r.detector (instrument, id, full_name) select 'Cam', n, 'S' || n from generate_series(10, 300) n`);
  await create(db.client);
  const many = Array.from({ length: 8 }, (_, i) =>
    Array.from({ length: 291 }, (_, n) => ({ instrument: 'Cam', exposure: i + 1, detector: n + 10 })),
  ).flat();
  for (const chunk of [many.slice(0, 1200), many.slice(1200)])
    await db.query(`select butler.insert_datasets('raw', 'raw/all', $1)`, [JSON.stringify(chunk)]);
  t.is(await count(db.client), many.length);
  const [{ bulk }] = await db.query<{ bulk: boolean }>(
    `select bulk is not null as bulk from butler._compile_insert_datasets('raw', 'raw/all', 'UNIQUE', true, 'r')`,
  );
  t.true(bulk);
  await isTrue(t, db.client);
  await db.query(`select butler.remove_runs('{raw/all}', true)`);
  t.is(await count(db.client), 0);
  await isTrue(t, db.client);
});

test('a client removes collections and datasets by deleting their rows, which cascade', async (t) => {
  await using db = await surveyRegistry();
  await create(db.client, runs);
  await insertRaws(db.client, 1, 2);
  await insertCalexps(db.client, 'runs/a', 1, 2);
  await insertCalexps(db.client, 'runs/b', 1);
  t.is(await count(db.client), 20);
  await db.query(`delete from r.collection where name = 'runs/a'`);
  t.is(await count(db.client), 12);
  await isTrue(t, db.client);
  await db.query(`delete from r.dataset where id in (select registry_dataset_id from r.obscore limit 3)`);
  t.is(await count(db.client), 9);
  await db.query(
    `delete from r.run where collection_id = (select collection_id from r.collection where name = 'raw/all')`,
  );
  await isTrue(t, db.client);
});

test('tags are shown while datasets have them', async (t) => {
  await using db = await surveyRegistry();
  await create(db.client, { collection_type: 'TAGGED', collections: ['best'] });
  const ids = await insertCalexps(db.client, 'runs/a', 1, 2);
  t.is(await count(db.client), 0);
  await db.query(`select butler.associate('best', $1)`, [ids.slice(0, 5)]);
  t.is(await count(db.client), 5);
  await isTrue(t, db.client);
  await db.query(`select butler.disassociate('best', $1)`, [ids.slice(0, 2)]);
  t.is(await count(db.client), 3);
  await db.query(`select butler.remove_datasets($1)`, [ids.slice(2, 3)]);
  t.is(await count(db.client), 2);
  await isTrue(t, db.client);
  await db.query(`delete from r.collection where name = 'best'`);
  t.is(await count(db.client), 0);
  await db.query(`select butler.register_collection('best', 'TAGGED'), butler.associate('best', $1)`, [
    ids.slice(3),
  ]);
  t.is(await count(db.client), 5);
  await isTrue(t, db.client);
});

test('chains are edited: prepended, extended, replaced, nested, and members listed twice', async (t) => {
  await using db = await surveyRegistry();
  await db.query(`select butler.register_collection('later', 'CHAINED')`);
  await create(db.client, { collections: ['DR', 'runs/a', 'later'] });
  await db.query(`select butler.remove_collection('later')`);
  await insertRaws(db.client, 1);
  for (const run of ['runs/a', 'runs/b', 'runs/c']) await insertCalexps(db.client, run, 1);
  const shows = async (run: string | undefined, statement: string) => {
    await db.query(statement);
    t.is(runOf(await shown(db.client), 'v1-000'), run, statement);
    await isTrue(t, db.client);
  };
  await shows('runs/c', 'select 1');
  await shows('runs/a', `select butler.prepend_chain('DR', '{runs/a}')`);
  await shows('runs/c', `select butler.remove_from_chain('DR', '{runs/a}')`);
  await shows('runs/b', `select butler.set_chain('DR', '{runs/b,runs/c}')`);
  await shows('runs/b', `select butler.extend_chain('DR', '{raw/all}')`);
  await shows(
    'runs/a',
    `select butler.register_collection('inner', 'CHAINED'), butler.set_chain('inner', '{runs/a,runs/c}'),
            butler.prepend_chain('DR', '{inner}')`,
  );
  await shows('runs/c', `select butler.set_chain('inner', '{runs/c}')`);
  await shows('runs/a', `select butler.set_chain('DR', '{}')`);
  await shows(
    'runs/b',
    `select butler.register_collection('later', 'CHAINED'), butler.set_chain('later', '{runs/b}'),
            butler.remove_runs('{runs/a}', true)`,
  );
  await shows(undefined, `update r.collection set name = 'other' where name = 'later'`);
  await shows('runs/c', `update r.collection set name = 'later' where name = 'inner'`);
  await shows(
    undefined,
    `select butler.remove_collection('DR'), butler.set_chain('later', '{}'), butler.remove_collection('later')`,
  );
  t.is(await count(db.client), 0);
});

test('links that are deleted and inserted again change nothing by the end of the transaction', async (t) => {
  await using db = await surveyRegistry();
  await insertCalexps(db.client, 'runs/b', 1);
  await insertCalexps(db.client, 'runs/c', 1);
  await create(db.client);
  const before = await db.query('select ctid::text, * from r.obscore order by 2, 3');
  await db.query(`
    begin;
    create temp table links on commit drop as select * from r.collection_chain;
    delete from r.collection_chain;
    insert into r.collection_chain select * from links;
    commit`);
  t.deepEqual(await db.query('select ctid::text, * from r.obscore order by 2, 3'), before);
  await isTrue(t, db.client);
  // Within the transaction, too, where somebody wants it.
  await db.query('begin');
  await db.query(`select butler.set_chain('DR', '{runs/b}')`);
  t.is(runOf(await shown(db.client), 'v1-000'), 'runs/c');
  await db.query('set constraints all immediate');
  t.is(runOf(await shown(db.client), 'v1-000'), 'runs/b');
  await db.query('rollback');
  t.is(runOf(await shown(db.client), 'v1-000'), 'runs/c');
  await isTrue(t, db.client);
});

test('runs are shown as soon as one that an expression matches is registered', async (t) => {
  await using db = await surveyRegistry();
  await create(db.client, runs);
  await db.query(`
    begin;
    select butler.register_collection('runs/new'), butler.register_collection('other/new')`);
  await insertCalexps(db.client, 'runs/new', 1);
  await insertCalexps(db.client, 'other/new', 1);
  await db.query('commit');
  t.is(await count(db.client), 4);
  await insertCalexps(db.client, 'runs/new', 2);
  t.is(await count(db.client), 8);
  await isTrue(t, db.client);
  await db.query(`update r.collection set name = 'runs/renamed' where name = 'runs/new'`);
  t.true((await shown(db.client)).every((row) => row.endsWith('runs/renamed')));
  await db.query(`update r.collection set name = 'hidden' where name = 'runs/renamed'`);
  t.is(await count(db.client), 0);
  await db.query(`update r.collection set name = 'runs/other' where name = 'other/new'`);
  t.is(await count(db.client), 4);
  await isTrue(t, db.client);
});

test('visits that are defined after their exposures give these their regions', async (t) => {
  await using db = await surveyRegistry();
  await create(db.client);
  await db.query(`
    create table public.links as select * from r.visit_definition;
    delete from r.visit_definition`);
  await insertRaws(db.client, 1, 2);
  const without = `s_region is null and s_ra is null and t_min is not null`;
  t.is(await count(db.client, without), 8);
  await isTrue(t, db.client);
  await db.query('insert into r.visit_definition select * from public.links');
  t.is(await count(db.client, 's_region is not null'), 8);
  await isTrue(t, db.client);
  await db.query(`delete from r.visit_definition where exposure = 1`);
  t.is(await count(db.client, without), 4);
  await isTrue(t, db.client);
  await db.query(`update r.visit_definition set exposure = 1 where exposure = 2`);
  t.is(await count(db.client, without), 4);
  await isTrue(t, db.client);
});

test('records that change are shown as they are now, and those stored as they were cost no row', async (t) => {
  await using db = await surveyRegistry();
  await create(db.client);
  await insertRaws(db.client, 1, 2, 3);
  await insertCalexps(db.client, 'runs/b', 1, 2);
  const change = async (statement: string, condition: string, rows: number, values: unknown[] = []) => {
    await db.query(statement, values);
    t.is(await count(db.client, condition), rows, statement);
    await isTrue(t, db.client);
  };
  await change(`update r.exposure set target_name = 'M31' where id = 1`, `target_name = 'M31'`, 4);
  await change(`update r.visit set target_name = 'M33' where id = 1`, `target_name = 'M33'`, 4);
  await change(`update r.physical_filter set band = 'z' where name = 'g1'`, `em_min is null`, 8);
  await change(
    `update r.visit_detector_region set region = $1 where visit = 1 and detector = 2`,
    `s_region like 'POLYGON ICRS 100.0%'`,
    2,
    [square(100, 10)],
  );
  await change(
    `update r.visit_detector_region set region = 'nonsense' where visit = 2 and detector = 2`,
    's_region is null',
    2,
  );
  t.is((await db.query(`select from obscore.error where column_name = 's_region'`)).length, 2);
  await change(
    `select butler.insert_dimension_records('visit_detector_region', $1, 'replace')`,
    's_region is null',
    0,
    [JSON.stringify({ instrument: 'Cam', visit: 2, detector: 2, region: square(7, 7) })],
  );
  t.deepEqual(await db.query('select from obscore.error'), []);
  await change(
    `select butler.sync_dimension_record('exposure', '{"instrument": "Cam", "id": 2, "target_name": "M51"}', true)`,
    `target_name = 'M51'`,
    4,
  );
  await change(`delete from r.visit_detector_region where visit = 1 and detector = 1`, 's_region is null', 2);
  const before = await db.query('select xmin::text from r.obscore order by registry_dataset_id');
  await db.query(`
    update r.exposure set target_name = target_name;
    update r.instrument set name = name;
    update r.visit_detector_region set region = region`);
  t.deepEqual(await db.query('select xmin::text from r.obscore order by registry_dataset_id'), before);
});

test('visits are defined by their exposures after these were ingested, undefined, and defined again', async (t) => {
  await using db = await registry();
  await db.query(`select butler.load_camera('Cam', $1)`, [JSON.stringify(toyGeometry)]);
  await db.query(`
    insert into r.instrument (name, visit_max, exposure_max, detector_max) values ('Cam', 100000, 100000, 100);
    insert into r.detector (instrument, id, full_name)
      select 'Cam', detector, 'D' || detector from butler.camera_detector;
    insert into r.physical_filter (instrument, name, band) values ('Cam', 'g1', 'g');
    insert into r.day_obs (instrument, id) values ('Cam', 20200101);
    insert into r."group" (instrument, name) values ('Cam', '1'), ('Cam', '2');
    insert into r.exposure (instrument, id, day_obs, "group", physical_filter, obs_id, exposure_time, target_name,
        observation_reason, science_program, seq_num, seq_start, seq_end, tracking_ra, tracking_dec, sky_angle,
        azimuth, zenith_angle, can_see_sky, timespan)
      select 'Cam', g, 20200101, g::text, 'g1', 'e' || g, 30, 'field', 'science', 'P', g, g, g, 216 + g, -13, 90, 100, 20,
        true, int8range(g::int8 * 100, g::int8 * 100 + 30)
      from generate_series(1, 2) g;
    select butler.register_dataset_type('raw', '{exposure,detector}', 'Exposure');
    select butler.register_collection('raw/all'), butler.register_collection('DR', 'CHAINED');
    select butler.set_chain('DR', '{raw/all}')`);
  await create(db.client);
  await db.query(`
    select butler.insert_datasets('raw', 'raw/all', json_agg(json_build_object('instrument', 'Cam', 'exposure', e.id, 'detector', d.id)))
    from r.exposure e, r.detector d`);
  const raws = await count(db.client);
  t.true(raws > 0);
  t.is(await count(db.client, 's_region is null'), raws);
  await db.query('select butler.define_visits()');
  t.is(await count(db.client, 's_region is not null'), raws);
  await isTrue(t, db.client);
  await db.query(`
    delete from r.visit_detector_region; delete from r.visit_definition; delete from r.visit_system_membership;
    delete from r.visit_skypix_overlap; delete from r.visit_detector_region_skypix_overlap; delete from r.visit`);
  t.is(await count(db.client, 's_region is null'), raws);
  await isTrue(t, db.client);
  await db.query('select butler.define_visits()');
  t.is(await count(db.client, 's_region is not null'), raws);
  await isTrue(t, db.client);
  await db.query('update r.exposure set sky_angle = 45');
  await db.query('select butler.define_visits(update_records => true)');
  await isTrue(t, db.client);
});

test('savepoints that are rolled back leave nothing', async (t) => {
  await using db = await surveyRegistry();
  await create(db.client);
  await db.query('begin');
  await insertCalexps(db.client, 'runs/b', 1);
  await db.query('savepoint here');
  await insertCalexps(db.client, 'runs/c', 1, 2);
  await db.query(`select butler.prepend_chain('DR', '{runs/a}')`);
  await db.query(`update r.visit set target_name = 'nowhere'`);
  await db.query('rollback to here');
  await db.query('commit');
  t.is(await count(db.client), 4);
  await isTrue(t, db.client);
});

test('rows that are copied in, or in sessions of replicas, are followed', async (t) => {
  await using db = await surveyRegistry();
  await create(db.client);
  await db.query(`
    begin;
    set local session_replication_role = replica;
    create temp table given on commit drop as
      select gen_random_uuid() as id, n % 4 as detector, n % 10 + 1 as visit from generate_series(0, 19) n;
    insert into r.dataset select id, 2, 0, (select collection_id from r.collection where name = 'runs/b') from given;
    insert into r.dataset_tags_00000002 (dataset_type_id, dataset_id, collection_id, instrument, detector, visit)
      select 2, id, (select collection_id from r.collection where name = 'runs/b'), 'Cam', detector, visit from given;
    commit`);
  t.is(await count(db.client), 20);
  await isTrue(t, db.client);
  await insertCalexps(db.client, 'runs/a', 9);
  await db.query(
    `update r.dataset_tags_00000002 set collection_id = (select collection_id from r.collection where name = 'runs/a') where detector = 1`,
  );
  t.is(await count(db.client), 15);
  await isTrue(t, db.client);
});

test('what is truncated is gone', async (t) => {
  await using db = await surveyRegistry();
  await create(db.client);
  await insertRaws(db.client, 1, 2);
  await insertCalexps(db.client, 'runs/b', 1, 2);
  await db.query('truncate r.dataset_tags_00000002');
  t.is(await count(db.client), 8);
  await isTrue(t, db.client);
  await db.query('truncate r.visit_definition');
  t.is(await count(db.client, 's_region is null'), 8);
  await isTrue(t, db.client);
  await db.query('truncate r.collection_chain');
  t.is(await count(db.client), 0);
  await isTrue(t, db.client);
});

test('dataset types that are registered later are shown, of new dimensions as of old ones', async (t) => {
  await using db = await surveyRegistry();
  const type = { dataproduct_type: 'image', calib_level: 2, obs_id_fmt: '{id}' };
  const options = config() as { dataset_types: object };
  await create(db.client, { dataset_types: { ...options.dataset_types, late: type, coadd: type } });
  await db.query(`select butler.register_dataset_type('late', '{visit,detector}', 'ExposureF')`);
  await db.query(`select butler.insert_datasets('late', 'runs/b', $1)`, [
    JSON.stringify(dataIds('visit', 1)),
  ]);
  t.is(await count(db.client), 4);
  await isTrue(t, db.client);
  await db.query(`
    select butler.insert_dimension_records('skymap', '[{"name": "s", "hash": "00", "tract_max": 1, "patch_nx_max": 1, "patch_ny_max": 1}]');
    insert into r.tract (skymap, id) values ('s', 0);
    select butler.register_dataset_type('coadd', '{tract,band}', 'ExposureF');
    select butler.insert_datasets('coadd', 'runs/b', '[{"skymap": "s", "tract": 0, "band": "g"}]')`);
  t.is(await count(db.client), 5);
  await isTrue(t, db.client);
  await db.query(
    `delete from r.dataset where dataset_type_id = (select id from r.dataset_type where name = 'coadd')`,
  );
  await db.query(`select butler.remove_dataset_type('coadd')`);
  await db.query(`select butler.register_dataset_type('coadd', '{tract,band}', 'ExposureF')`);
  await db.query(
    `select butler.insert_datasets('coadd', 'runs/b', '[{"skymap": "s", "tract": 0, "band": "r"}]')`,
  );
  t.is(await count(db.client), 5);
  await isTrue(t, db.client);
});

test('several tables of one registry are kept, and nothing stays when the last is dropped', async (t) => {
  await using db = await surveyRegistry();
  const before = await db.query(`select proname from pg_proc where pronamespace = 'r'::regnamespace`);
  await create(db.client);
  await create(db.client, { table_name: `it's "all"`, ...runs });
  await insertCalexps(db.client, 'runs/b', 1);
  await insertCalexps(db.client, 'runs/c', 1);
  await isTrue(t, db.client);
  await isTrue(t, db.client, `it's "all"`);
  t.is(await count(db.client), 4);
  await db.query('select obscore.drop()');
  await insertCalexps(db.client, 'runs/c', 2);
  await isTrue(t, db.client, `it's "all"`);
  await db.query('select obscore.drop($1)', [`it's "all"`]);
  t.deepEqual(
    await db.query(
      `select tgname from pg_trigger t join pg_class c on c.oid = t.tgrelid where c.relnamespace = 'r'::regnamespace and tgname ~ 'almagest_obscore'`,
    ),
    [],
  );
  t.deepEqual(await db.query(`select proname from pg_proc where pronamespace = 'r'::regnamespace`), before);
  await insertCalexps(db.client, 'runs/c', 3);
});

test('a table in mode manual notes what changes, and follows when it is refreshed', async (t) => {
  await using db = await surveyRegistry();
  await create(db.client, {}, 'manual');
  await insertCalexps(db.client, 'runs/b', 1);
  const [first] = await insertCalexps(db.client, 'runs/c', 1);
  await insertCalexps(db.client, 'runs/a', 1);
  t.is(await count(db.client), 0);
  await db.query('select obscore.refresh()');
  await isTrue(t, db.client);
  await db.query(`select butler.remove_datasets($1)`, [[first]]);
  await db.query(`select butler.prepend_chain('DR', '{runs/a}')`);
  await db.query(`update r.visit set target_name = 'M31' where id = 1`);
  await db.query('select obscore.refresh()');
  t.is(await count(db.client, `target_name = 'M31'`), 4);
  await isTrue(t, db.client);
});
