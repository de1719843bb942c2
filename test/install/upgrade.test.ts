import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import test from 'ava';
import { migrate } from 'postgres-migrations';
import {
  driverScript,
  extensionScript,
  type Inputs,
  readInputs,
  upgradeScript,
} from '../../src/build/assemble.ts';
import { checkout, clusterHome } from '../../src/cluster/home.ts';
import { ensureTree } from '../../src/cluster/tree.ts';
import { install } from '../../src/install/install.ts';
import { version } from '../../src/version.ts';
import { catalog } from '../support/catalog.ts';
import { database } from '../support/database.ts';

const oldVersion = '0.0.1';

/** A release as it may have been before this one: the first migration only, and routines that have changed since. */
async function earlierRelease(): Promise<Inputs> {
  const now = await readInputs(checkout, version);
  return {
    ...now,
    version: oldVersion,
    migrations: now.migrations.slice(0, 1),
    routines: `create function almagest.version() returns text language sql as $$ select '${oldVersion}' $$;`,
  };
}

test('ALTER EXTENSION UPDATE from an earlier release gives the catalog of a fresh installation', async (t) => {
  await using db = await database({ installed: false });
  await using fresh = await database();
  const extensions = path.join(ensureTree(clusterHome()).share, 'extension');
  const old = path.join(extensions, `almagest--${oldVersion}.sql`);
  const upgrade = path.join(extensions, `almagest--${oldVersion}--${version}.sql`);
  const now = await readInputs(checkout, version);
  writeFileSync(old, extensionScript(await earlierRelease()));
  writeFileSync(upgrade, upgradeScript(now, { version: oldVersion, lastMigration: 1 }));
  try {
    await db.client.query(`create extension almagest version '${oldVersion}' cascade`);
    t.deepEqual(await db.query('select almagest.version()'), [{ version: oldVersion }]);
    const after = await install(db.client);
    t.is(after.version, version);
  } finally {
    rmSync(old);
    rmSync(upgrade);
  }
  t.deepEqual(await catalog(db.client), await catalog(fresh.client));
});

test('almagest install over an earlier release in plain SQL gives the catalog of a fresh installation', async (t) => {
  await using db = await database({ installed: false });
  await using fresh = await database();
  const release = await earlierRelease();
  const migrations = mkdtempSync(path.join(os.tmpdir(), 'almagest-migrations-'));
  try {
    for (const { id, name, sql } of release.migrations)
      writeFileSync(path.join(migrations, `${String(id).padStart(4, '0')}_${name}.sql`), sql);
    await db.client.query('create extension plv8');
    await db.client.query(`begin; ${release.bootstrap}; commit`);
    await db.client.query('set search_path = almagest');
    await migrate({ client: db.client }, migrations);
    await db.client.query('reset search_path');
    await db.client.query(`begin; ${driverScript(release)}; commit`);
  } finally {
    rmSync(migrations, { recursive: true });
  }
  const after = await install(db.client);
  t.deepEqual({ method: after.method, version: after.version }, { method: 'sql', version });
  t.deepEqual(await catalog(db.client), await catalog(fresh.client));
});
