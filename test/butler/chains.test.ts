/** Edits of chains: what each leaves behind, and what it refuses. */
import test, { type ExecutionContext } from 'ava';
import type { TestDatabase } from '../support/database.ts';
import { fails, flatIsRight, register, registry, value } from './collection_support.ts';

/** Runs r1 to r5, tags t, chains A, B and C. */
async function collections(): Promise<TestDatabase> {
  const db = await registry();
  await register(db.client, 'RUN', 'r1', 'r2', 'r3', 'r4', 'r5');
  await register(db.client, 'TAGGED', 't');
  await register(db.client, 'CHAINED', 'A', 'B', 'C');
  return db;
}

type Edit = 'set_chain' | 'prepend_chain' | 'extend_chain' | 'remove_from_chain';

const edit = (db: TestDatabase, name: Edit, parent: unknown, children: unknown, ...more: unknown[]) =>
  value<string[]>(db.client, name, parent, children, ...more);
const chain = (db: TestDatabase, parent: string) => value<string[]>(db.client, 'get_chain', parent);

async function positions(db: TestDatabase, parent: string): Promise<number[]> {
  const rows = await db.query<{ position: number }>(
    `select l.position from r.collection_chain l join r.collection c on c.collection_id = l.parent
     where c.name = $1 order by 1`,
    [parent],
  );
  return rows.map(({ position }) => position);
}

/** That a call fails by that name and changes nothing of a chain. */
async function refuses(
  t: ExecutionContext,
  db: TestDatabase,
  parent: string,
  call: () => Promise<unknown>,
  name: string,
) {
  const before = await chain(db, parent);
  const error = await fails(t, call(), name);
  t.deepEqual(await chain(db, parent), before);
  return error;
}

test('a chain takes its children in the order given, the first of repeated ones counts', async (t) => {
  await using db = await collections();
  t.deepEqual(await edit(db, 'set_chain', 'A', ['r2', 'r1', 't', 'r1', 'r2']), ['r2', 'r1', 't']);
  t.deepEqual(await edit(db, 'set_chain', 'A', ['t', 'r3', 'r1', 'r4']), ['t', 'r3', 'r1', 'r4']);
  t.deepEqual(await positions(db, 'A'), [0, 1, 2, 3]);
  t.deepEqual(await edit(db, 'set_chain', 'A', ['r5']), ['r5']);
  await flatIsRight(t, db);
  t.deepEqual(await edit(db, 'set_chain', 'A', []), []);
  await flatIsRight(t, db);
});

test('prepending and extending move children that are there already', async (t) => {
  await using db = await collections();
  await edit(db, 'set_chain', 'A', ['r1', 'r2', 'r3']);
  t.deepEqual(await edit(db, 'prepend_chain', 'A', ['r3', 'r4']), ['r3', 'r4', 'r1', 'r2']);
  t.deepEqual(await edit(db, 'extend_chain', 'A', ['r3', 'r5', 'r3']), ['r4', 'r1', 'r2', 'r3', 'r5']);
  t.deepEqual(await edit(db, 'prepend_chain', 'A', ['r4', 'r1']), ['r4', 'r1', 'r2', 'r3', 'r5']);
  t.deepEqual(await edit(db, 'extend_chain', 'A', []), ['r4', 'r1', 'r2', 'r3', 'r5']);
  t.deepEqual(await edit(db, 'extend_chain', 'B', ['A', 'r1']), ['A', 'r1']);
  t.deepEqual(await edit(db, 'prepend_chain', 'A', ['r5', 'r3', 'r2', 'r1', 'r4']), [
    'r5',
    'r3',
    'r2',
    'r1',
    'r4',
  ]);
  await flatIsRight(t, db);
});

test('removing takes out what is there and ignores what is not', async (t) => {
  await using db = await collections();
  await edit(db, 'set_chain', 'A', ['r1', 'r2', 'r3']);
  t.deepEqual(await edit(db, 'remove_from_chain', 'A', ['r2', 'r5']), ['r1', 'r3']);
  t.deepEqual(await edit(db, 'remove_from_chain', 'A', ['t']), ['r1', 'r3']);
  t.deepEqual(await edit(db, 'remove_from_chain', 'A', ['r1', 'r3']), []);
  await flatIsRight(t, db);
});

test('flattening puts the members of a chain in its place', async (t) => {
  await using db = await collections();
  await edit(db, 'set_chain', 'C', ['r3']);
  await edit(db, 'set_chain', 'B', ['C', 'r1']);
  t.deepEqual(await edit(db, 'set_chain', 'A', ['B', 'C', 'r2'], true), ['r3', 'r1', 'r2']);
  t.deepEqual(await edit(db, 'set_chain', 'A', ['A', 't'], true), ['r3', 'r1', 'r2', 't']);
  await flatIsRight(t, db);
});

test('a diamond is allowed, a cycle never, and a refused edit leaves the chain as it was', async (t) => {
  await using db = await collections();
  await edit(db, 'set_chain', 'A', ['B', 'r1']);
  await edit(db, 'set_chain', 'B', ['C', 'r2']);
  for (const name of ['set_chain', 'prepend_chain', 'extend_chain'] as const) {
    await refuses(t, db, 'A', () => edit(db, name, 'A', ['A']), 'CollectionCycleError');
    await refuses(t, db, 'B', () => edit(db, name, 'B', ['r3', 'A']), 'CollectionCycleError');
    await refuses(t, db, 'C', () => edit(db, name, 'C', ['A', 'r1']), 'CollectionCycleError');
  }
  t.deepEqual(await edit(db, 'set_chain', 'A', ['C', 'B', 'r1']), ['C', 'B', 'r1']);
  await flatIsRight(t, db);
});

test('what is missing, no chain, a pattern or NULL is refused by name', async (t) => {
  await using db = await collections();
  await edit(db, 'set_chain', 'A', ['r1', 'r2']);
  for (const name of ['set_chain', 'prepend_chain', 'extend_chain', 'remove_from_chain'] as const) {
    await refuses(t, db, 'A', () => edit(db, name, 'A', ['r3', 'nope']), 'MissingCollectionError');
    await fails(t, edit(db, name, 'nope', ['r3']), 'MissingCollectionError');
    await fails(t, edit(db, name, 'r1', ['r3']), 'CollectionTypeError');
    await fails(t, edit(db, name, 't', ['r3']), 'CollectionTypeError');
    // Where the whole of a chain is set, a pattern is seen to be one; elsewhere no collection has that name.
    const refusal = name === 'set_chain' ? 'CollectionExpressionError' : 'MissingCollectionError';
    for (const glob of ['*', 'r?', 'r[3-5]'])
      await refuses(t, db, 'A', () => edit(db, name, 'A', ['r3', glob]), refusal);
    await refuses(t, db, 'A', () => edit(db, name, 'A', ['r3', null]), 'CollectionExpressionError');
    await refuses(t, db, 'A', () => edit(db, name, 'A', null), 'CollectionExpressionError');
    await refuses(t, db, 'A', () => edit(db, name, 'A', ['']), 'MissingCollectionError');
    await fails(t, edit(db, name, null, ['r3']), 'CollectionExpressionError');
  }
  await fails(t, chain(db, 'r1'), 'CollectionTypeError');
  await flatIsRight(t, db);
});

test('names of children are data, whatever they hold', async (t) => {
  await using db = await collections();
  const names = [`it's`, '"q"', '50%', '{x,y}', 'a\\b', 'Ω𝄞', 'NULL', ' '];
  await register(db.client, 'RUN', ...names);
  t.deepEqual(await edit(db, 'set_chain', 'A', names), names);
  t.deepEqual(await edit(db, 'prepend_chain', 'A', ['NULL']), [
    'NULL',
    ...names.filter((name) => name !== 'NULL'),
  ]);
});

test('positions are counted anew when they run out at either end', async (t) => {
  await using db = await collections();
  await edit(db, 'set_chain', 'A', ['r1', 'r2']);
  const shift = (by: number) =>
    db.query(
      `update r.collection_chain set position = position + $1 where child = any(
      select collection_id from r.collection where name in ('r1', 'r2'))`,
      [by],
    );
  await shift(-32767);
  t.deepEqual(await positions(db, 'A'), [-32767, -32766]);
  t.deepEqual(await edit(db, 'prepend_chain', 'A', ['r3']), ['r3', 'r1', 'r2']);
  t.deepEqual(await positions(db, 'A'), [-32768, -32767, -32766]);
  t.deepEqual(await edit(db, 'prepend_chain', 'A', ['r2', 'r4']), ['r2', 'r4', 'r3', 'r1']);
  t.deepEqual(await positions(db, 'A'), [0, 1, 2, 3]);
  await edit(db, 'set_chain', 'A', ['r1', 'r2']);
  await shift(32766);
  t.deepEqual(await edit(db, 'extend_chain', 'A', ['r3', 'r1']), ['r2', 'r3', 'r1']);
  t.deepEqual(await positions(db, 'A'), [0, 1, 2]);
  await flatIsRight(t, db);
});

test('a chain holds as many children as there are positions, and no more', async (t) => {
  await using db = await collections();
  await db.query(
    `insert into r.collection (collection_id, name, type)
     select nextval('r.collection_seq_collection_id'), 'many/' || n, 2 from generate_series(1, 65537) n`,
  );
  const many = (count: number) =>
    db.query(`select cardinality(butler.set_chain('A', array(
      select 'many/' || n from generate_series(1, ${count}) n))) as count`);
  t.deepEqual(await many(40000), [{ count: 40000 }]);
  t.deepEqual(await many(65536), [{ count: 65536 }]);
  t.deepEqual((await positions(db, 'A')).at(0), -32768);
  await fails(t, edit(db, 'extend_chain', 'A', ['r1']), 'CollectionExpressionError');
  await fails(t, many(65537), 'CollectionExpressionError');
  t.is((await chain(db, 'A')).length, 65536);
});

test('an edit that changes nothing writes nothing', async (t) => {
  await using db = await collections();
  await edit(db, 'set_chain', 'A', ['r1', 'r2', 'r3']);
  const rows = () => db.query('select xmin::text, position, child from r.collection_chain order by 2');
  const before = await rows();
  await edit(db, 'set_chain', 'A', ['r1', 'r2', 'r3']);
  await edit(db, 'prepend_chain', 'A', ['r1', 'r2']);
  await edit(db, 'extend_chain', 'A', ['r3']);
  await edit(db, 'remove_from_chain', 'A', ['r4']);
  t.deepEqual(await rows(), before);
});

test('edits of several chains in one transaction go together', async (t) => {
  await using db = await collections();
  await edit(db, 'set_chain', 'B', ['r1']);
  await db.query('begin');
  await edit(db, 'set_chain', 'A', ['B']);
  await edit(db, 'extend_chain', 'B', ['r2']);
  await fails(t, edit(db, 'set_chain', 'B', ['A']), 'CollectionCycleError');
  await db.query('rollback');
  t.deepEqual([await chain(db, 'A'), await chain(db, 'B')], [[], ['r1']]);
  await flatIsRight(t, db);
});

test('an edit needs only the rights of a loader, and reading those of a reader', async (t) => {
  await using db = await collections();
  await db.query('set role almagest_loader');
  t.deepEqual(await edit(db, 'set_chain', 'A', ['r1', 'B']), ['r1', 'B']);
  t.deepEqual(await edit(db, 'prepend_chain', 'A', ['r2']), ['r2', 'r1', 'B']);
  await db.query('set role almagest_reader');
  t.deepEqual(await chain(db, 'A'), ['r2', 'r1', 'B']);
  const error = await t.throwsAsync(edit(db, 'set_chain', 'A', []));
  t.regex(error!.message, /permission denied/);
});
