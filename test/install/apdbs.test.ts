/** What becomes of APDBs when Almagest goes, comes back, or is dumped and restored. */
import { execFileSync } from 'node:child_process';
import test from 'ava';
import { findInstallation, install } from '../../src/install/install.ts';
import { uninstall } from '../../src/install/uninstall.ts';
import { registryCatalog, restore } from '../butler/registry_catalog.ts';
import { database, type TestDatabase } from '../support/database.ts';

const facts = async (db: TestDatabase) => registryCatalog(db.client, 'survey', { comments: true });

const functions = (db: TestDatabase) =>
  db.query(
    `select oid::regprocedure::text as name, prosrc, provolatile, proacl::text, obj_description(oid, 'pg_proc')
     from pg_proc where pronamespace = 'survey'::regnamespace order by 1`,
  );

async function addApdb(db: TestDatabase): Promise<void> {
  await db.query(
    `select apdb.create('survey', '{"dia_object_index": "pix_id_iov", "enable_replica": true}', 'x_')`,
  );
  await db.query(
    `insert into survey.stored_visit values (9007199254740993, 7, 60000, 1, 2, 3, '{9007199254740993}')`,
  );
}

const isOurs = (fact: string) =>
  /^[cv] |almagest|^comment (dia_|lightcurve)|comment stored_visit\. /.test(fact);

test('uninstalling waits for APDBs to be given back, or gives them back by cascade', async (t) => {
  for (const method of ['extension', 'sql'] as const) {
    await using db = await database({ installed: false });
    await install(db.client, method);
    await addApdb(db);
    const error = await t.throwsAsync<Error & { hint: string }>(uninstall(db.client, false));
    t.is(error.message, 'the database has APDBs: survey');
    t.regex(error.hint, /apdb\.detach\('name'\)/);
    const before = await facts(db);
    const made = await functions(db);
    await uninstall(db.client, true);
    t.is(await findInstallation(db.client), undefined);
    t.deepEqual(
      (await facts(db)).filter((fact) => !isOurs(fact)),
      before.filter((fact) => !isOurs(fact)),
      method,
    );
    t.deepEqual(await functions(db), []);
    await install(db.client, method);
    await db.query(`select apdb.attach('survey', 'x_')`);
    t.deepEqual(await facts(db), before, method);
    t.deepEqual(await functions(db), made, method);
    t.deepEqual(await db.query('select visit from survey.stored_visit'), [{ visit: 9007199254740993n }]);
  }
});

test('an APDB outlives the extension dropped by hand, and is attached again', async (t) => {
  await using db = await database();
  await addApdb(db);
  const before = await facts(db);
  await db.query('drop extension almagest cascade');
  t.deepEqual(await db.query('select from survey.dia_object'), []);
  await db.query('create extension almagest');
  await db.query(`select apdb.attach('survey', 'x_')`);
  t.deepEqual(await facts(db), before);
  t.deepEqual(await db.query(`select from survey.get_dia_objects('CIRCLE 0 90 1')`), []);
});

test('a dump of an APDB restores to the same, and is worked with as before', async (t) => {
  for (const method of ['extension', 'sql'] as const) {
    await using db = await database({ installed: false });
    await using restored = await database({ installed: false });
    await install(db.client, method);
    await addApdb(db);
    restore(
      restored.url,
      execFileSync('pg_dump', ['--dbname', db.url], { encoding: 'utf8', maxBuffer: 2 ** 28 }),
    );
    t.deepEqual(await facts(restored), await facts(db), method);
    t.deepEqual(await functions(restored), await functions(db), method);
    for (const sql of [
      'select name, prefix, options::text, origin, since from apdb.database',
      'select * from survey.stored_visit',
      'select name, value from survey.x_metadata order by name',
      `select apdb.options('survey')::text`,
    ])
      t.deepEqual(await restored.query(sql), await db.query(sql), sql);
    t.deepEqual(await restored.query(`select from survey.get_dia_objects('CIRCLE 0 90 1')`), []);
    await restored.query(`select apdb.refresh('survey')`);
    t.deepEqual(await functions(restored), await functions(db), method);
  }
});

test('the schema of an APDB, dumped alone, is attached where it is restored', async (t) => {
  await using db = await database();
  await using restored = await database();
  await addApdb(db);
  restore(
    restored.url,
    execFileSync('pg_dump', ['--schema', 'survey', '--dbname', db.url], {
      encoding: 'utf8',
      maxBuffer: 2 ** 28,
    }),
  );
  await restored.query(`select apdb.attach('survey', 'x_')`);
  t.deepEqual(await facts(restored), await facts(db));
  t.deepEqual(await functions(restored), await functions(db));
});

test('readers read an APDB, loaders store in it, and nobody else does anything', async (t) => {
  await using db = await database();
  await db.query(
    `select apdb.create('survey', '{"dia_object_nightly": true, "dia_object_index": "last_object_table", "enable_replica": true}')`,
  );
  const rights = (role: string, kinds: string) =>
    db.query<{ name: string }>(
      `select c.relname::text as name from pg_class c
       where c.relnamespace = 'survey'::regnamespace and c.relkind in ('r', 'v')
         and has_table_privilege($1, c.oid, $2) and ($2 = 'select' or c.relkind = 'r') order by 1`,
      [role, kinds],
    );
  const all = await db.query<{ name: string; kind: string }>(
    `select relname::text as name, relkind::text as kind from pg_class
     where relnamespace = 'survey'::regnamespace and relkind in ('r', 'v') order by 1`,
  );
  const names = all.map(({ name }) => ({ name }));
  const tables = all.filter(({ kind }) => kind === 'r').map(({ name }) => ({ name }));
  t.deepEqual(await rights('almagest_reader', 'select'), names);
  t.deepEqual(await rights('almagest_reader', 'insert, update, delete, truncate'), []);
  t.deepEqual(await rights('almagest_loader', 'insert'), tables);
  t.deepEqual(await rights('almagest_loader', 'update'), tables);
  t.deepEqual(await rights('almagest_loader', 'delete'), tables);
  t.deepEqual(await rights('almagest_loader', 'truncate'), [{ name: 'DiaObjectNightly' }]);
  t.deepEqual(await rights('almagest_owner', 'truncate'), tables);
  t.deepEqual(
    await db.query(
      `select p.proname from pg_proc p
       where p.pronamespace = 'survey'::regnamespace
         and (has_function_privilege('public', p.oid, 'execute') or not has_function_privilege('almagest_reader', p.oid, 'execute'))`,
    ),
    [],
  );
  t.deepEqual(
    await db.query(
      `select has_schema_privilege('public', 'survey', 'usage') as anyone, has_schema_privilege('almagest_reader', 'survey', 'usage') as reader,
              has_schema_privilege('almagest_loader', 'survey', 'create') as loader, has_schema_privilege('almagest_owner', 'survey', 'create') as owner`,
    ),
    [{ anyone: false, reader: true, loader: false, owner: true }],
  );
});

test('an owner makes an APDB, a loader stores in it, a reader reads it', async (t) => {
  await using db = await database();
  const suffix = Math.random().toString(36).slice(2, 10);
  const roles = ['owner', 'loader', 'reader'].map((kind) => ({ kind, role: `apdb_${kind}_${suffix}` }));
  const as = async (kind: string) => db.query(`set role ${roles.find((one) => one.kind === kind)!.role}`);
  for (const { kind, role } of roles) await db.query(`create role ${role} nologin in role almagest_${kind}`);
  const [{ current }] = await db.query<{ current: string }>('select current_database() as current');
  try {
    await db.query(`grant create on database ${current} to ${roles[0].role}`);
    await as('loader');
    await t.throwsAsync(db.query(`select apdb.create('survey')`), { message: /permission denied/ });
    await as('owner');
    await db.query(`select apdb.create('survey', '{"dia_object_index": "last_object_table"}')`);
    await db.query(`select apdb.set_options('survey', '{"read_sources_months": 6}')`);
    await as('loader');
    await t.throwsAsync(db.query(`select apdb.set_options('survey', '{}')`), {
      message: /permission denied|must be owner/,
    });
    await t.throwsAsync(db.query(`select apdb.drop('survey')`), {
      message: /permission denied|must be owner/,
    });
    const store = `
      do $$
      begin
        perform apdb.stage();
        execute (
          select format('insert into new_dia_object (%s) select %s',
            string_agg(quote_ident(attname), ', '), string_agg(case attname when 'diaObjectId' then '9007199254740993' else '1' end, ', '))
          from pg_attribute
          where attrelid = 'survey."DiaObject"'::regclass and attnum > 0 and attnotnull
            and attname not in ('pixelId', 'validityStartMjdTai'));
        perform apdb.store(60000, 5);
      end
      $$`;
    await db.client.query(store);
    await as('reader');
    t.deepEqual(await db.query(`select "diaObjectId" as id from survey.get_dia_objects('CIRCLE 1 1 0.1')`), [
      { id: 9007199254740993n },
    ]);
    t.is((await db.query('select from survey.dia_object_latest')).length, 1);
    t.like((await db.query('select * from apdb.databases'))[0], { name: 'survey', schema_version: '10.0.0' });
    await t.throwsAsync(db.query('select apdb.store(60001)'), {
      message: /permission denied|no .*rows|nothing/i,
    });
    await t.throwsAsync(db.query(`delete from survey."DiaObject"`), { message: /permission denied/ });
    await t.throwsAsync(db.query(`select apdb.set_metadata('a', 'b')`), { message: /permission denied/ });
  } finally {
    await db.query('reset role');
    for (const { role } of roles) await db.client.query(`drop owned by ${role} cascade; drop role ${role}`);
  }
});
