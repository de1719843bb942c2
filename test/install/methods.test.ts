import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test from 'ava';
import { checkout } from '../../src/cluster/home.ts';
import { findInstallation, install } from '../../src/install/install.ts';
import { uninstall } from '../../src/install/uninstall.ts';
import { catalog } from '../support/catalog.ts';
import { database } from '../support/database.ts';

const snapshot = path.join(checkout, 'test/install/catalog.txt');

test('an extension and plain SQL give the same catalog', async (t) => {
  await using packaged = await database();
  await using plain = await database({ installed: false });
  const installed = await install(plain.client, 'sql');
  t.is(installed.method, 'sql');
  t.is((await findInstallation(packaged.client))?.method, 'extension');
  t.deepEqual(await catalog(plain.client), await catalog(packaged.client));
});

test('the catalog is the one kept in git (UPDATE_CATALOG=1 rewrites it)', async (t) => {
  await using db = await database();
  const now = `${(await catalog(db.client, { bodies: false })).join('\n')}\n`;
  if (process.env.UPDATE_CATALOG) writeFileSync(snapshot, now);
  t.is(now, readFileSync(snapshot, 'utf8'));
});

test('installing again changes nothing, by either method', async (t) => {
  for (const method of ['extension', 'sql'] as const) {
    await using db = await database({ installed: false });
    await install(db.client, method);
    const before = await catalog(db.client);
    await install(db.client);
    t.deepEqual(await catalog(db.client), before, method);
  }
});

test('two sessions that install at once both succeed', async (t) => {
  for (const method of ['extension', 'sql'] as const) {
    await using db = await database({ installed: false });
    const other = await db.connect();
    const both = await Promise.all([install(db.client, method), install(other, method)]);
    t.is(both[0].version, both[1].version);
  }
});

test('every function body passes its language’s check', async (t) => {
  await using db = await database();
  const functions = await db.query<{ definition: string; name: string }>(`
    select pg_get_functiondef(p.oid) as definition, p.oid::regprocedure::text as name
    from pg_proc p
    where p.pronamespace in ('almagest'::regnamespace, 'apdb'::regnamespace, 'butler'::regnamespace, 'obscore'::regnamespace, 'sky'::regnamespace)`);
  t.true(functions.length > 10);
  for (const { definition, name } of functions)
    await t.notThrowsAsync(db.client.query(definition), `${name} does not compile`);
});

test('tables called migrations in other schemas are left alone', async (t) => {
  await using db = await database({ installed: false });
  await db.client.query('create schema other; create table other.migrations (note text)');
  await db.client.query(
    `create table public.migrations (note text); insert into public.migrations values ('mine')`,
  );
  await install(db.client, 'sql');
  t.deepEqual(await db.query('select note from public.migrations'), [{ note: 'mine' }]);
  t.is((await findInstallation(db.client))?.method, 'sql');
});

test('a database that is newer than the tool is refused', async (t) => {
  await using db = await database({ installed: false });
  await install(db.client, 'sql');
  await db.client.query(`create or replace function almagest.version() returns text language sql immutable
                         as $$ select '999.0.0' $$`);
  const error = await t.throwsAsync(install(db.client));
  t.regex(error.message, /999\.0\.0, which is newer/);
});

test('a frozen migration that changed is refused', async (t) => {
  await using db = await database({ installed: false });
  await install(db.client, 'sql');
  await db.client.query(`update almagest.migrations set hash = 'x' where id = 1`);
  const error = await t.throwsAsync(install(db.client));
  t.regex(error.message, /Hashes don't match/);
});

test('uninstalling leaves nothing of ours and all that is the user’s', async (t) => {
  for (const method of ['extension', 'sql'] as const) {
    await using db = await database({ installed: false });
    await install(db.client, method);
    await db.client.query('create table public.star (ra float8, dec float8); insert into star values (1, 2)');
    await uninstall(db.client, false);
    t.is(await findInstallation(db.client), undefined);
    t.deepEqual(await catalog(db.client), []);
    t.deepEqual(await db.query('select * from public.star'), [{ ra: 1, dec: 2 }]);
  }
});

test('uninstalling refuses while an index or a view needs us, and goes on with cascade', async (t) => {
  for (const method of ['extension', 'sql'] as const) {
    await using db = await database({ installed: false });
    await install(db.client, method);
    await db.client.query('create view public.which as select almagest.version()');
    const error = await t.throwsAsync(uninstall(db.client, false));
    t.regex(error.message, /depend/);
    t.truthy(await findInstallation(db.client));
    await uninstall(db.client, true);
    t.is(await findInstallation(db.client), undefined);
  }
});

test('a dump restores to the same catalog and rows', async (t) => {
  for (const method of ['extension', 'sql'] as const) {
    await using db = await database({ installed: false });
    await using restored = await database({ installed: false });
    await install(db.client, method);
    await db.client.query(`create table public.star (id int8 primary key, ra float8, dec float8);
                           insert into star values (9007199254740993, 359.9999, -90)`);
    await db.client.query(`select sky.add_position_index('public.star')`);
    const dump = execFileSync('pg_dump', ['--dbname', db.url], { encoding: 'utf8', maxBuffer: 2 ** 28 });
    execFileSync('psql', ['-X', '-q', '-v', 'ON_ERROR_STOP=1', '-o', '/dev/null', restored.url], {
      input: dump,
    });
    // Not the bodies: the server prints some constants otherwise once it has read its own print.
    const kept = { bodies: false };
    t.deepEqual(await catalog(restored.client, kept), await catalog(db.client, kept), method);
    t.deepEqual(
      await restored.query(
        'select id from public.star where sky.in_cone(ra, dec, 0, -90, radius_arcsec => 1)',
      ),
      [{ id: 9007199254740993n }],
    );
  }
});
