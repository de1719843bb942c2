/** APDBs adopted, given back, dropped, refreshed; what is refused; options and metadata. */
import test from 'ava';
import { registryCatalog } from '../butler/registry_catalog.ts';
import { database, type TestDatabase } from '../support/database.ts';
import { insertRows } from './rows_support.ts';

const failure = (t: { throwsAsync: unknown }, db: TestDatabase, sql: string, message: RegExp) =>
  (
    t.throwsAsync as (
      p: Promise<unknown>,
      e: object,
      m: string,
    ) => Promise<Error & { code: string; detail?: string; hint?: string }>
  )(db.query(sql), { message }, sql);

/** Facts about the tables of an APDB, without views: as its client sees it. */
const catalog = async (db: TestDatabase, schema = 'survey') =>
  (await registryCatalog(db.client, schema, { comments: true })).filter((fact) => !/^v /.test(fact));

const ours = /almagest|stored_visit|^c |^comment (dia_|lightcurve)|Nightly/;

const functions = (db: TestDatabase) =>
  db.query<{ name: string }>(
    `select proname::text as name from pg_proc where pronamespace = 'survey'::regnamespace order by 1`,
  );

test('detaching leaves the tables as a client makes them, and attaching adds the same again', async (t) => {
  await using db = await database();
  for (const mode of ['baseline', 'pix_id_iov', 'last_object_table']) {
    await db.query(`select apdb.create('survey', $1, 'a"b_')`, [
      JSON.stringify({ dia_object_index: mode, enable_replica: true }),
    ]);
    const created = await catalog(db);
    const made = await functions(db);
    t.true(made.length > 3);
    await db.query(`select apdb.detach('survey')`);
    t.deepEqual(
      await catalog(db),
      created.filter((fact) => !ours.test(fact)),
      mode,
    );
    t.deepEqual(await functions(db), []);
    t.deepEqual(await db.query('select from apdb.database'), []);
    await db.query(`select apdb.attach('survey', 'a"b_')`);
    t.deepEqual(await catalog(db), created, mode);
    t.deepEqual(await functions(db), made);
    t.like((await db.query('select * from apdb.databases'))[0], {
      name: 'survey',
      prefix: 'a"b_',
      dia_object_index: mode,
      enable_replica: true,
      schema_version: '10.0.0',
      origin: 'attached',
    });
    await db.query(`select apdb.attach('survey', 'a"b_')`);
    t.deepEqual(await catalog(db), created, mode);
    await failure(t, db, `select apdb.attach('survey')`, /ApdbStateError: the APDB 'survey' is here already/);
    await db.query(`select apdb.drop('survey')`);
    t.deepEqual(await catalog(db), []);
    await db.query('drop schema survey');
  }
});

test('which visits were stored is remembered while an APDB is detached', async (t) => {
  await using db = await database();
  await db.query(`select apdb.create('survey')`);
  await db.query(`insert into survey.stored_visit values (9007199254740993, null, 60000, 0, 0, 0, '{}')`);
  await db.query(`select apdb.detach('survey')`);
  await db.query(`select apdb.attach('survey')`);
  t.deepEqual(await db.query('select visit from survey.stored_visit'), [{ visit: 9007199254740993n }]);
  await t.throwsAsync(
    db.query(`insert into survey.stored_visit values (9007199254740993, null, 60000, 0, 0, 0, '{}')`),
    { message: /stored_visit_unit/ },
  );
});

test('what cannot be an APDB is not attached', async (t) => {
  await using db = await database();
  await failure(t, db, `select apdb.attach('nowhere')`, /ApdbStateError: there is no schema 'nowhere'/);
  await db.query('create schema other');
  await failure(t, db, `select apdb.attach('other', 'x_')`, /ApdbStateError: .* has no table x_metadata/);
  for (const [change, error, detail] of [
    [
      `update survey.metadata set value = '11.0.0' where name = 'version:schema'`,
      'IncompatibleVersionError',
      /version:schema: 11\.0\.0/,
    ],
    [
      `update survey.metadata set value = '10.1.0' where name = 'version:schema'`,
      'IncompatibleVersionError',
      /version:schema: 10\.1\.0/,
    ],
    [
      `update survey.metadata set value = '1.3.0' where name = 'version:ApdbSql'`,
      'IncompatibleVersionError',
      /version:ApdbSql: 1\.3\.0/,
    ],
    [
      `delete from survey.metadata where name = 'version:ApdbSql'`,
      'IncompatibleVersionError',
      /version:ApdbSql: not there/,
    ],
    [
      `insert into survey.metadata values ('version:ApdbSqlReplica', '2.0.0')`,
      'IncompatibleVersionError',
      /version:ApdbSqlReplica: 2\.0\.0/,
    ],
    [`drop table survey."DiaForcedSource"`, 'ApdbStateError', /there is no table DiaForcedSource/],
    [`alter table survey."DiaSource" drop column "pixelId"`, 'ApdbStateError', /DiaSource lacks pixelId/],
    [`create view survey.lightcurve as select 1 as n`, 'ApdbStateError', /survey\.lightcurve/],
    [`create table survey.stored_visit (visit int8)`, 'ApdbStateError', /survey\.stored_visit/],
  ] as const) {
    await db.query(`select apdb.create('survey')`);
    await db.query(`select apdb.detach('survey')`);
    await db.query(change);
    const error1 = await failure(t, db, `select apdb.attach('survey')`, new RegExp(error));
    t.regex(error1.detail!, detail, change);
    await db.query('drop schema survey cascade');
  }
  // A patch is not waited for, and earlier minor versions are worked with.
  await db.query(`select apdb.create('survey')`);
  await db.query(`select apdb.detach('survey')`);
  await db.query(`update survey.metadata set value = '1.1.9' where name = 'version:ApdbSql'`);
  await db.query(`update survey.metadata set value = '10.0.7' where name = 'version:schema'`);
  await db.query(`select apdb.attach('survey')`);
  t.pass();
});

test('an object with two open versions is named, and nothing is attached', async (t) => {
  await using db = await database();
  await db.query(`select apdb.create('survey')`);
  await db.query(`select apdb.detach('survey')`);
  await insertRows(
    db,
    'DiaObject',
    [60000, 60001].map((validityStartMjdTai) => ({ diaObjectId: '9007199254740993', validityStartMjdTai })),
  );
  const before = await catalog(db);
  const error = await failure(
    t,
    db,
    `select apdb.attach('survey')`,
    /ApdbStateError: DiaObject of the APDB 'survey' has a version twice/,
  );
  t.is(error.code, 'AP003');
  t.regex(error.detail!, /9007199254740993/);
  t.deepEqual(await catalog(db), before);
});

test('an APDB is made beside other tables only with a prefix', async (t) => {
  await using db = await database();
  await db.query('create schema survey');
  await db.query('create table survey.mine (id int8)');
  const error = await failure(
    t,
    db,
    `select apdb.create('survey')`,
    /ApdbStateError: the schema 'survey' is not empty/,
  );
  t.regex(error.detail!, /mine/);
  await db.query(`select apdb.create('survey', prefix => 'apdb_')`);
  await failure(
    t,
    db,
    `select apdb.create('survey', prefix => 'apdb_')`,
    /there is an APDB 'survey' already/,
  );
  await db.query(`select apdb.drop('survey')`);
  t.deepEqual(await db.query(`select relname from pg_class where relnamespace = 'survey'::regnamespace`), [
    { relname: 'mine' },
  ]);
  await db.query('create view survey.lightcurve as select * from survey.mine');
  await failure(t, db, `select apdb.create('survey', prefix => 'apdb_')`, /has what Almagest would make/);
  await failure(t, db, `select apdb.create('sky')`, /ApdbStateError: the schema 'sky' is/);
  await failure(
    t,
    db,
    `select apdb.create('long', '{"enable_replica": true}', 'abcdefghijkl_')`,
    /ApdbConfigError: the prefix 'abcdefghijkl_' is too long/,
  );
  t.deepEqual(await db.query('select from apdb.database'), []);
});

test('what others made on an APDB keeps it from being dropped, and from being changed under them', async (t) => {
  await using db = await database();
  await db.query(`select apdb.create('survey')`);
  await db.query('create view public.bright as select * from survey.dia_source where psf_flux > 1e6');
  await db.query('alter table survey."DiaSource" add column "newFlux" real');
  await db.query(`select apdb.refresh('survey')`);
  await failure(t, db, `select apdb.drop('survey')`, /depend/);
  t.is((await db.query('select from public.bright')).length, 0);
  await db.query('drop view public.bright');
  await db.query(`select apdb.drop('survey')`);
  await failure(t, db, `select apdb.drop('survey')`, /MissingApdbError: there is no APDB 'survey'/);
});

test('an APDB whose schema somebody dropped is forgotten by dropping it', async (t) => {
  await using db = await database();
  await db.query(`select apdb.create('survey')`);
  await db.query('drop schema survey cascade');
  t.like((await db.query('select * from apdb.databases'))[0], { name: 'survey', schema_version: null });
  await db.query(`select apdb.drop('survey')`);
  t.deepEqual(await db.query('select from apdb.database'), []);
});

test('views follow columns that were added', async (t) => {
  await using db = await database();
  await db.query(`select apdb.create('survey')`);
  await db.query('alter table survey."DiaSource" add column "newFlux" real');
  await db.query(`comment on column survey."DiaSource"."newFlux" is 'New [nJy]'`);
  await db.query(`select apdb.refresh('survey')`);
  t.deepEqual(await db.query('select new_flux from survey.dia_source'), []);
  t.deepEqual(
    await db.query(
      `select col_description(attrelid, attnum) as comment from pg_attribute
       where attrelid = 'survey.dia_source'::regclass and attname = 'new_flux'`,
    ),
    [{ comment: 'New [nJy]' }],
  );
});

test('names may have any letters', async (t) => {
  await using db = await database();
  const name = `My "big" (APDB) it's ü`;
  for (const mode of ['baseline', 'pix_id_iov', 'last_object_table']) {
    await db.query(`select apdb.create($1, $2, '"é'' (')`, [
      name,
      JSON.stringify({ dia_object_index: mode, dia_object_nightly: true, htm_index_column: 'pixel "id"' }),
    ]);
    await db.query('select apdb.refresh($1)', [name]);
    t.deepEqual(
      await db.query(`select from "${name.replaceAll('"', '""')}".get_dia_objects('CIRCLE 0 -90 1')`),
      [],
    );
    t.is((await db.query('select name from apdb.databases')).length, 1);
    await db.query('select apdb.detach($1)', [name]);
    await db.query(`select apdb.attach($1, '"é'' (')`, [name]);
    await db.query('select apdb.drop($1)', [name]);
    await db.query(`drop schema "${name.replaceAll('"', '""')}"`);
  }
});

test('the schema public can hold an APDB, and outlives it', async (t) => {
  await using db = await database();
  await db.query(`create table public.mine (id int8)`);
  await db.query(`select apdb.create('public', prefix => 'x_')`);
  t.deepEqual(await db.query(`select from dia_object_latest`), []);
  await db.query('drop table public.mine');
  await db.query(`select apdb.drop('public')`);
  t.is((await db.query(`select from pg_namespace where nspname = 'public'`)).length, 1);
});

test('of two sessions that make one APDB, the second hears of the first', async (t) => {
  await using db = await database();
  const other = await db.connect();
  await db.query('begin');
  await db.query(`select apdb.create('survey')`);
  const second = other.query(`select apdb.create('survey')`).then(
    () => undefined,
    (error: Error) => error.message,
  );
  await db.query('select pg_sleep(0.3)');
  await db.query('commit');
  t.is(await second, "ApdbStateError: there is an APDB 'survey' already");
});

test('the nightly table follows columns that were added to DiaObject', async (t) => {
  await using db = await database();
  await db.query(`select apdb.create('survey', '{"dia_object_nightly": true}')`);
  await db.query('alter table survey."DiaObject" add column "newFlux" real');
  await db.query(`select apdb.refresh('survey')`);
  t.deepEqual(await db.query('select new_flux from survey.dia_object'), []);
});

test('a function of an earlier form goes when it is made anew', async (t) => {
  await using db = await database();
  await db.query(`select apdb.create('survey')`);
  const made = await functions(db);
  await db.query('drop function survey.dia_object_at');
  await db.query('drop function survey.get_dia_sources');
  await db.client.query(`
    create function survey.dia_object_at(mjd_tai float8, region text) returns int language sql return 1;
    create function survey.get_dia_sources(visit_time float8) returns int language sql return 1;
    create function survey.get_dia_sources_of_mine(visit_time float8) returns int language sql return 1`);
  await db.query(`select apdb.refresh('survey')`);
  t.deepEqual(
    (await functions(db)).filter(({ name }) => name !== 'get_dia_sources_of_mine'),
    made,
  );
  t.is((await functions(db)).length, made.length + 1);
});

test('the nightly table comes and goes with its option, and never with rows in it', async (t) => {
  await using db = await database();
  await db.query(`select apdb.create('survey')`);
  await db.query(
    `select apdb.set_options('survey', '{"dia_object_nightly": true, "read_sources_months": 3}')`,
  );
  await insertRows(db, 'DiaObjectNightly', [{ diaObjectId: 1, validityStartMjdTai: 60000 }]);
  t.is((await db.query('select from survey.dia_object_latest')).length, 1);
  const off = `select apdb.set_options('survey', '{"dia_object_nightly": false}')`;
  const error = await failure(
    t,
    db,
    off,
    /ApdbStateError: DiaObjectNightly of the APDB 'survey' holds versions/,
  );
  t.regex(error.hint!, /apdb\.nightly_merge\('survey'\)/);
  await failure(t, db, `select apdb.detach('survey')`, /holds versions/);
  await db.query('delete from survey."DiaObjectNightly"');
  await db.query(off);
  t.deepEqual(await db.query(`select to_regclass('survey."DiaObjectNightly"') as nightly`), [
    { nightly: null },
  ]);
  const [{ options }] = await db.query<{ options: Record<string, unknown> }>(
    `select apdb.options('survey') as options`,
  );
  t.like(options, { dia_object_nightly: false, read_sources_months: 3, dia_object_index: 'baseline' });
  await failure(
    t,
    db,
    `select apdb.set_options('survey', '{"dia_object_index": "pix_id_iov"}')`,
    /ApdbConfigError: .*dia_object_index: is frozen/,
  );
});

test('metadata is read, written once or by force, and deleted', async (t) => {
  await using db = await database();
  await db.query(`select apdb.create('survey', '{"enable_replica": true}', 'x_')`);
  const one = async (sql: string) => Object.values((await db.query(`select ${sql}`))[0])[0];
  t.is(await one(`apdb.get_metadata('version:schema')`), '10.0.0');
  t.is(await one(`apdb.get_metadata('version:ApdbSqlReplica', 'survey')`), '1.0.0');
  t.is(
    await one(`apdb.get_metadata('config:apdb-sql.json')`),
    '{"enable_replica": true, "dia_object_index": "baseline", "htm_level": 20, "htm_index_column": "pixelId", "ra_dec_columns": ["ra", "dec"]}',
  );
  t.is(await one(`apdb.get_metadata('note')`), null);
  await one(`apdb.set_metadata('note', 'it''s one')`);
  await failure(
    t,
    db,
    `select apdb.set_metadata('note', 'two')`,
    /ApdbStateError: .* has metadata 'note' already/,
  );
  t.is(await one(`apdb.get_metadata('note')`), "it's one");
  await one(`apdb.set_metadata('note', 'two', true)`);
  t.is(await one(`apdb.get_metadata('note')`), 'two');
  for (const empty of [`('', 'x')`, `('x', '')`, `(null, 'x')`])
    await failure(t, db, `select apdb.set_metadata${empty}`, /cannot be empty/);
  t.is(await one(`apdb.delete_metadata('note')`), true);
  t.is(await one(`apdb.delete_metadata('note')`), false);
  await failure(
    t,
    db,
    `select apdb.get_metadata('note', 'none')`,
    /MissingApdbError: there is no APDB 'none'/,
  );
});
