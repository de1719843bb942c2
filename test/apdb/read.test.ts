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

test('counts: rows of tables, and objects that one source is all there is of', async (t) => {
  await using db = await database();
  for (const index of ['baseline', 'last_object_table'])
    await db.query(`select apdb.create($1, json_build_object('dia_object_index', $2::text), 'A "b" ')`, [
      `survey ${index}`,
      index,
    ]);
  await insertRows(
    db,
    'DiaObject',
    [
      { diaObjectId: 1, validityStartMjdTai: 1, validityEndMjdTai: 2, nDiaSources: 1, ra: 10, dec: 20 },
      { diaObjectId: 1, validityStartMjdTai: 2, nDiaSources: 2, ra: 10, dec: 20 },
      { diaObjectId: 2, validityStartMjdTai: 2, nDiaSources: 1, ra: 10, dec: 20 },
    ],
    { apdb: '"survey baseline"', prefix: 'A ""b"" ' },
  );
  t.deepEqual(await db.query(`select apdb.count_unassociated_objects('survey baseline')::int as n`), [
    { n: 1 },
  ]);
  t.deepEqual(
    await db.query(`select apdb.count_unassociated_objects('survey last_object_table')::int as n`),
    [{ n: 0 }],
  );
  t.deepEqual(
    await db.query(`select table_name, n_rows::int from apdb.table_row_counts('survey baseline')`),
    [
      { table_name: 'A "b" DiaObject', n_rows: 3 },
      { table_name: 'A "b" DiaSource', n_rows: 0 },
      { table_name: 'A "b" DiaForcedSource', n_rows: 0 },
    ],
  );
  t.deepEqual(
    (await db.query(`select table_name from apdb.table_row_counts('survey last_object_table')`)).length,
    4,
  );
  t.deepEqual(await db.query(`select * from apdb.replica_chunks('survey baseline')`), []);
  await t.throwsAsync(db.query(`select apdb.count_unassociated_objects('surve')`), {
    message: /MissingApdbError/,
    code: 'AP002',
  });
});

test('a visit and detector is contained by its sources or its forced sources', async (t) => {
  await using db = await database();
  await db.query(`select apdb.create('survey')`);
  await insertRows(db, 'DiaSource', [
    { diaSourceId: 1, visit: '9223372036854775806', detector: 188, ra: 1, dec: 1 },
  ]);
  await insertRows(db, 'DiaForcedSource', [{ diaObjectId: 1, visit: 5, detector: 0 }]);
  const contains = async (visit: string, detector: number) => {
    const [row] = await db.query('select apdb.contains_visit_detector($1::int8, $2) as c', [visit, detector]);
    return row.c;
  };
  t.true(await contains('9223372036854775806', 188));
  t.false(await contains('9223372036854775806', 189));
  t.false(await contains('9223372036854775807', 188));
  t.true(await contains('5', 0));
  t.false(await contains('5', 40000));
});
