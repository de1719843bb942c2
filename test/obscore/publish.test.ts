import test from 'ava';
import { standardColumns, standardComment } from '../../plv8/obscore/standard.ts';
import { database, type TestDatabase } from '../support/database.ts';
import { config, create, insertRaws, surveyRegistry } from './survey_support.ts';

/** A registry, and tables of observations in it as ObsCore tables are: of some columns, defined but not published. */
async function observatory(
  registry: string,
  tables: Readonly<Record<string, string>>,
): Promise<TestDatabase> {
  const db = await database();
  await addRegistry(db, registry, tables);
  return db;
}

async function addRegistry(
  db: TestDatabase,
  registry: string,
  tables: Readonly<Record<string, string>>,
): Promise<void> {
  const schema = db.client.escapeIdentifier(registry);
  await db.query('select butler.create_registry($1)', [registry]);
  for (const [name, columns] of Object.entries(tables)) {
    await db.query(`create table ${schema}.${db.client.escapeIdentifier(name)} (${columns})`);
    await db.query(`insert into obscore.definition values ($1, $2, 'live', 'record', false, '{}')`, [
      registry,
      name,
    ]);
  }
}

const publish = (db: TestDatabase, table: string, registry: string) =>
  db.query('select obscore.publish($1, $2)', [table, registry]);

const names = async (db: TestDatabase) =>
  (
    await db.query<{ name: string }>(
      `select table_name::text as name from information_schema.views where table_schema = 'ivoa' order by 1`,
    )
  ).map(({ name }) => name);

test('the view has the columns of ObsCore 1.1 in order, each with its unit, UCD and utype', async (t) => {
  await using db = await observatory('deep', { obscore: 'instrument_name text' });
  await publish(db, 'obscore', 'deep');
  const columns = await db.query(`
    select a.attname::text as name, a.atttypid::regtype::text as type, col_description(a.attrelid, a.attnum) as comment
    from pg_attribute a where a.attrelid = 'ivoa.obscore'::regclass and a.attnum > 0 order by a.attnum`);
  t.deepEqual(
    columns,
    standardColumns.map((column) => ({
      name: column.name,
      type: column.sqlType,
      comment: standardComment(column),
    })),
  );
  t.deepEqual(
    await db.query(`
      select a.attname::text as name, a.atttypid::regtype::text as type, col_description(a.attrelid, a.attnum) as comment
      from pg_attribute a where a.attrelid = 'obscore.observation'::regclass and a.attnum > 0 order by a.attnum`),
    columns,
  );
  t.is(columns.length, 31);
});

test('tables of several registries are one view, whatever types their columns have', async (t) => {
  await using db = await observatory('deep', {
    obscore:
      'obs_id text, s_xel1 integer, calib_level smallint, access_estsize bigint, pol_states varchar(9)',
    second:
      'obs_id uuid, s_xel1 double precision, calib_level bigint, access_estsize text, t_min text, target_name bool',
  });
  await addRegistry(db, 'Wide "Sky"', {
    'my "obs"': 'em_min numeric, instrument_name varchar, obs_id varchar(5)',
  });
  await publish(db, 'obscore', 'deep');
  await publish(db, 'second', 'deep');
  await publish(db, 'my "obs"', 'Wide "Sky"');
  await db.query(`insert into deep.obscore values ('a', 5, 2, 3000000000, '/I/')`);
  await db.query(`insert into deep.second values
    ('00000000-0000-0000-0000-00000000000b', 4000.4, 3, ' 12 ', '-1.5e3', true),
    (null, 'NaN', 70000, 'large', '1e999', false), (null, 'Infinity', null, '99999999999999999999', '.5', null)`);
  await db.query(`insert into "Wide ""Sky"""."my ""obs""" values (5e-7, 'Cam', 'c')`);
  t.deepEqual(
    await db.query(`
      select obs_id, s_xel1::text, calib_level, access_estsize::text, t_min, target_name, pol_states, em_min, instrument_name as cam
      from ivoa.obscore order by obs_id, t_min`),
    [
      ['00000000-0000-0000-0000-00000000000b', '4000', 3, '12', -1500, 'true', null, null, null],
      ['a', '5', 2, '3000000000', null, null, '/I/', null, null],
      ['c', null, null, null, null, null, null, 5e-7, 'Cam'],
      [null, null, null, null, 0.5, null, null, null, null],
      [null, null, null, null, null, 'false', null, null, null],
    ].map(([obs_id, s_xel1, calib_level, access_estsize, t_min, target_name, pol_states, em_min, cam]) => ({
      obs_id,
      s_xel1,
      calib_level,
      access_estsize,
      t_min,
      target_name,
      pol_states,
      em_min,
      cam,
    })),
  );
  await db.query(`select obscore.unpublish('second', 'deep')`);
  t.is((await db.query('select from ivoa.obscore')).length, 2);
});

test('conditions on the view reach the indexes of every table below it', async (t) => {
  const columns = `t_min double precision, t_max double precision, instrument_name varchar(32), s_xel1 integer,
     s_ra double precision, s_dec double precision`;
  await using db = await observatory('deep', { one: columns, two: columns });
  for (const name of ['one', 'two']) {
    await db.query(`insert into deep.${name}
      select 60000 + i / 1000.0, 60000 + i / 1000.0 + 0.0003, 'Cam' || i % 400, 4000,
             i * 0.018, 89.9 * sin(i)
      from generate_series(1, 20000) i`);
    await db.query(`create index ${name}_time on deep.${name} (t_min)`);
    await db.query(`create index ${name}_cam on deep.${name} (instrument_name)`);
    await db.query(`select sky.add_position_index('deep.${name}', 's_ra', 's_dec')`);
    await db.query(`analyze deep.${name}`);
    await publish(db, name, 'deep');
  }
  await db.query(`insert into deep.instrument (name, visit_system) values ('Cam7', 0)`);
  const plan = async (query: string) =>
    (await db.query<Record<string, string>>(`explain (costs off) ${query}`))
      .map((row) => row['QUERY PLAN'])
      .join('\n');
  for (const [query, index] of [
    ['select * from ivoa.obscore where t_min between 60001 and 60001.01', 'time'],
    ["select count(*) from ivoa.obscore where instrument_name = 'Cam7' and t_max > 60001", 'cam'],
    ['select s_xel1 from ivoa.obscore_cam7 where em_min is null', 'cam'],
    ['select * from ivoa.obscore order by t_min limit 5', 'time'],
    ['select * from ivoa.obscore where sky.in_cone(s_ra, s_dec, 0, 90, 360)', '.*position'],
  ]) {
    const text = await plan(query);
    t.regex(text, new RegExp(`one_${index}`), `${query}\n${text}`);
    t.regex(text, new RegExp(`two_${index}`), `${query}\n${text}`);
    t.notRegex(text, /Seq Scan/, `${query}\n${text}`);
  }
});

test('each instrument has a view, also one that is registered later, and under any name', async (t) => {
  await using db = await observatory('deep', { obscore: 'instrument_name text' });
  await db.query(`insert into deep.instrument (name) values ('LSSTCam-imSim'), ('HSC')`);
  await publish(db, 'obscore', 'deep');
  t.deepEqual(await names(db), ['obscore', 'obscore_hsc', 'obscore_lsstcam_imsim']);
  const long = `Camera ${'with "all" its \'parts\' '.repeat(4)}`;
  await db.query(
    `update obscore.definition set config = json_build_object('fallback_instrument', $1::text)`,
    [long],
  );
  await db.query(`insert into deep.instrument (name) values ('hsc'), ('Ωmega'), (E'B\\\\1''s %')`);
  await db.query(
    `insert into deep.obscore values ('HSC'), ('hsc'), ('hsc'), ($1), (null), (E'B\\\\1''s %')`,
    [long],
  );
  const views = await db.query<{ name: string; comment: string }>(`
    select c.relname::text as name, obj_description(c.oid) as comment from pg_class c
    where c.relnamespace = 'ivoa'::regnamespace order by 1`);
  t.is(views.length, 7);
  t.true(views.every(({ name }) => name.length <= 63 && /^[a-z0-9_]+$/.test(name)));
  const rowsOf = async (instrument: string) => {
    const { name } = views.find(({ comment }) =>
      comment.startsWith(`Observations with the instrument ${instrument}:`),
    )!;
    return (await db.query(`select instrument_name from ivoa.${name}`)).length;
  };
  t.is(await rowsOf('HSC'), 1);
  t.is(await rowsOf('hsc'), 2);
  t.is(await rowsOf(long), 1);
  t.is(await rowsOf('Ωmega'), 0);
  t.is(await rowsOf("B\\1's %"), 1);
  t.is((await db.query('select from ivoa.obscore_hsc')).length, 1);
});

test('an instrument that a role without rights registers has its view all the same', async (t) => {
  await using db = await observatory('deep', { obscore: 'instrument_name text' });
  await publish(db, 'obscore', 'deep');
  await db.query('set role almagest_loader');
  await db.query(`insert into deep.instrument (name) values ('Cam')`);
  await db.query('select from ivoa.obscore_cam');
  await db.query('reset role');
  t.deepEqual(await names(db), ['obscore', 'obscore_cam']);
});

test('what was withdrawn is gone from the view, and what others made of the view stays', async (t) => {
  await using db = await observatory('deep', { obscore: 'obs_id text, instrument_name text' });
  await db.query(`insert into deep.instrument (name) values ('Cam'), ('Old')`);
  await publish(db, 'obscore', 'deep');
  await db.query(`insert into deep.obscore values ('a', 'Cam')`);
  await db.query('create view public.mine as select obs_id from ivoa.obscore');
  await db.query('create view public.cams as select obs_id from ivoa.obscore_cam');
  await db.query('revoke select on ivoa.obscore from almagest_reader');
  await db.query(`select obscore.unpublish('obscore', 'deep')`);
  t.deepEqual(await names(db), ['obscore', 'obscore_cam']);
  t.deepEqual(await db.query('select from mine'), []);
  t.deepEqual(await db.query(`select from pg_trigger where tgname = 'almagest_obscore_instrument'`), []);
  t.deepEqual(await db.query('select published from obscore.definition'), [{ published: false }]);
  await publish(db, 'obscore', 'deep');
  t.is((await db.query('select from cams')).length, 1);
  t.deepEqual(await names(db), ['obscore', 'obscore_cam', 'obscore_old']);
  t.deepEqual(
    await db.query(`select has_table_privilege('almagest_reader', 'ivoa.obscore', 'select') as may,
                           has_table_privilege('almagest_reader', 'ivoa.obscore_old', 'select') as may_also`),
    [{ may: false, may_also: true }],
  );
});

test('another’s ivoa.obscore is left alone, and so are other tables that have the name of a view', async (t) => {
  await using db = await observatory('deep', { obscore: 'instrument_name text' });
  await db.query(`insert into deep.instrument (name) values ('Cam')`);
  await db.query('create schema ivoa');
  await db.query('create table ivoa.obscore_cam (note text)');
  await db.query('create view ivoa.obscore as select 1 as one');
  await t.throwsAsync(publish(db, 'obscore', 'deep'), {
    message: /ObsCoreStateError: there is an ivoa.obscore already/,
  });
  t.deepEqual(await db.query('select published from obscore.definition'), [{ published: false }]);
  await db.query('drop view ivoa.obscore');
  await publish(db, 'obscore', 'deep');
  const [first, second, ...more] = await names(db);
  t.is(first, 'obscore');
  t.regex(second, /^obscore_cam_[0-9a-f]{8}$/);
  t.deepEqual(more, []);
});

test('what is no ObsCore table cannot be published', async (t) => {
  await using db = await observatory('deep', {});
  await t.throwsAsync(publish(db, 'obscore', 'deep'), {
    message: /MissingObsCoreTableError: registry deep has no/,
  });
  await t.throwsAsync(publish(db, 'obscore', 'nowhere'), { message: /MissingRegistryError/ });
  await t.throwsAsync(db.query(`select obscore.unpublish(registry => 'deep')`), {
    message: /no ObsCore table 'obscore'/,
  });
});

test('two sessions publish, and a third registers an instrument, at the same time', async (t) => {
  await using db = await observatory('deep', { one: 'instrument_name text', two: 'instrument_name text' });
  await addRegistry(db, 'wide', { obscore: 'instrument_name text' });
  const [a, b] = [await db.connect(), await db.connect()];
  await a.query('begin');
  await a.query(`select obscore.publish('one', 'deep')`);
  const other = b.query(`select obscore.publish('obscore', 'wide')`);
  const instrument = db.query(`insert into deep.instrument (name) values ('Cam')`);
  await a.query('commit');
  await Promise.all([other, instrument]);
  t.deepEqual(await names(db), ['obscore', 'obscore_cam']);
  await db.query(`insert into deep.one values ('Cam')`);
  await db.query(`insert into wide.obscore values ('Cam')`);
  t.is((await db.query('select from ivoa.obscore_cam')).length, 2);
});

test('a table that is rebuilt with other columns is shown with them', async (t) => {
  await using db = await surveyRegistry();
  await insertRaws(db.client, 1, 2);
  const extra = (name: string, template: string, type = 'string') => ({
    extra_columns: { [name]: { template, type }, lsst_run: { template: '{run}', type: 'string' } },
  });
  await create(db.client, extra('pol_states', '/I/'));
  await db.query('create view mine as select pol_states, obs_id, access_estsize from ivoa.obscore');
  t.deepEqual(await db.query('select distinct pol_states, access_estsize from mine'), [
    { pol_states: '/I/', access_estsize: null },
  ]);
  await db.query('select obscore.rebuild()');
  t.is((await db.query(`select from obscore.siav2(pol => 'I')`)).length, 8);
  await db.query('select obscore.rebuild(config => $1)', [
    JSON.stringify(config({ ...extra('access_estsize', '{detector}', 'int'), fallback_instrument: 'Other' })),
  ]);
  t.deepEqual(
    await db.query('select distinct pol_states, access_estsize::int from mine order by access_estsize'),
    [0, 1, 2, 3].map((access_estsize) => ({ pol_states: null, access_estsize })),
  );
  t.is((await db.query(`select from obscore.siav2(pol => 'I')`)).length, 0);
  t.is((await db.query(`select from obscore.siav2(pos => 'CIRCLE 20 1 0.01')`)).length, 1);
  t.deepEqual(await names(db), ['obscore', 'obscore_cam', 'obscore_other']);
});

test('a materialized view is published, and so are tables that are built anew', async (t) => {
  await using db = await surveyRegistry();
  await insertRaws(db.client, 1);
  await create(db.client, { table_name: 'snapshot' }, 'matview');
  await create(db.client, { table_name: 'now' });
  t.is((await db.query('select from ivoa.obscore')).length, 8);
  await insertRaws(db.client, 2);
  t.is((await db.query('select from ivoa.obscore_cam')).length, 12);
  await db.query(`select obscore.refresh('snapshot')`);
  t.is((await db.query('select from ivoa.obscore_cam')).length, 16);
  t.is(
    (await db.query(`select from obscore.siav2(pos => '{CIRCLE 20 1 0.01,CIRCLE 20.1 1.1 0.2}')`)).length,
    2,
  );
});

test('with a registry its observations go from the view, and its instruments’ views', async (t) => {
  for (const go of [`obscore.drop('obscore', 'r')`, `butler.drop_registry('r')`, `butler.detach('r')`]) {
    await using db = await surveyRegistry();
    await insertRaws(db.client, 1);
    await create(db.client);
    await addRegistry(db, 'wide', { other: 'instrument_name text' });
    await db.query(`insert into wide.other values ('Rx')`);
    await publish(db, 'other', 'wide');
    await db.query('create view mine as select obs_id from ivoa.obscore');
    t.is((await db.query('select from mine')).length, 5, go);
    await db.query(`select ${go}`);
    t.is((await db.query('select from mine')).length, 1, go);
    t.deepEqual(await names(db), ['obscore'], go);
    t.deepEqual(
      await db.query(
        `select tgname from pg_trigger where tgname = 'almagest_obscore_instrument' and tgrelid::regclass::text like 'r.%'`,
      ),
      [],
      go,
    );
  }
});

test('who reads, rebuilds, publishes and registers an instrument at once, waits in no circle', async (t) => {
  await using db = await surveyRegistry();
  await insertRaws(db.client, 1);
  await create(db.client);
  await addRegistry(db, 'wide', { other: 'instrument_name text' });
  await db.query(`set butler.registry = 'r'`);
  const [publisher, reader, registrar] = [await db.connect(), await db.connect(), await db.connect()];
  await reader.query('begin');
  await reader.query('select from ivoa.obscore');
  const waiting = [
    db.query(`select obscore.rebuild('obscore', registry => 'r')`),
    publisher.query(`select obscore.publish('other', 'wide')`),
    registrar.query(`insert into r.instrument (name) values ('New')`),
  ];
  t.is((await reader.query('select from ivoa.obscore')).rowCount, 4);
  await reader.query('commit');
  await Promise.all(waiting);
  t.is((await db.query('select from ivoa.obscore')).length, 4);
  t.deepEqual(await names(db), ['obscore', 'obscore_cam', 'obscore_new']);
});
