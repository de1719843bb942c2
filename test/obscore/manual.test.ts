/** Mode manual: changes are collected and applied by obscore.refresh; and the change of modes. */
import test from 'ava';
import { edit, fails } from '../butler/collection_support.ts';
import { pidOf, untilBlocked } from '../butler/dataset_support.ts';
import {
  create,
  differences,
  insertCalexps,
  insertRaws,
  isTrue,
  shown,
  surveyRegistry,
} from './survey_support.ts';

const refresh = 'select obscore.refresh()::int as n';

test('changes wait for the refresh, which applies each once', async (t) => {
  await using db = await surveyRegistry();
  const ids = await insertCalexps(db.client, 'runs/b', 1);
  t.is(await create(db.client, {}, 'manual'), 4);
  await insertCalexps(db.client, 'runs/c', 1, 2);
  await insertRaws(db.client, 3);
  await db.query('select butler.remove_datasets($1)', [ids.slice(0, 1)]);
  await db.query('delete from r.visit_detector_region where visit = 2 and detector = 3');
  t.is((await shown(db.client)).length, 4);
  t.true((await differences(db.client)).length > 0);
  const [{ n }] = await db.query<{ n: number }>(refresh);
  t.true(n >= 16);
  await isTrue(t, db.client);
  t.deepEqual(await db.query(refresh), [{ n: 0 }]);
  t.deepEqual(await db.query('select pending::int from obscore.tables'), [{ pending: 0 }]);
  await edit(db.client, 'prepend_chain', 'DR', ['runs/b']);
  t.true((await db.query<{ n: number }>(refresh))[0].n > 0);
  await isTrue(t, db.client);
});

test('what a session has not committed yet is applied by the next refresh', async (t) => {
  await using db = await surveyRegistry();
  await create(db.client, {}, 'manual');
  await insertCalexps(db.client, 'runs/b', 3);
  t.deepEqual(await db.query(refresh), [{ n: 4 }]);
  const writer = await db.connect();
  await writer.query('begin');
  await insertCalexps(writer, 'runs/b', 1);
  await insertCalexps(db.client, 'runs/b', 2);
  t.deepEqual(await db.query(refresh), [{ n: 4 }]);
  await writer.query('commit');
  t.deepEqual(await db.query(refresh), [{ n: 4 }]);
  await isTrue(t, db.client);
});

test('of two refreshes at once the second waits for the first', async (t) => {
  await using db = await surveyRegistry();
  await create(db.client, {}, 'manual');
  await insertCalexps(db.client, 'runs/b', 1);
  const [one, two] = [await db.connect(), await db.connect()];
  const pid = await pidOf(two);
  await one.query('begin');
  t.is((await one.query<{ n: number }>(refresh)).rows[0].n, 4);
  await insertCalexps(db.client, 'runs/b', 2);
  const second = two.query<{ n: number }>(refresh);
  await untilBlocked(db.client, pid);
  await one.query('commit');
  t.is((await second).rows[0].n, 4);
  await isTrue(t, db.client);
});

test('a manual table that becomes live applies what was collected, and keeps itself from then on', async (t) => {
  await using db = await surveyRegistry();
  await create(db.client, {}, 'manual');
  await insertCalexps(db.client, 'runs/b', 1);
  await db.query(`select obscore.set_mode('obscore', 'live')`);
  await isTrue(t, db.client);
  await insertCalexps(db.client, 'runs/c', 1, 2);
  await isTrue(t, db.client);
  await db.query(`select obscore.set_mode('obscore', 'manual')`);
  await insertCalexps(db.client, 'runs/c', 3);
  t.is((await differences(db.client)).length, 4);
  t.deepEqual(await db.query('select mode, pending::int from obscore.tables'), [
    { mode: 'manual', pending: 4 },
  ]);
  await db.query(`select obscore.set_mode('obscore', 'manual')`);
  await fails(t, db.query(`select obscore.set_mode('obscore', 'matview')`), 'ObsCoreStateError');
  await fails(t, db.query(`select obscore.set_mode('nothing', 'live')`), 'MissingObsCoreTableError');
});

test('a writer that began under the old mode is waited for', async (t) => {
  await using db = await surveyRegistry();
  await create(db.client, {}, 'manual');
  const [writer, changer] = [await db.connect(), await db.connect()];
  const pid = await pidOf(changer);
  await writer.query('begin');
  await insertCalexps(writer, 'runs/b', 1);
  const changing = changer.query(`select obscore.set_mode('obscore', 'live')`);
  await untilBlocked(db.client, pid);
  await writer.query('commit');
  await changing;
  await isTrue(t, db.client);
  t.is((await shown(db.client)).length, 4);
});
