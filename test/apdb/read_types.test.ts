/** Types of the rows that readers give: their columns, what is said of them, and when they are made anew. */
import test from 'ava';
import { database, type TestDatabase } from '../support/database.ts';

const readers = (db: TestDatabase) =>
  db.query<{ name: string; row: string }>(
    `select p.proname::text as name, p.prorettype::regtype::text as row
     from pg_proc p
     where p.pronamespace = 'survey'::regnamespace and p.proname like 'get_dia%'
     order by 1`,
  );

const types = async (db: TestDatabase) =>
  (
    await db.query<{ name: string }>(
      `select relname::text as name from pg_class
       where relnamespace = 'survey'::regnamespace and relkind = 'c' order by 1`,
    )
  ).map(({ name }) => name);

const columns = (db: TestDatabase, relation: string) =>
  db.query(
    `select attname::text as name, format_type(atttypid, atttypmod) as type, col_description(attrelid, attnum) as comment
     from pg_attribute
     where attrelid = $1::regclass and attnum > 0 and not attisdropped and attname <> 'pixelId'
     order by attnum`,
    [relation],
  );

test('readers give rows of types with the columns of the tables and their comments', async (t) => {
  await using db = await database();
  await db.query(`select apdb.create('survey', '{"enable_replica": true}', 'x_')`);
  t.deepEqual(await readers(db), [
    { name: 'get_dia_forced_source_chunks', row: 'survey.dia_forced_source_chunk_row' },
    { name: 'get_dia_forced_sources', row: 'survey.dia_forced_source_row' },
    { name: 'get_dia_object_chunks', row: 'survey.dia_object_chunk_row' },
    { name: 'get_dia_objects', row: 'survey.dia_object_row' },
    { name: 'get_dia_objects_for_dedup', row: 'survey.dia_object_dedup_row' },
    { name: 'get_dia_source_chunks', row: 'survey.dia_source_chunk_row' },
    { name: 'get_dia_sources', row: 'survey.dia_source_row' },
    { name: 'get_dia_sources_for_dia_objects', row: 'survey.dia_source_row' },
  ]);
  for (const [type, table] of [
    ['dia_object_row', 'x_DiaObject'],
    ['dia_source_row', 'x_DiaSource'],
    ['dia_forced_source_row', 'x_DiaForcedSource'],
  ])
    t.deepEqual(await columns(db, `survey.${type}`), await columns(db, `survey."${table}"`), type);
  t.like((await columns(db, 'survey.dia_source_chunk_row'))[0], {
    name: 'apdb_replica_chunk',
    type: 'bigint',
  });
  t.deepEqual(
    await db.query(
      `select c.relname, a.attname
       from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0
       where c.relnamespace = 'survey'::regnamespace and c.relkind = 'c'
         and (obj_description(c.reltype, 'pg_type') is null or coalesce(col_description(c.oid, a.attnum), '') = ''
              or not has_type_privilege('almagest_reader', c.reltype, 'usage'))`,
    ),
    [],
  );
});

test('the types follow the options, and go with the readers', async (t) => {
  await using db = await database();
  await db.query(`select apdb.create('survey', '{"dia_object_columns_for_dedup": []}')`);
  const three = ['dia_forced_source_row', 'dia_object_row', 'dia_source_row'];
  t.deepEqual(await types(db), three);
  await db.query(
    `select apdb.set_options('survey',
       '{"dia_object_columns": ["ra", "diaObjectId"], "dia_object_columns_for_dedup": ["nDiaSources"]}')`,
  );
  t.deepEqual(await types(db), [
    'dia_forced_source_row',
    'dia_object_dedup_row',
    'dia_object_row',
    'dia_source_row',
  ]);
  const { fields } = await db.client.query(`select * from survey.get_dia_objects('CIRCLE 0 0 1')`);
  t.deepEqual(
    fields.map((field) => field.name),
    ['ra', 'diaObjectId'],
  );
  await db.query(
    `select apdb.set_options('survey', '{"dia_object_columns": [], "dia_object_columns_for_dedup": []}')`,
  );
  t.deepEqual(await types(db), three);
  await db.query(`select apdb.detach('survey')`);
  t.deepEqual(await types(db), []);
  await db.query('create type survey.dia_source_row as (mine int)');
  const error = await t.throwsAsync<Error & { detail: string }>(db.query(`select apdb.attach('survey')`), {
    message: /ApdbStateError: the schema 'survey' has what Almagest would make in it/,
  });
  t.regex(error.detail, /survey\.dia_source_row/);
  await db.query('drop type survey.dia_source_row');
  await db.query(`select apdb.attach('survey')`);
  t.is((await types(db)).length, 4);
  await db.query(`select apdb.drop('survey')`);
  t.deepEqual(await types(db), []);
});

test('what others made on readers stays while its rows do, and keeps them as they are otherwise', async (t) => {
  await using db = await database();
  await db.query(`select apdb.create('survey')`);
  await db.query(`create view public.field as select * from survey.get_dia_sources(60000, 'CIRCLE 0 0 1')`);
  await db.query(`select apdb.refresh('survey')`);
  await db.query(`select apdb.set_options('survey', '{"dia_object_columns": ["diaObjectId"]}')`);
  t.deepEqual(await db.query('select from public.field'), []);
  await db.query('alter table survey."DiaSource" add column "newFlux" real');
  const error = await t.throwsAsync<Error & { code: string; detail: string; hint: string }>(
    db.query(`select apdb.refresh('survey')`),
    { message: /ApdbStateError: .* 'survey' cannot be made anew: others depend on them/ },
  );
  t.is(error.code, 'AP003');
  t.regex(error.detail, /view (public\.)?field depends on function survey\.get_dia_sources/);
  t.truthy(error.hint);
  t.deepEqual(await db.query('select from public.field'), []);
  await db.query('drop view public.field');
  await db.query(`select apdb.refresh('survey')`);
  t.deepEqual(await db.query(`select "newFlux" from survey.get_dia_sources(60000, 'CIRCLE 0 0 1')`), []);
});
