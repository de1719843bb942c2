/** ObsCore tables dropped: alone, with the others, with their registry; and dumped and restored. */
import { execFileSync } from 'node:child_process';
import test from 'ava';
import { fails } from '../butler/collection_support.ts';
import { database, type TestDatabase } from '../support/database.ts';
import { create, insertCalexps, insertRaws, isTrue, shown, surveyRegistry } from './survey_support.ts';

/** Everything in the registry's schema: relations with their triggers, functions, types. */
const everything = (db: TestDatabase) =>
  db.query<{ line: string }>(`
    select concat_ws(' ', c.relkind, c.relname) as line from pg_class c where c.relnamespace = 'r'::regnamespace
    union all select concat_ws(' ', 'trigger', t.tgrelid::regclass, t.tgname) from pg_trigger t
      join pg_class c on c.oid = t.tgrelid where c.relnamespace = 'r'::regnamespace and not t.tgisinternal
    union all select concat_ws(' ', 'function', p.oid::regprocedure) from pg_proc p where p.pronamespace = 'r'::regnamespace
    order by 1`);

for (const mode of ['live', 'manual', 'matview'])
  test(`a table that is dropped leaves nothing behind: ${mode}`, async (t) => {
    await using db = await surveyRegistry();
    const before = await everything(db);
    await insertCalexps(db.client, 'runs/b', 1);
    await db.query('delete from r.visit_detector_region where visit = 1 and detector = 1');
    await create(db.client, {}, mode);
    t.notDeepEqual(await everything(db), before);
    await db.query('select obscore.rebuild()');
    await db.query('select obscore.drop()');
    t.deepEqual(await everything(db), before);
    t.deepEqual(await db.query('select 1 from obscore.definition union all select 1 from obscore.error'), []);
    await insertCalexps(db.client, 'runs/c', 1);
    t.is(await create(db.client, {}, mode), 4);
    await isTrue(t, db.client);
  });

test('of several tables one is dropped, and the others go on', async (t) => {
  await using db = await surveyRegistry();
  await create(db.client);
  await create(db.client, { table_name: 'second', collections: ['runs/b'] }, 'manual');
  await create(db.client, { table_name: 'third' }, 'matview');
  await db.query('select obscore.drop()');
  await insertCalexps(db.client, 'runs/b', 1);
  for (const table of ['second', 'third']) {
    await db.query('select obscore.refresh($1)', [table]);
    await isTrue(t, db.client, table);
    t.is((await shown(db.client, table)).length, 4);
  }
  await fails(t, db.query('select obscore.drop()'), 'MissingObsCoreTableError');
});

test('views of users keep a table from being dropped', async (t) => {
  await using db = await surveyRegistry();
  await insertCalexps(db.client, 'runs/b', 1);
  await create(db.client);
  await db.query('create view public.mine as select obs_id from r.obscore');
  await t.throwsAsync(db.query('select obscore.drop()'), { message: /depend/ });
  await insertCalexps(db.client, 'runs/b', 2);
  t.is((await db.query('select from public.mine')).length, 8);
  await db.query('drop view public.mine');
  await db.query('select obscore.drop()');
});

test('a registry that is dropped takes its ObsCore tables along', async (t) => {
  await using db = await surveyRegistry();
  await insertCalexps(db.client, 'runs/b', 1);
  await create(db.client);
  await create(db.client, { table_name: 'snapshot' }, 'matview');
  await db.query(`select butler.drop_registry('r')`);
  t.deepEqual(await db.query(`select from pg_namespace where nspname = 'r'`), []);
  t.deepEqual(await db.query('select * from obscore.tables'), []);
  t.is((await db.query('select from ivoa.obscore')).length, 0);
});

test('a registry that is detached is as its client made it', async (t) => {
  await using db = await surveyRegistry();
  await db.query(`select butler.detach('r')`);
  const before = await everything(db);
  await db.query(`select butler.attach('r')`);
  await create(db.client);
  await create(db.client, { table_name: 'snapshot' }, 'matview');
  await db.query(`select butler.detach('r')`);
  t.deepEqual(await everything(db), before);
});

test('a table whose schema is gone can be forgotten', async (t) => {
  await using db = await surveyRegistry();
  await create(db.client);
  await db.query('drop schema r cascade');
  await db.query(`select obscore.drop('obscore', 'r')`);
  t.deepEqual(await db.query('select * from obscore.definition'), []);
});

test('a dump that is restored has its ObsCore tables, which go on being kept', async (t) => {
  await using db = await surveyRegistry();
  await insertCalexps(db.client, 'runs/b', 1, 2);
  await insertRaws(db.client, 1);
  await db.query('delete from r.visit_detector_region where visit = 2 and detector = 1');
  await create(db.client);
  await create(db.client, { table_name: 'slow' }, 'manual');
  await create(db.client, { table_name: 'snapshot' }, 'matview');
  await insertCalexps(db.client, 'runs/c', 3);
  // A restored materialized view is as of the restoration.
  await db.query(`select obscore.refresh('snapshot')`);
  await using copy = await database({ installed: false });
  const dump = execFileSync('pg_dump', ['--dbname', db.url], { maxBuffer: 2 ** 28 });
  execFileSync('psql', ['--quiet', '--no-psqlrc', '--set', 'ON_ERROR_STOP=1', '--dbname', copy.url], {
    input: dump,
    stdio: ['pipe', 'ignore', 'pipe'],
  });
  const rows = (source: TestDatabase, table: string) =>
    source.query(`select to_jsonb(o) as row from r.${table} o order by registry_dataset_id`);
  for (const table of ['obscore', 'slow', 'snapshot'])
    t.deepEqual(await rows(copy, table), await rows(db, table), table);
  const state =
    'select registry, table_name, mode, on_error, published, errors::int, pending::int from obscore.tables order by 2';
  t.deepEqual(await copy.query(state), await db.query(state));
  await isTrue(t, copy.client);
  await insertCalexps(copy.client, 'runs/c', 1, 2);
  await isTrue(t, copy.client);
  for (const table of ['slow', 'snapshot']) {
    await copy.query('select obscore.refresh($1)', [table]);
    await isTrue(t, copy.client, table);
  }
  await copy.query('select obscore.rebuild()');
  await isTrue(t, copy.client);
});
