import { execFileSync } from 'node:child_process';
import test from 'ava';
import { findInstallation, install } from '../../src/install/install.ts';
import { uninstall } from '../../src/install/uninstall.ts';
import { isAddition, registryCatalog, restore } from '../butler/registry_catalog.ts';
import { database, type TestDatabase } from '../support/database.ts';

async function addRegistry(db: TestDatabase): Promise<void> {
  await db.query(`select butler.create_registry('deep')`);
  await db.query(`select butler.register_dataset_type('bias', '{detector}', 'ExposureF', true, 'deep')`);
  await db.client.query(`
    insert into deep.instrument (name) values ('Cam');
    insert into deep.collection (collection_id, name, type) values (1, 'run', 1), (2, 'inner', 3), (3, 'outer', 3);
    insert into deep.run (collection_id) values (1);
    insert into deep.collection_chain values (2, 0, 1), (3, 0, 2)`);
}

test('uninstalling waits for registries to be given back, or gives them back by cascade', async (t) => {
  for (const method of ['extension', 'sql'] as const) {
    await using db = await database({ installed: false });
    await install(db.client, method);
    await addRegistry(db);
    const error = await t.throwsAsync<Error & { hint: string }>(uninstall(db.client, false));
    t.is(error.message, 'the database has registries of images: deep');
    t.regex(error.hint, /butler\.detach\('name'\)/);
    const before = await registryCatalog(db.client, 'deep', { comments: true });
    await uninstall(db.client, true);
    t.is(await findInstallation(db.client), undefined);
    t.deepEqual(
      await registryCatalog(db.client, 'deep', { comments: true }),
      before.filter((fact) => !isAddition(fact)),
      method,
    );
    t.deepEqual(await db.query('select from pg_event_trigger'), []);
    await db.query('insert into deep.collection_chain values (3, 1, 1)');
    await install(db.client, method);
    await db.query(`select butler.attach('deep')`);
    t.deepEqual(await registryCatalog(db.client, 'deep', { comments: true }), before, method);
  }
});

test('dropping the extension by hand names the triggers of registries, and with cascade lets clients go on', async (t) => {
  await using db = await database();
  await addRegistry(db);
  const error = await t.throwsAsync<Error & { detail: string }>(db.query('drop extension almagest'));
  t.regex(error.detail, /trigger almagest_flat_insert on table deep\.collection_chain/);
  await db.query('drop extension almagest cascade');
  await db.query('insert into deep.collection_chain values (3, 1, 1)');
  await db.query('create extension almagest');
  await db.query(`select butler.attach('deep')`);
  t.deepEqual(await db.query('select parent::int, rank, child::int from deep.collection_flat order by 1'), [
    { parent: 2, rank: 0, child: 1 },
    { parent: 3, rank: 0, child: 1 },
  ]);
});

test('a dump of a registry restores to the same, and is kept as before', async (t) => {
  for (const method of ['extension', 'sql'] as const) {
    await using db = await database({ installed: false });
    await using restored = await database({ installed: false });
    await install(db.client, method);
    await addRegistry(db);
    restore(
      restored.url,
      execFileSync('pg_dump', ['--dbname', db.url], { encoding: 'utf8', maxBuffer: 2 ** 28 }),
    );
    t.deepEqual(
      await registryCatalog(restored.client, 'deep', { comments: true }),
      await registryCatalog(db.client, 'deep', { comments: true }),
      method,
    );
    for (const sql of [
      'select name, origin, since from butler.registry',
      'select parent, rank, child from deep.collection_flat order by parent, rank',
      'select evtname, evtevent, evttags from pg_event_trigger',
    ])
      t.deepEqual(await restored.query(sql), await db.query(sql), sql);
    await t.throwsAsync(restored.query('insert into deep.collection_chain values (2, 1, 3)'), {
      message: /CollectionCycleError/,
    });
    await restored.query(
      `select butler.register_dataset_type('flat', '{exposure}', 'ExposureF', true, 'deep')`,
    );
    t.is(
      (await registryCatalog(restored.client, 'deep')).filter((fact) => /_00000002_almagest/.test(fact))
        .length,
      4,
    );
  }
});
