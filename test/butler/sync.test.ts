/** Making sure that a record is there as given. */
import test from 'ava';
import { fails } from './collection_support.ts';
import { insert, square, survey, sync } from './record_support.ts';

const detector = (fields: object) => ({ instrument: 'Cam', id: 1, ...fields });

test('a record is inserted once, then found the same in the fields given', async (t) => {
  await using db = await survey();
  t.is(await sync(db.client, 'visit_system', { instrument: 'Cam', id: 0, name: 'one-to-one' }), 'true');
  t.is(await sync(db.client, 'visit_system', { instrument: 'Cam', id: 0, name: 'one-to-one' }), 'false');
  t.is(await sync(db.client, 'visit_system', { instrument: 'Cam', id: 0 }), 'false');
  t.is(await sync(db.client, 'group', { instrument: 'Cam', name: 'new' }), 'true');
  t.is(await sync(db.client, 'group', { instrument: 'Cam', name: 'new' }), 'false');
  t.is(await sync(db.client, 'detector', detector({ full_name: 'S29', raft: null })), 'false');
});

test('what differs is named with both values, and taken over where that is asked for', async (t) => {
  await using db = await survey();
  const changed = detector({ full_name: 'S29', raft: 'S', purpose: null });
  const error = await fails(t, sync(db.client, 'detector', changed), 'DatabaseConflictError');
  t.regex(error.message, /raft: null != "S", purpose: "SCIENCE" != null/);
  t.regex(error.detail ?? '', /"purpose" : "SCIENCE"/);
  t.is(
    await sync(db.client, 'detector', changed, true),
    '{"updated_old_values":{"raft":null,"purpose":"SCIENCE"}}',
  );
  t.is(await sync(db.client, 'detector', changed, true), 'false');
  t.is(await sync(db.client, 'detector', changed), 'false');
});

test('floats are compared exactly, and NaN equals itself', async (t) => {
  await using db = await survey();
  const exposure = (value: string) => `{"instrument": "Cam", "id": 10, "exposure_time": ${value}}`;
  t.is(await sync(db.client, 'exposure', exposure('30.5')), 'false');
  t.is(await sync(db.client, 'exposure', exposure('3.05e1')), 'false');
  await fails(t, sync(db.client, 'exposure', exposure('30.500000000000004')), 'DatabaseConflictError');
  t.is(
    await sync(db.client, 'exposure', exposure('"NaN"'), true),
    '{"updated_old_values":{"exposure_time":30.5}}',
  );
  t.is(await sync(db.client, 'exposure', exposure('"NaN"')), 'false');
  t.is(
    await sync(db.client, 'exposure', exposure('null'), true),
    '{"updated_old_values":{"exposure_time":"NaN"}}',
  );
  t.is(
    await sync(db.client, 'exposure', exposure('0.0'), true),
    '{"updated_old_values":{"exposure_time":null}}',
  );
  t.is(await sync(db.client, 'exposure', exposure('-0.0')), 'false');
});

test('regions and timespans are compared by what they are, in whatever form they come', async (t) => {
  await using db = await survey();
  const visit = (fields: object) => ({ instrument: 'Cam', id: 10, ...fields });
  const timespan = '[1554163800000000000,1554163830500000000)';
  t.is(await sync(db.client, 'visit', visit({ region: square(10, 10, 1), timespan })), 'false');
  t.is(await sync(db.client, 'visit', visit({ region: 'POLYGON 10 10 11 10 11 11 10 11' })), 'false');
  const error = await fails(
    t,
    sync(db.client, 'visit', visit({ region: square(10, 10, 2) })),
    'DatabaseConflictError',
  );
  t.regex(error.message, /region: "c/);
});

test('another record that has the name, or a missing reference, is refused', async (t) => {
  await using db = await survey();
  await fails(
    t,
    sync(db.client, 'detector', { instrument: 'Cam', id: 9, full_name: 'S29' }),
    'ConflictingDefinitionError',
  );
  await fails(
    t,
    sync(db.client, 'detector', detector({ full_name: '57' }), true),
    'ConflictingDefinitionError',
  );
  await fails(
    t,
    sync(db.client, 'exposure', { instrument: 'Cam', id: 10, day_obs: 3 }, true),
    'DataIdValueError',
  );
  await fails(t, sync(db.client, 'detector', { instrument: 'No', id: 9 }), 'DataIdValueError');
  await fails(t, sync(db.client, 'detector', { instrument: 'Cam' }), 'DataIdValueError');
  await fails(t, sync(db.client, 'detector', detector({ nothing: 1 })), 'DimensionNameError');
  await t.throwsAsync(sync(db.client, 'detector', []), { message: /JSON object/ });
});

test('of two sessions that sync one record, one inserts it and the other finds it', async (t) => {
  await using db = await survey();
  const [one, two] = [await db.connect(), await db.connect()];
  const record = { instrument: 'Cam', id: 7, full_name: 'x' };
  await one.query('begin');
  t.is(await sync(one, 'detector', record), 'true');
  const same = sync(two, 'detector', record);
  await one.query('commit');
  t.is(await same, 'false');
  await one.query('begin');
  t.is(await sync(one, 'detector', { ...record, id: 8, full_name: 'y' }), 'true');
  const other = fails(
    t,
    sync(two, 'detector', { ...record, id: 8, full_name: 'z' }),
    'DatabaseConflictError',
  );
  await one.query('commit');
  t.regex((await other).message, /full_name: "y" != "z"/);
});

test('of two sessions that update one record, the second sees what the first wrote', async (t) => {
  await using db = await survey();
  const [one, two] = [await db.connect(), await db.connect()];
  await one.query('begin');
  await sync(one, 'detector', detector({ raft: 'A' }), true);
  const second = sync(two, 'detector', detector({ raft: 'B' }), true);
  await one.query('commit');
  t.is(await second, '{"updated_old_values":{"raft":"A"}}');
  t.is(await insert(db.client, 'detector', detector({ raft: 'C' }), 'skip'), 0);
});
