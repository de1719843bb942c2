import test from 'ava';
import { database, type TestDatabase } from '../support/database.ts';
import { fixtureTest } from '../support/fixtures.ts';
import { isAddition, registryCatalog, restoreRegistry } from './registry_catalog.ts';

/** A registry as a client leaves it, with a calibration type `bias` and a chain of two runs. */
async function clientRegistry(): Promise<TestDatabase> {
  const db = await database();
  await db.query(`select butler.create_registry('deep')`);
  await db.query(`select butler.register_dataset_type('bias', '{detector}', 'ExposureF', true, 'deep')`);
  await db.query(`select butler.detach('deep')`);
  await db.client.query(`
    insert into deep.instrument (name) values ('Cam');
    insert into deep.detector (instrument, id) values ('Cam', 1), ('Cam', 2);
    insert into deep.collection (collection_id, name, type)
    values (1, 'run/1', 1), (2, 'run/2', 1), (3, 'both', 3), (4, 'calib', 4), (5, 'top', 3);
    insert into deep.run (collection_id) values (1), (2);
    insert into deep.collection_chain values (3, 0, 2), (3, 1, 1), (5, 0, 3);
    insert into deep.collection_summary_dataset_type select c, t.id from deep.dataset_type t, generate_series(1, 4) c;
    insert into deep.collection_summary_instrument select c, 'Cam' from generate_series(1, 4) c;
    insert into deep.dataset (id, dataset_type_id, ingest_date, run_id)
    select uuid, t.id, 0, 1 from deep.dataset_type t,
           unnest('{00000000-0000-0000-0000-00000000000a,00000000-0000-0000-0000-00000000000b}'::uuid[]) uuid`);
  return db;
}

const certify = (a: string, b: string) => `
  insert into deep.dataset_calibs_00000001 (id, dataset_type_id, dataset_id, collection_id, instrument, detector, timespan)
  select n, t.id, v.id::uuid, 4, 'Cam', 1, span::int8range
  from deep.dataset_type t,
       (values (1, '00000000-0000-0000-0000-00000000000a', '${a}'), (2, '00000000-0000-0000-0000-00000000000b', '${b}')) v (n, id, span)`;

fixtureTest('attaching adds to a client’s registry, and detaching takes exactly that away', async (t) => {
  await using db = await database();
  restoreRegistry(db.url);
  const before = await registryCatalog(db.client, 'public', { comments: true });
  await db.query(`select butler.attach('public')`);
  const attached = await registryCatalog(db.client, 'public', { comments: true });
  t.deepEqual(
    attached.filter((fact) => !isAddition(fact)),
    before,
  );
  t.true(attached.length > before.length + 20);
  t.deepEqual(await db.query('select name, origin from butler.registry'), [
    { name: 'public', origin: 'attached' },
  ]);
  t.deepEqual(
    await db.query(`
      select p.name as parent, array_agg(c.name order by f.rank) as members
      from public.collection_flat f
      join public.collection p on p.collection_id = f.parent
      join public.collection c on c.collection_id = f.child
      group by p.name order by p.name`),
    [
      { parent: 'ALL', members: ['runs/c', 'runs/b', 'runs/a', 'raw/all', 'calib/run', 'other/raw'] },
      { parent: 'DR', members: ['runs/c', 'runs/b', 'runs/a', 'raw/all', 'calib/run'] },
    ],
  );
  t.is((await db.query('select from pg_event_trigger')).length, 1);
  await db.query(`select butler.attach('public')`);
  t.deepEqual(await registryCatalog(db.client, 'public', { comments: true }), attached);
  await db.query(`select butler.detach('public')`);
  t.deepEqual(await registryCatalog(db.client, 'public', { comments: true }), before);
  t.is((await db.query('select from pg_event_trigger')).length, 0);
  t.deepEqual(await db.query('select from butler.registry'), []);
});

test('what is no registry, or one of other versions, is refused', async (t) => {
  await using db = await clientRegistry();
  await t.throwsAsync(db.query(`select butler.attach('nowhere')`), {
    message: /RegistryStateError: there is no schema 'nowhere'/,
  });
  await t.throwsAsync(db.query(`select butler.attach('public')`), {
    message: /RegistryStateError: the schema 'public' holds no registry/,
  });
  await db.query(`update deep.butler_attributes set value = '1.0.0' where name like 'version:%datasets%'`);
  const error = await t.throwsAsync<Error & { detail: string }>(db.query(`select butler.attach('deep')`));
  t.regex(error.message, /RegistryStateError: the registry 'deep' keeps its tables in another way/);
  t.is(error.detail, 'datasets: version 1.0.0, not 2.0.0');
  await db.query(`update deep.butler_attributes set value = '2.0.7' where name like 'version:%datasets%'`);
  await db.query('alter table deep.exposure rename can_see_sky to sees');
  await t.throwsAsync(db.query(`select butler.attach('deep')`), { message: /lacks tables or columns/ });
  await db.query('alter table deep.exposure rename sees to can_see_sky');
  await db.query(`select butler.attach('deep')`);
});

test('a registry of an earlier universe is read by what it says of itself', async (t) => {
  await using db = await clientRegistry();
  const [{ value }] = await db.query<{ value: string }>(
    `select value from deep.butler_attributes where name = 'config:dimensions.json'`,
  );
  const { namespace, ...config } = JSON.parse(value);
  t.is(namespace, 'daf_butler');
  const gone = ['ssp_balanced_index', 'ssp_hypothesis_bundle', 'ssp_hypothesis_table', 'subfilter'];
  for (const name of gone) {
    delete config.elements[name];
    await db.query(`drop table deep.${name}`);
  }
  await db.query(`update deep.butler_attributes set value = $1 where name = 'config:dimensions.json'`, [
    JSON.stringify({ ...config, version: 0 }),
  ]);
  await db.query(`select butler.attach('deep')`);
  t.deepEqual(await db.query(`select required from butler.conform_dimensions('{visit}', 'deep')`), [
    { required: ['instrument', 'visit'] },
  ]);
  await t.throwsAsync(db.query(`select butler.conform_dimensions('{subfilter}', 'deep')`), {
    message: /DimensionNameError/,
  });
});

test('validity ranges that overlap, and cycles, are listed and nothing is added', async (t) => {
  await using db = await clientRegistry();
  const before = await registryCatalog(db.client, 'deep');
  await db.query(certify('[0,10)', '[9,20)'));
  const overlap = await t.throwsAsync<Error & { code: string; detail: string }>(
    db.query(`select butler.attach('deep')`),
  );
  t.is(overlap.code, 'BR005');
  t.regex(
    overlap.detail,
    /^bias \{"instrument" : "Cam", "detector" : 1\} in calib: dataset 0.*a \[0,10\) and dataset 0.*b \[9,20\)$/,
  );
  await db.query('delete from deep.dataset_calibs_00000001');
  await db.query('insert into deep.collection_chain values (3, 2, 5)');
  const cycle = await t.throwsAsync<Error & { code: string; detail: string }>(
    db.query(`select butler.attach('deep')`),
  );
  t.is(cycle.code, 'BR003');
  t.is(cycle.detail, 'both > top > both\ntop > both > top');
  t.deepEqual(await registryCatalog(db.client, 'deep'), before);
  t.deepEqual(await db.query('select from butler.registry'), []);
});

test('validity ranges cannot overlap, unless one is empty or the data ID, type or collection another', async (t) => {
  await using db = await clientRegistry();
  await db.query(`select butler.attach('deep')`);
  await t.throwsAsync(db.query(certify('[0,10)', '[9,20)')), { message: /violates exclusion constraint/ });
  await db.query(certify('[0,10)', 'empty'));
  await db.query('delete from deep.dataset_calibs_00000001');
  await db.query(certify('[0,10)', '[10,4102444800000000000)'));
});

test('tables that a client makes later are completed, whatever its rights', async (t) => {
  await using db = await clientRegistry();
  const role = `client_${process.pid}_${Math.random().toString(36).slice(2, 10)}`;
  await db.query(`create role ${role} nologin`);
  try {
    await db.query(`grant usage, create on schema deep to ${role}`);
    await db.query(`select butler.attach('deep')`);
    await db.query('begin');
    await db.query(`set local role ${role}`);
    await db.query(`create table deep.dataset_tags_00000077 (
      dataset_type_id bigint, dataset_id uuid, collection_id bigint, instrument varchar(32), visit bigint)`);
    await db.query(`create table deep.dataset_calibs_00000077 (
      id bigint, dataset_type_id bigint, dataset_id uuid, collection_id bigint, instrument varchar(32), timespan int8range)`);
    await db.query(`create table deep.unrelated (id bigint)`);
    await db.query('commit');
    const additions = (await registryCatalog(db.client, 'deep')).filter(
      (fact) => isAddition(fact) && fact.includes('00000077'),
    );
    t.deepEqual(additions, [
      'constraint dataset_calibs_00000077.dataset_calibs_00000077_almagest_validity EXCLUDE USING gist (dataset_type_id WITH =, collection_id WITH =, instrument WITH =, timespan WITH &&)',
      'index CREATE INDEX dataset_calibs_00000077_almagest_validity ON dataset_calibs_00000077 USING gist (dataset_type_id, collection_id, instrument, timespan)',
      'index CREATE INDEX dataset_tags_00000077_almagest_data_id ON dataset_tags_00000077 USING btree (dataset_type_id, instrument, visit, collection_id) INCLUDE (dataset_id)',
      'statistics CREATE STATISTICS dataset_tags_00000077_almagest_statistics (ndistinct, dependencies) ON instrument, visit FROM dataset_tags_00000077',
    ]);
  } finally {
    await db.query('rollback');
    await db.query(`drop owned by ${role}`);
    await db.query(`drop role ${role}`);
  }
});

test('a table that cannot be completed is made all the same, with a warning that says what to do', async (t) => {
  await using db = await clientRegistry();
  await db.query(`select butler.attach('deep')`);
  const notices: { readonly severity?: string; readonly message?: string; readonly hint?: string }[] = [];
  db.client.on('notice', (notice) => notices.push(notice));
  await db.query('create table deep.dataset_calibs_00000078 (id bigint, dataset_type_id bigint)');
  t.is(notices.length, 1);
  t.is(notices[0].severity, 'WARNING');
  t.regex(
    notices[0].message!,
    /^table deep\.dataset_calibs_00000078 is without its index or constraint: .*collection_id/,
  );
  t.regex(notices[0].hint!, /select butler\.attach\('deep'\).*butler\.check/);
  t.is((await db.query('select id from deep.dataset_calibs_00000078')).length, 0);
});

test('attaching says of each instrument and skymap that pixels are kept, where the client did not', async (t) => {
  await using db = await clientRegistry();
  await db.query(`insert into deep.skymap (name) values ('rings')`);
  await db.query(`insert into deep.visit_skypix_overlap_summary values ('htm', 9, 'Cam'), ('htm', 7, 'Cam')`);
  await db.query(`select butler.attach('deep')`);
  t.deepEqual(
    await db.query(`
      select 'visit' as element, skypix_level, instrument as value from deep.visit_skypix_overlap_summary
      union all select 'visit_detector_region', skypix_level, instrument from deep.visit_detector_region_skypix_overlap_summary
      union all select 'tract', skypix_level, skymap from deep.tract_skypix_overlap_summary
      union all select 'patch', skypix_level, skymap from deep.patch_skypix_overlap_summary
      order by 1, 2`),
    [
      { element: 'patch', skypix_level: 7, value: 'rings' },
      { element: 'tract', skypix_level: 7, value: 'rings' },
      { element: 'visit', skypix_level: 7, value: 'Cam' },
      { element: 'visit', skypix_level: 9, value: 'Cam' },
      { element: 'visit_detector_region', skypix_level: 7, value: 'Cam' },
    ],
  );
});

test('a role that may make no event trigger is told what to do, and the rest is done', async (t) => {
  await using db = await clientRegistry();
  const role = `owner_${process.pid}_${Math.random().toString(36).slice(2, 10)}`;
  await db.query(`create role ${role} nologin in role almagest_owner`);
  try {
    await db.query(`create schema room authorization ${role}`);
    const notices: string[] = [];
    db.client.on('notice', ({ message }) => notices.push(message ?? ''));
    await db.query(`set role ${role}`);
    await db.query(`select butler.create_registry('room')`);
    await db.query(`select butler.register_dataset_type('flat', '{detector}', 'ExposureF', true, 'room')`);
    t.true(
      notices.some((notice) =>
        /may not make an event trigger: let a superuser run butler.attach\('room'\)/.test(notice),
      ),
    );
    await db.query(`select butler.detach('room')`);
    t.deepEqual((await registryCatalog(db.client, 'room')).filter(isAddition), []);
    await db.query(`select butler.attach('room')`);
    await db.query('insert into room.collection (collection_id, name, type) values (1, $1, 3)', ['chain']);
    await t.throwsAsync(db.query('insert into room.collection_chain values (1, 0, 1)'), {
      message: /CollectionCycleError/,
    });
    await db.query(`select butler.drop_registry('room')`);
  } finally {
    await db.query('reset role');
    await db.query(`drop owned by ${role} cascade`);
    await db.query(`drop role ${role}`);
  }
});

test('a registry made here gives its additions back too, and takes them again', async (t) => {
  await using db = await database();
  await db.query(`select butler.create_registry('deep')`);
  await db.query(`select butler.register_dataset_type('bias', '{detector}', 'ExposureF', true, 'deep')`);
  const whole = await registryCatalog(db.client, 'deep', { comments: true });
  await db.query(`select butler.detach('deep')`);
  t.deepEqual(
    await registryCatalog(db.client, 'deep', { comments: true }),
    whole.filter((fact) => !isAddition(fact)),
  );
  await db.query(`select butler.attach('deep')`);
  t.deepEqual(await registryCatalog(db.client, 'deep', { comments: true }), whole);
});

test('dropping a registry leaves nothing of it, and what is not its own', async (t) => {
  await using db = await database();
  await db.query(`select butler.create_registry('deep')`);
  await db.query(`select butler.create_registry('other')`);
  await db.query(`select butler.register_dataset_type('bias', '{detector}', 'ExposureF', true, 'other')`);
  await db.query('create view public.runs as select * from deep.run');
  await t.throwsAsync(db.query(`select butler.drop_registry('deep')`), { message: /other objects depend/ });
  await db.query('drop view public.runs');
  await db.query('create table other.mine (note text)');
  await db.query(`select butler.drop_registry('deep')`);
  await db.query(`select butler.drop_registry('other')`);
  t.deepEqual(await db.query(`select from pg_namespace where nspname = 'deep'`), []);
  t.deepEqual(
    await db.query(`select relname::text from pg_class where relnamespace = 'other'::regnamespace`),
    [{ relname: 'mine' }],
  );
  await t.throwsAsync(db.query(`select butler.drop_registry('deep')`), { message: /MissingRegistryError/ });
  t.is((await db.query('select from pg_event_trigger')).length, 0);
});

test('a registry whose schema somebody dropped can be forgotten', async (t) => {
  await using db = await database();
  await db.query(`select butler.create_registry('deep')`);
  await db.query('drop schema deep cascade');
  await db.query(`select butler.detach('deep')`);
  t.deepEqual(await db.query('select from butler.registry'), []);
});
