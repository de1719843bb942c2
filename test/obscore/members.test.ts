/** The collections of ObsCore tables: how they differ when a chain changes, and that rows follow them. */
import test from 'ava';
import { increasing, type Member, memberChanges } from '../../plv8/obscore/members.ts';
import { edit, register } from '../butler/collection_support.ts';
import { create, insertCalexps, isTrue, shown, surveyRegistry } from './survey_support.ts';

const members = (...ids: readonly number[]): Member[] => ids.map((id, rank) => ({ id: BigInt(id), rank }));
const changes = (old: readonly number[], wanted: readonly number[]) =>
  memberChanges(members(...old), members(...wanted)).map(({ id, change }) => `${change} ${id}`);

test('a longest increasing subsequence is kept', (t) => {
  const kept = (...values: readonly number[]) =>
    [...increasing(values)].map((place) => values[place]).sort((a, b) => a! - b!);
  t.deepEqual(kept(), []);
  t.deepEqual(kept(3), [3]);
  t.deepEqual(kept(5, 1, 2, 3, 4), [1, 2, 3, 4]);
  t.is(kept(4, 3, 2, 1).length, 1);
  t.is(kept(2, 6, 3, 7, 4, 1, 5).length, 4);
});

test('a collection that is put before all others is the only one that is told', (t) => {
  t.deepEqual(changes([1, 2, 3], [9, 1, 2, 3]), ['added 9']);
  t.deepEqual(changes([1, 2, 3], [3, 1, 2]), ['moved 3']);
  t.deepEqual(changes([1, 2, 3, 4], [2, 4]), ['removed 1', 'removed 3']);
  t.deepEqual(changes([1, 2], [1, 2]), []);
  t.deepEqual(changes([], [1]), ['added 1']);
  t.deepEqual(changes([1, 2, 3, 4, 5], [5, 6, 1, 2, 3]), ['removed 4', 'added 6', 'moved 5']);
});

test('where no order counts, none is moved', (t) => {
  const unordered = (...ids: readonly number[]) => ids.map((id) => ({ id: BigInt(id), rank: 0 }));
  t.deepEqual(memberChanges(unordered(1, 2, 3), unordered(3, 2, 1)), []);
});

test('a new run that matches is shown, one that is renamed away is not', async (t) => {
  await using db = await surveyRegistry();
  t.is(await create(db.client, { collection_type: 'RUN', collections: ['runs/[ab]\\d?'] }), 0);
  await register(db.client, 'RUN', 'runs/a1', 'runs/x');
  await insertCalexps(db.client, 'runs/a1', 1);
  await insertCalexps(db.client, 'runs/x', 1);
  t.is((await shown(db.client)).length, 4);
  await db.query(`update r.collection set name = 'runs/b2' where name = 'runs/x'`);
  await isTrue(t, db.client);
  t.is((await shown(db.client)).length, 8);
  await db.query(`update r.collection set name = 'other' where name = 'runs/a1'`);
  await isTrue(t, db.client);
  t.is((await shown(db.client)).length, 4);
});

test('a collection of the list that is removed takes its rows along, and is found again under its name', async (t) => {
  await using db = await surveyRegistry();
  await insertCalexps(db.client, 'runs/a', 1);
  await insertCalexps(db.client, 'runs/b', 1, 2);
  await create(db.client, { collections: ['runs/a', 'runs/b', 'best'] });
  await db.query(`select butler.remove_runs('{runs/a}')`);
  t.is((await shown(db.client)).length, 8);
  await isTrue(t, db.client);
  await register(db.client, 'RUN', 'runs/a');
  await insertCalexps(db.client, 'runs/a', 2, 3);
  await isTrue(t, db.client);
  t.is((await shown(db.client)).filter((row) => row.endsWith('runs/a')).length, 8);
  await db.query(`select butler.remove_collection('best')`);
  await register(db.client, 'CHAINED', 'best');
  await edit(db.client, 'set_chain', 'best', ['runs/c']);
  await insertCalexps(db.client, 'runs/c', 1, 9);
  await isTrue(t, db.client);
  t.is((await shown(db.client)).length, 16);
});

test('edits of nested chains are followed, whatever is put where', async (t) => {
  await using db = await surveyRegistry();
  for (const run of ['runs/a', 'runs/b', 'runs/c']) await insertCalexps(db.client, run, 1);
  await register(db.client, 'CHAINED', 'inner');
  await edit(db.client, 'set_chain', 'inner', ['runs/a']);
  await create(db.client);
  const first = async () => (await shown(db.client)).find((row) => row.includes('v1-000'));
  t.is(await first(), 'lsst.calexp v1-000 runs/c');
  await edit(db.client, 'prepend_chain', 'DR', ['inner']);
  t.is(await first(), 'lsst.calexp v1-000 runs/a');
  await isTrue(t, db.client);
  await edit(db.client, 'set_chain', 'inner', ['runs/b', 'runs/a']);
  t.is(await first(), 'lsst.calexp v1-000 runs/b');
  await edit(db.client, 'remove_from_chain', 'DR', ['inner', 'runs/b', 'runs/c']);
  t.is(await first(), undefined);
  await isTrue(t, db.client);
});
