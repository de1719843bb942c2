/** Two sessions at once: one has done its part and not committed when the other begins, and must wait for it. */
import test from 'ava';
import type pg from 'pg';
import type { TestDatabase } from '../support/database.ts';
import { fails, value } from './collection_support.ts';
import { datasetRegistry, detector, held, insert, pidOf, untilBlocked, validity } from './dataset_support.ts';

type Act = (session: pg.Client) => Promise<unknown>;

/** Runs `first` in a transaction, `second` until it waits, then commits or rolls back; what `second` came to. */
async function race(db: TestDatabase, first: Act, second: Act, end: 'commit' | 'rollback' = 'commit') {
  const [one, two] = [await db.connect(), await db.connect()];
  const pid = await pidOf(two);
  await one.query('begin');
  await first(one);
  const waiting = second(two).then(
    (result) => ({ result }),
    (error: unknown) => ({ error }),
  );
  await untilBlocked(db.client, pid);
  await one.query(end);
  const outcome = await waiting;
  return 'error' in outcome ? Promise.reject(outcome.error) : outcome.result;
}

const certify =
  (collection: string, ids: readonly string[], timespan: string): Act =>
  (session) =>
    value(session, 'certify', collection, ids, timespan);

test('of two sessions that certify overlapping ranges one wins', async (t) => {
  await using db = await datasetRegistry();
  const ones = await insert(db.client, 'bias', 'run1', detector(1, 2));
  const others = await insert(db.client, 'bias', 'run2', detector(2, 1));
  const lost = race(db, certify('c', ones, '[100,200)'), certify('c', others, '[150,250)'));
  t.regex((await fails(t, lost, 'ConflictingDefinitionError')).detail!, /overlaps \[100,200\)/);
  t.deepEqual(await validity(db.client, 'c'), ['1: [100,200)', '2: [100,200)']);
  t.is(await race(db, certify('c2', ones, '[100,200)'), certify('c2', others, '[150,250)'), 'rollback'), 2n);
  t.deepEqual(await validity(db.client, 'c2'), ['1: [150,250)', '2: [150,250)']);
});

test('ranges that only touch are certified side by side', async (t) => {
  await using db = await datasetRegistry();
  const ids = await insert(db.client, 'bias', 'run1', detector(1, 2));
  await value(db.client, 'certify', 'c', ids, '[1,2)');
  const [one, two] = [await db.connect(), await db.connect()];
  await one.query('begin');
  await certify('c', ids, '[100,200)')(one);
  t.is(await certify('c', ids, '[200,300)')(two), 2n);
  await one.query('commit');
  t.is((await validity(db.client, 'c')).length, 6);
});

test('of many sessions that certify the same time at once exactly one wins, without deadlock', async (t) => {
  await using db = await datasetRegistry();
  const runs = ['run1', 'run2', 'run3'];
  const numbers = Array.from({ length: 40 }, (_, i) => i + 1);
  const ids = await Promise.all(
    runs.map(async (run, i) =>
      insert(await db.connect(), 'bias', run, detector(...(i % 2 ? [...numbers].reverse() : numbers))),
    ),
  );
  for (let round = 0; round < 10; round++) {
    const sessions = await Promise.all(runs.map(() => db.connect()));
    const outcomes = await Promise.allSettled(
      sessions.map((session, i) => certify('c', ids[i], `[${round * 100 + i},${round * 100 + 50})`)(session)),
    );
    const errors = outcomes.flatMap((outcome) =>
      outcome.status === 'rejected' ? [outcome.reason.code] : [],
    );
    t.deepEqual(errors, ['BR005', 'BR005']);
  }
  t.is((await validity(db.client, 'c')).length, 400);
});

test('two sessions decertify parts of one range, and both parts are gone', async (t) => {
  await using db = await datasetRegistry();
  const ids = await insert(db.client, 'bias', 'run1', detector(1));
  await value(db.client, 'certify', 'c', ids, '[0,100)');
  const decertify = (timespan: string) => (session: pg.Client) =>
    value(session, 'decertify', 'c', 'bias', timespan);
  t.is(await race(db, decertify('[10,20)'), decertify('[50,60)')), 1n);
  t.deepEqual(await validity(db.client, 'c'), ['1: [0,10)', '1: [20,50)', '1: [60,100)']);
});

test('a certification waits for a decertification of the time that it needs', async (t) => {
  await using db = await datasetRegistry();
  const [one] = await insert(db.client, 'bias', 'run1', detector(1));
  const [other] = await insert(db.client, 'bias', 'run2', detector(1));
  await value(db.client, 'certify', 'c', [one], '[0,100)');
  const decertify: Act = (session) => value(session, 'decertify', 'c', 'bias', '[10,20)');
  const lost = race(db, decertify, certify('c', [other], '[12,18)'), 'rollback');
  await fails(t, lost, 'ConflictingDefinitionError');
  t.is(await race(db, decertify, certify('c', [other], '[12,18)')), 1n);
  t.deepEqual(await validity(db.client, 'c'), ['1: [0,10)', '1: [12,18)', '1: [20,100)']);
});

test('of two sessions that insert the same data IDs in opposite orders one wins, without deadlock', async (t) => {
  await using db = await datasetRegistry();
  const numbers = Array.from({ length: 60 }, (_, i) => i + 1);
  for (let round = 0; round < 8; round++) {
    const run = `race${round}`;
    await db.query('select butler.register_collection($1)', [run]);
    const mode = ['UNIQUE', 'DATAID_TYPE_RUN'][round % 2];
    const sessions = [await db.connect(), await db.connect()];
    const outcomes = await Promise.allSettled([
      insert(sessions[0], 'bias', run, detector(...numbers), mode),
      insert(sessions[1], 'bias', run, detector(...[...numbers].reverse()), mode),
    ]);
    t.deepEqual(
      outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason.code] : [])),
      ['BR005'],
    );
    t.is((await held(db.client, 'bias', run)).length, 60);
  }
});

test('inserts of different dataset types into one new run go on side by side or one after the other', async (t) => {
  await using db = await datasetRegistry();
  const flats = detector(1, 2).map((dataId) => ({ ...dataId, physical_filter: 'g1' }));
  const first: Act = (session) => insert(session, 'bias', 'run1', detector(1));
  const second: Act = (session) => insert(session, 'flat', 'run1', flats);
  // The summary of the run lacks the instrument, and both would write it.
  t.is(((await race(db, first, second)) as string[]).length, 2);
  t.is(
    (
      (await race(
        db,
        (session) => insert(session, 'bias', 'run2', detector(1)),
        (session) => insert(session, 'flat', 'run2', flats),
        'rollback',
      )) as string[]
    ).length,
    2,
  );
  // From then on nobody waits.
  const [one, two] = [await db.connect(), await db.connect()];
  await one.query('begin');
  await insert(one, 'bias', 'run1', detector(5));
  await insert(two, 'bias', 'run1', detector(6));
  await one.query('commit');
});

const importOf =
  (id: string, number: number, run: string): Act =>
  (session) =>
    value(session, 'import_datasets', 'bias', run, JSON.stringify([{ id, data_id: detector(number)[0] }]));

test('two imports of one id agree, or one is refused', async (t) => {
  await using db = await datasetRegistry();
  const ids = ['8e5892ec-3ec3-5d79-8a5b-48d7fed48e2a', '1482ce2b-1396-5cf4-80c0-99fdd29b3852'];
  t.is(await race(db, importOf(ids[0], 1, 'run1'), importOf(ids[0], 1, 'run1')), 0n);
  const lost = race(db, importOf(ids[1], 2, 'run1'), importOf(ids[1], 3, 'run1'));
  t.regex((await fails(t, lost, 'ConflictingDefinitionError')).detail!, /^1482ce2b.* is bias of run 'run1'/);
  await fails(
    t,
    race(db, importOf(ids[0].replace('8', '9'), 4, 'run1'), importOf(ids[0].replace('8', 'a'), 4, 'run1')),
    'ConflictingDefinitionError',
  );
  t.is((await held(db.client, 'bias', 'run1')).length, 3);
});

test('of two sessions that tag datasets of one data ID one wins; tagging the same twice is no conflict', async (t) => {
  await using db = await datasetRegistry();
  const ones = await insert(db.client, 'bias', 'run1', detector(1, 2));
  const others = await insert(db.client, 'bias', 'run2', detector(2, 1));
  const tag = (ids: readonly string[]) => (session: pg.Client) => value(session, 'associate', 't', ids);
  await fails(t, race(db, tag(ones), tag(others)), 'ConflictingDefinitionError');
  t.is((await held(db.client, 'bias', 't')).length, 2);
  await value(db.client, 'disassociate', 't', ones);
  t.is(await race(db, tag(ones), tag([...ones].reverse())), 0n);
});

test('a dataset is removed or tagged, whichever comes first', async (t) => {
  await using db = await datasetRegistry();
  const ids = await insert(db.client, 'bias', 'run1', detector(1, 2));
  const tag: Act = (session) => value(session, 'associate', 't', ids);
  const remove: Act = (session) => value(session, 'remove_datasets', [ids[0]]);
  const error = await fails(t, race(db, remove, tag), 'DatasetNotFoundError');
  t.is(error.detail, `There is no dataset ${ids[0]}.`);
  t.is((await held(db.client, 'bias', 't')).length, 0);
  const tagOne: Act = (session) => value(session, 'associate', 't', [ids[1]]);
  t.is(await race(db, tagOne, (session) => value(session, 'remove_datasets', [ids[1]])), 1n);
  t.deepEqual(await held(db.client, 'bias', 't'), []);
});

test('a collection that is removed meanwhile is missing', async (t) => {
  await using db = await datasetRegistry();
  const ids = await insert(db.client, 'bias', 'run1', detector(1));
  const remove =
    (name: string): Act =>
    (session) =>
      session.query('select butler.remove_collection($1)', [name]);
  await fails(
    t,
    race(db, remove('t'), (session) => value(session, 'associate', 't', ids)),
    'MissingCollectionError',
  );
  await fails(t, race(db, remove('c'), certify('c', ids, '[1,2)')), 'MissingCollectionError');
  await fails(
    t,
    race(db, remove('run2'), (session) => insert(session, 'bias', 'run2', detector(1))),
    'MissingCollectionError',
  );
  t.is((await held(db.client, 'bias', 'run1')).length, 1);
});

test('a refresh of summaries and an insert wait for each other, and the summary holds what is there', async (t) => {
  await using db = await datasetRegistry();
  const [id] = await insert(db.client, 'bias', 'run1', detector(1));
  await value(db.client, 'remove_datasets', [id]);
  const refresh: Act = (session) => session.query('select butler.refresh_collection_summaries()');
  const add: Act = (session) => insert(session, 'bias', 'run1', detector(2));
  await race(db, refresh, add);
  await race(db, (session) => insert(session, 'bias', 'run1', detector(3)), refresh);
  const [summary] = await db.query(`select * from butler.collection_summary('run1')`);
  t.deepEqual(summary, { dataset_types: ['bias'], governors: { instrument: ['Cam'] } });
});

test('removals and tags of the same datasets in opposite orders end without deadlock', async (t) => {
  await using db = await datasetRegistry();
  const numbers = Array.from({ length: 40 }, (_, i) => i + 1);
  for (let round = 0; round < 5; round++) {
    const ids = await insert(db.client, 'bias', 'run1', detector(...numbers));
    const sessions = await Promise.all([1, 2, 3, 4].map(() => db.connect()));
    const outcomes = await Promise.allSettled([
      value(sessions[0], 'associate', 't', ids),
      value(sessions[1], 'remove_datasets', [...ids].reverse()),
      value(sessions[2], 'associate', 't2', [...ids].reverse()),
      value(sessions[3], 'disassociate', 't', [...ids].reverse()),
    ]);
    for (const outcome of outcomes) if (outcome.status === 'rejected') t.is(outcome.reason.code, 'BR016');
    t.deepEqual(await db.query('select from r.dataset'), []);
  }
});

test('a large insert waits for who removes what it refers to, and is then refused', async (t) => {
  await using db = await datasetRegistry();
  const many = Array.from({ length: 500 }, (_, i) =>
    [1, 2].map((n) => ({ instrument: 'Cam', exposure: i + 1, detector: n })),
  ).flat();
  const add: Act = (session) => insert(session, 'raw', 'run1', many);
  const remove: Act = (session) => session.query('delete from r.detector where id = 2');
  await fails(t, race(db, remove, add), 'ConflictingDefinitionError');
  await fails(
    t,
    race(db, (session) => session.query(`select butler.remove_collection('run1')`), add),
    'MissingCollectionError',
  );
  t.deepEqual(await db.query('select from r.dataset'), []);
});
