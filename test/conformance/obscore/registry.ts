/** The reference's registry, adopted: one for all tests of a file, which leave it as it is. */
import test from 'ava';
import { restoreRegistry } from '../../butler/registry_catalog.ts';
import { database, type TestDatabase } from '../../support/database.ts';

let shared: Promise<TestDatabase> | undefined;

/** A database with the registry in schema `public`; made by the first test that asks, however many ask at once. */
export function registry(): Promise<TestDatabase> {
  shared ??= (async () => {
    const db = await database();
    restoreRegistry(db.url);
    await db.query(`select butler.attach('public')`);
    return db;
  })();
  return shared;
}

test.after.always(async () => (await shared)?.close());
