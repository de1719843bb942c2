/** Collections of a registry: registering, looking at them, and finding them by names and patterns. */
import test, { type ExecutionContext } from 'ava';
import { database, type TestDatabase } from '../support/database.ts';

async function registry(): Promise<TestDatabase> {
  const db = await database();
  await db.query(`select butler.create_registry('r')`);
  return db;
}

async function fails(t: ExecutionContext, promise: Promise<unknown>, name: string): Promise<{ detail: string }> {
  const error = await t.throwsAsync(promise);
  t.true(error!.message.startsWith(`${name}: `), error!.message);
  return error as unknown as { detail: string };
}

const register = async (db: TestDatabase, name: string | null, type?: string | null) => {
  const [row] =
    type === undefined
      ? await db.query<{ made: boolean }>('select butler.register_collection($1) as made', [name])
      : await db.query<{ made: boolean }>('select butler.register_collection($1, $2) as made', [name, type]);
  return row.made;
};

const find = async (db: TestDatabase, expression: readonly (string | null)[], options = '') =>
  (
    await db.query<{ name: string }>(`select name from butler.query_collections($1${options})`, [expression])
  ).map(({ name }) => name);

test('a collection is made once, and one that exists stays as it is whatever the type', async (t) => {
  await using db = await registry();
  t.true(await register(db, 'DECam/raw/all'));
  t.false(await register(db, 'DECam/raw/all', 'RUN'));
  t.false(await register(db, 'DECam/raw/all', 'TAGGED'));
  t.deepEqual(await db.query(`select * from butler.get_collection('DECam/raw/all')`), [
    { name: 'DECam/raw/all', type: 'RUN', doc: null, children: [], parents: [], dataset_types: [] },
  ]);
  t.is((await db.query('select * from r.run')).length, 1);
});
