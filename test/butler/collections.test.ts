/** Collections of a registry: registering, looking at them, and finding them by names and patterns. */
import test from 'ava';
import type { TestDatabase } from '../support/database.ts';
import { fails, register, registry, value } from './collection_support.ts';

async function find(
  db: TestDatabase,
  expression: readonly (string | null)[],
  options = '',
): Promise<string[]> {
  const rows = await db.query<{ name: string }>(`select name from butler.query_collections($1${options})`, [
    expression,
  ]);
  return rows.map(({ name }) => name);
}

/** Runs r1 to r3, tags t, and chains: B of r2 and r1, A of B, r3 and t, and an empty one. */
async function nested(): Promise<TestDatabase> {
  const db = await registry();
  await register(db.client, 'RUN', 'r1', 'r2', 'r3');
  await register(db.client, 'TAGGED', 't');
  await register(db.client, 'CHAINED', 'A', 'B', 'empty');
  await value(db.client, 'set_chain', 'B', ['r2', 'r1']);
  await value(db.client, 'set_chain', 'A', ['B', 'r3', 't']);
  return db;
}

test('a collection is made once, and one that exists stays as it is whatever the type', async (t) => {
  await using db = await registry();
  t.true(await value(db.client, 'register_collection', 'DECam/raw/all'));
  t.deepEqual(await register(db.client, 'RUN', 'DECam/raw/all'), [false]);
  t.deepEqual(await register(db.client, 'TAGGED', 'DECam/raw/all'), [false]);
  t.false(await value(db.client, 'register_collection', 'DECam/raw/all', 'RUN', 'all raws'));
  t.deepEqual(await db.query(`select * from butler.get_collection('DECam/raw/all')`), [
    { name: 'DECam/raw/all', type: 'RUN', doc: null, children: [], parents: [], dataset_types: [] },
  ]);
  t.is((await db.query('select from r.run')).length, 1);
});

test('only RUN, TAGGED, CHAINED and CALIBRATION are types, in whatever case', async (t) => {
  await using db = await registry();
  t.deepEqual(await register(db.client, 'tagged', 'a'), [true]);
  for (const type of ['', 'RUNS', 'constructor'])
    await fails(t, register(db.client, type, 'b'), 'CollectionTypeError');
  await fails(t, find(db, ['*'], `, '{RUN,WALK}'`), 'CollectionTypeError');
});

test('a name may hold quotes, percent signs, backslashes and any script, and is found by itself alone', async (t) => {
  await using db = await registry();
  const names = [
    `it's`,
    '"q"',
    '50%',
    'a_b',
    'aXb',
    'back\\slash',
    'Ω/μ/𝄞',
    '$1',
    '{x,y}',
    ' ',
    'a]b',
    'NULL',
    '--',
  ];
  t.deepEqual(
    await register(db.client, 'RUN', ...names),
    names.map(() => true),
  );
  for (const name of names) {
    t.deepEqual(await find(db, [name]), [name]);
    t.deepEqual(await find(db, [`${name}*`]), [name]);
  }
  t.deepEqual(await find(db, ['a_?']), ['a_b']);
  t.deepEqual(await find(db, ['*\\*']), ['back\\slash']);
  t.deepEqual(await find(db, ['Ω/?/?']), ['Ω/μ/𝄞']);
});

test('a name that is NULL, empty or too long for an index is refused', async (t) => {
  await using db = await registry();
  const long = Array.from({ length: 4000 }, (_, index) => String.fromCodePoint(0x4e00 + index * 5)).join('');
  for (const name of [null, '', long]) {
    const call = register(db.client, 'RUN', name);
    await fails(t, call, 'CollectionExpressionError');
  }
  await fails(t, find(db, ['*', null]), 'CollectionExpressionError');
  t.deepEqual(await find(db, ['*']), []);
  const fair = 'x/'.repeat(1000);
  await register(db.client, 'RUN', fair);
  t.deepEqual(await find(db, [fair]), [fair]);
});

test('a collection knows its children in order and its parents by name', async (t) => {
  await using db = await nested();
  await value(db.client, 'set_chain', 'empty', ['r1']);
  t.deepEqual(await value(db.client, 'get_parents', 'r1'), ['B', 'empty']);
  t.deepEqual(await value(db.client, 'get_parents', 'A'), []);
  const [row] = await db.query(`select children, parents from butler.get_collection('B')`);
  t.deepEqual(row, { children: ['r2', 'r1'], parents: ['A'] });
  for (const name of ['get_collection', 'get_parents', 'get_chain', 'collection_summary'])
    await fails(t, value(db.client, name, 'nope'), 'MissingCollectionError');
});

test('patterns come first, by name, then explicit names in their order, each collection once', async (t) => {
  await using db = await nested();
  t.deepEqual(await find(db, ['t', 'r?', 'A', 'r1']), ['r1', 'r2', 'r3', 't', 'A']);
  t.deepEqual(await find(db, ['t', 'r3', 't', 'r1']), ['t', 'r3', 'r1']);
  t.deepEqual(await find(db, ['*']), ['A', 'B', 'empty', 'r1', 'r2', 'r3', 't']);
  t.deepEqual(await find(db, ['a*', '[!A-Zer]']), ['t']);
});

test('a pattern may match nothing, an explicit name must exist, and no expression finds nothing', async (t) => {
  await using db = await nested();
  t.deepEqual(await find(db, ['nope*']), []);
  t.deepEqual(await find(db, []), []);
  await fails(t, find(db, ['r1', 'nope']), 'MissingCollectionError');
  await fails(t, find(db, ['']), 'MissingCollectionError');
});

test('chains are opened depth first in their place, and kept only where that is asked', async (t) => {
  await using db = await nested();
  t.deepEqual(await find(db, ['r1', 'A'], ', flatten_chains => true'), ['r1', 'r2', 'r3', 't']);
  t.deepEqual(await find(db, ['A', 'r1'], ', flatten_chains => true'), ['r2', 'r1', 'r3', 't']);
  const both = ', flatten_chains => true, include_chains => true';
  t.deepEqual(await find(db, ['A', 'empty'], both), ['A', 'B', 'r2', 'r1', 'r3', 't', 'empty']);
  t.deepEqual(await find(db, ['A', 'r1'], ', include_chains => false'), ['r1']);
});

test('types choose among what is found, and chains are opened whatever the types', async (t) => {
  await using db = await nested();
  t.deepEqual(await find(db, ['A'], `, '{RUN}', true`), ['r2', 'r1', 'r3']);
  t.deepEqual(await find(db, ['*'], `, '{CHAINED,TAGGED}'`), ['A', 'B', 'empty', 't']);
  t.deepEqual(await find(db, ['*'], `, '{}'`), []);
  t.deepEqual(await find(db, ['A'], `, '{CHAINED}', true, true`), ['A', 'B']);
});

test('a diamond of chains is opened once, however many ways lead through it', async (t) => {
  await using db = await registry();
  const depth = 24;
  const chains = Array.from({ length: depth }, (_, index) => [`a${index}`, `b${index}`]);
  await register(db.client, 'CHAINED', ...chains.flat());
  await register(db.client, 'RUN', 'end');
  for (let level = depth - 1; level >= 0; level--)
    for (const chain of chains[level])
      await value(db.client, 'set_chain', chain, chains[level + 1] ?? ['end']);
  t.deepEqual(await find(db, ['a0'], ', flatten_chains => true'), ['end']);
  const [row] = await db.query(`select dataset_types from butler.get_collection('a0')`);
  t.deepEqual(row, { dataset_types: [] });
});

test('a tree shows each collection below the chain that holds it', async (t) => {
  await using db = await nested();
  const tree = await db.query(
    `select repeat(' ', depth) || name as line, array_to_string(path, '>') as path, type
     from butler.collection_tree('{A,B}')`,
  );
  t.deepEqual(
    tree.map(({ line }) => line),
    ['A', ' B', '  r2', '  r1', ' r3', ' t', 'B', ' r2', ' r1'],
  );
  t.deepEqual(tree[2], { line: '  r2', path: 'A>B>r2', type: 'RUN' });
  const tops = await db.query(`select name from butler.collection_tree(types => '{TAGGED}')`);
  t.deepEqual(tops, [{ name: 't' }]);
});

test('a registry that does not exist, or none at all, is named as missing', async (t) => {
  await using db = await registry();
  await fails(
    t,
    db.query(`select * from butler.query_collections(registry => 'nope')`),
    'MissingRegistryError',
  );
  await db.query('delete from butler.registry');
  await fails(t, db.query('select * from butler.query_collections()'), 'MissingRegistryError');
});
