/** What the options of an APDB make of its readers; deduplication, the nightly table, chunks of replication. */
import test from 'ava';
import { database, type TestDatabase } from '../support/database.ts';
import { insertRows, type Row } from './rows_support.ts';

const create = (db: TestDatabase, options: object = {}) =>
  db.query(`select apdb.create('survey', $1)`, [JSON.stringify(options)]);

const values = async (db: TestDatabase, from: string, column: string) =>
  (await db.query<{ v: unknown }>(`select "${column}"::text as v from ${from} order by 1`)).map(({ v }) => v);

const position = { ra: 0.01, dec: 0.01 };
const region = 'CIRCLE 359.99 0 0.1';
const version = (
  diaObjectId: number | string,
  start: number,
  end: number | null = null,
  more: Row = {},
): Row => ({
  diaObjectId,
  validityStartMjdTai: start,
  validityEndMjdTai: end,
  ...position,
  ...more,
});

test('objects have the columns that the options name, also after they change', async (t) => {
  await using db = await database();
  await create(db, { dia_object_columns: ['nDiaSources', 'dec', 'diaObjectId'] });
  await insertRows(db, 'DiaObject', [version(1, 60000)]);
  const columns = async () =>
    Object.keys((await db.query('select * from survey.get_dia_objects($1)', [region]))[0]);
  t.deepEqual(await columns(), ['nDiaSources', 'dec', 'diaObjectId']);
  await db.query(`select apdb.set_options('survey', '{"dia_object_columns": ["ra"]}')`);
  t.deepEqual(await columns(), ['ra']);
  await db.query(`select apdb.set_options('survey', '{"dia_object_columns": []}')`);
  t.is((await columns()).length, 83);
});

test('without months there is no history but from a start that is given', async (t) => {
  await using db = await database();
  await create(db, { read_sources_months: 0, read_forced_sources_months: 1 });
  await insertRows(db, 'DiaSource', [
    { diaSourceId: 1, diaObjectId: 1, midpointMjdTai: 60000, ...position },
    { diaSourceId: 2, diaObjectId: null, midpointMjdTai: 60000, ...position },
  ]);
  await insertRows(db, 'DiaForcedSource', [
    { diaObjectId: 1, visit: 1, midpointMjdTai: 59969.75 },
    { diaObjectId: 1, visit: 2, midpointMjdTai: 59970 },
  ]);
  t.deepEqual(await values(db, `survey.get_dia_sources(60000, '${region}')`, 'diaSourceId'), []);
  t.deepEqual(await values(db, `survey.get_dia_sources(60000, null, '{1}')`, 'diaSourceId'), []);
  t.deepEqual(await values(db, `survey.get_dia_sources(60000, '${region}', null, 59999)`, 'diaSourceId'), [
    '1',
    '2',
  ]);
  t.deepEqual(await values(db, `survey.get_dia_sources(null, null, '{1}', 60000)`, 'diaSourceId'), ['1']);
  t.deepEqual(await values(db, `survey.get_dia_forced_sources(60000, '{1}')`, 'visit'), ['2']);
  t.deepEqual(await values(db, `survey.get_dia_forced_sources(60000, '{1}', 0)`, 'visit'), ['1', '2']);
});

test('of a region and ids the one counts that source_select says', async (t) => {
  await using db = await database();
  await create(db);
  await insertRows(db, 'DiaObject', [version(1, 60000)]);
  await insertRows(db, 'DiaSource', [
    { diaSourceId: 1, diaObjectId: 1, midpointMjdTai: 60000, ...position },
    { diaSourceId: 2, diaObjectId: 2, midpointMjdTai: 60000, ra: 90, dec: 0 },
  ]);
  await insertRows(db, 'DiaForcedSource', [
    { diaObjectId: 1, visit: 1, midpointMjdTai: 60000 },
    { diaObjectId: 2, visit: 2, midpointMjdTai: 60000 },
  ]);
  const both = `(60000, dia_object_ids => '{2}', region => '${region}')`;
  const asked = async () => [
    ...(await values(db, `survey.get_dia_sources${both}`, 'diaSourceId')),
    ...(await values(db, `survey.get_dia_forced_sources${both}`, 'visit')),
  ];
  t.deepEqual(await asked(), ['1', '1']);
  await db.query(`select apdb.set_options('survey', '{"source_select": "by-oid"}')`);
  t.deepEqual(await asked(), ['2', '2']);
  for (const reader of ['get_dia_sources', 'get_dia_forced_sources']) {
    t.deepEqual(await values(db, `survey.${reader}(60000, dia_object_ids => '{}')`, 'visit'), []);
    await t.throwsAsync(db.query(`select * from survey.${reader}(60000)`), { code: 'AP003' });
  }
});

test('deduplication looks at versions since a time, by default since the last one', async (t) => {
  await using db = await database();
  for (const index of ['baseline', 'last_object_table']) {
    await create(db, { dia_object_index: index });
    await insertRows(db, 'DiaObject', [version(1, 60000, 60001), version(1, 60001), version(2, 60000.25)]);
    if (index === 'last_object_table')
      await insertRows(db, 'DiaObjectLast', [
        { diaObjectId: 1, validityStartMjdTai: 60001, ...position },
        { diaObjectId: 2, validityStartMjdTai: 60000.25, ...position },
      ]);
    const reader = 'survey.get_dia_objects_for_dedup';
    const all = index === 'baseline' ? ['60000', '60000.25', '60001'] : ['60000.25', '60001'];
    t.deepEqual(await values(db, `${reader}()`, 'validityStartMjdTai'), all);
    t.deepEqual(await values(db, `${reader}(60000.25)`, 'validityStartMjdTai'), ['60000.25', '60001']);
    await db.query(
      `insert into survey.metadata values ('status:deduplication.json', '{"dedup_time_iso_tai": "2023-02-26 00:00:00.000"}')`,
    );
    t.deepEqual(await values(db, `${reader}()`, 'validityStartMjdTai'), ['60001']);
    t.deepEqual(Object.keys((await db.query(`select * from ${reader}()`))[0]), [
      'diaObjectId',
      'validityStartMjdTai',
      'ra',
      'dec',
      'nDiaSources',
      'firstDiaSourceMjdTai',
    ]);
    await db.query(`select apdb.drop('survey')`);
  }
});

test('versions of the same night are read before they are merged', async (t) => {
  await using db = await database();
  await create(db, { dia_object_nightly: true });
  await insertRows(db, 'DiaObject', [version(1, 60000, 60001), version(2, 60000), version(3, 60000)]);
  await insertRows(db, 'DiaObjectNightly', [
    version(1, 60001, 60001.5),
    version(1, 60001.5, null, { nDiaSources: 1 }),
    version(4, 60001, null, { ra: 0.2, dec: 0 }),
    version(5, 60001, null, { ra: 0.085, dec: 0.04 }),
  ]);
  const read = (circle: string, exact = true) =>
    values(db, `survey.get_dia_objects('${circle}', ${exact})`, 'diaObjectId');
  t.deepEqual(await read(region), ['1', '2', '3']);
  t.deepEqual(await read('CIRCLE 0 0 0.15'), ['1', '2', '3', '5']);
  t.deepEqual((await read(region, false)).slice(0, 3), ['1', '2', '3']);
  t.deepEqual(await values(db, 'survey.get_dia_objects_for_dedup(60001)', 'diaObjectId'), [
    '1',
    '1',
    '4',
    '5',
  ]);
  t.deepEqual(await db.query(`select apdb.count_unassociated_objects('survey')::int as n`), [{ n: 1 }]);
});

test('rows of chunks come with their chunk, where there is replication', async (t) => {
  await using db = await database();
  for (const index of ['baseline', 'pix_id_iov']) {
    await create(db, { enable_replica: true, dia_object_index: index });
    await insertRows(db, 'DiaObject', [version('9223372036854775807', 60000), version(2, 60001)]);
    await db.query(
      `insert into survey."ApdbReplicaChunks" values
         (1200, '2023-01-01 00:00:00.000001Z', '00000000-0000-4000-8000-000000000002'),
         (600, '2023-01-02Z', '00000000-0000-4000-8000-000000000001')`,
    );
    const key = index === 'baseline' ? '' : '"pixelId", ';
    await db.query(
      `insert into survey."DiaObjectChunks" (${key}"diaObjectId", "validityStartMjdTai", apdb_replica_chunk)
       select ${key}"diaObjectId", "validityStartMjdTai", case "diaObjectId" when 2 then 600 else 1200 end
       from survey."DiaObject"`,
    );
    t.deepEqual(
      await db.query(
        `select apdb_replica_chunk::int as chunk, last_update_time::text as time from apdb.replica_chunks('survey')`,
      ),
      await db
        .query(
          `values (1200, timestamptz '2023-01-01 00:00:00.000001Z'::text), (600, timestamptz '2023-01-02Z'::text)`,
        )
        .then((rows) => rows.map((row) => ({ chunk: row.column1, time: row.column2 }))),
    );
    const read = (chunks: string) => values(db, `survey.get_dia_object_chunks('${chunks}')`, 'diaObjectId');
    t.deepEqual(await read('{600, 600, 7}'), ['2']);
    t.deepEqual(await read('{600, 1200, null}'), ['2', '9223372036854775807']);
    t.deepEqual(await read('{}'), []);
    const [row] = await db.query(`select * from survey.get_dia_object_chunks('{600}')`);
    t.is(Object.keys(row)[0], 'apdb_replica_chunk');
    t.false('pixelId' in row);
    await db.query(`select apdb.drop('survey')`);
  }
  await create(db);
  t.deepEqual(await db.query(`select from pg_proc where proname = 'get_dia_object_chunks'`), []);
});

test('columns of other names are those that the options say', async (t) => {
  await using db = await database();
  await create(db, { htm_index_column: 'htmId20', htm_level: 18 });
  const [{ columns }] = await db.query<{ columns: string }>(
    `select string_agg(quote_ident(attname), ', ') as columns from pg_attribute
     where attrelid = 'survey."DiaObject"'::regclass and attnum > 0 and attnotnull
       and attname not in ('diaObjectId', 'ra', 'dec', 'htmId20', 'validityStartMjdTai')`,
  );
  const zeros = columns.split(', ').map(() => '0');
  await db.query(
    `insert into survey."DiaObject" ("diaObjectId", ra, dec, "htmId20", "validityStartMjdTai", ${columns})
     values (1, 10, 89.9, sky.htm_id(10, 89.9, 18), 60000, ${zeros})`,
  );
  t.deepEqual(await values(db, `survey.get_dia_objects('CIRCLE 200 90 0.2')`, 'diaObjectId'), ['1']);
  t.false('htmId20' in (await db.query(`select * from survey.get_dia_objects('CIRCLE 200 90 0.2')`))[0]);
});
