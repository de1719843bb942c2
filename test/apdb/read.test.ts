/** What readers give: latest versions and histories of regions and objects. */
import test from 'ava';
import { database, type TestDatabase } from '../support/database.ts';
import { insertRows } from './rows_support.ts';

const sorted = async (db: TestDatabase, from: string, values: readonly unknown[] = [], id = 'diaSourceId') =>
  (await db.query<{ id: string }>(`select "${id}"::text as id from ${from} order by "${id}"`, values)).map(
    (row) => row.id,
  );

test('latest versions of a region come without the others and without pixels', async (t) => {
  await using db = await database();
  await db.query(`select apdb.create('survey')`);
  await insertRows(db, 'DiaObject', [
    { diaObjectId: 1, validityStartMjdTai: 60000, validityEndMjdTai: 60001, ra: 10, dec: 20 },
    { diaObjectId: 1, validityStartMjdTai: 60001, ra: 10, dec: 20 },
    { diaObjectId: '9223372036854775807', validityStartMjdTai: 60001, ra: 10.4, dec: 20 },
    { diaObjectId: 3, validityStartMjdTai: 60001, ra: 11.2, dec: 20 },
  ]);
  const region = 'CIRCLE 10 20 0.5';
  t.deepEqual(await sorted(db, 'survey.get_dia_objects($1)', [region], 'diaObjectId'), [
    '1',
    '9223372036854775807',
  ]);
  const [row] = await db.query('select * from survey.get_dia_objects($1)', [region]);
  t.false('pixelId' in row);
  t.true('validityEndMjdTai' in row);
});

test('a history by region begins after its start, one by objects at it', async (t) => {
  await using db = await database();
  await db.query(`select apdb.create('survey')`);
  await insertRows(
    db,
    'DiaSource',
    [59640, 59640.5, 60000].map((midpointMjdTai, i) => ({
      diaSourceId: i + 1,
      diaObjectId: 7,
      midpointMjdTai,
      ra: 359.99,
      dec: -89.5,
    })),
  );
  const region = 'CIRCLE 0 -90 1';
  t.deepEqual(await sorted(db, 'survey.get_dia_sources(60000, region => $1)', [region]), ['2', '3']);
  t.deepEqual(await sorted(db, `survey.get_dia_sources(60000, dia_object_ids => '{7, 7, 8, null}')`), [
    '1',
    '2',
    '3',
  ]);
  t.deepEqual(await sorted(db, `survey.get_dia_sources(60000, null, '{7}', 60000)`), ['3']);
  t.deepEqual(await sorted(db, `survey.get_dia_sources(60000, null, '{}')`), []);
  await t.throwsAsync(db.query('select * from survey.get_dia_sources(60000)'), {
    message: /ApdbStateError: neither a region nor ids/,
  });
});
