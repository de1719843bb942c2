/** Changes of rows that are stored: sources given to other objects, objects that end, what replicas are told. */
import test from 'ava';
import { database, type TestDatabase } from '../support/database.ts';
import { insertRows } from './rows_support.ts';

/** An id above 2^53, and its neighbour, which is the same JavaScript number. */
const big = '9007199254740993';
const neighbour = '9007199254740992';

type Index = 'baseline' | 'pix_id_iov' | 'last_object_table';

/** An APDB 'survey' of two objects, the first with two versions, and three sources; the third has no object. */
async function survey(
  index: Index,
  more: { prefix?: string; replica?: boolean } = {},
): Promise<TestDatabase> {
  const db = await database();
  const prefix = more.prefix ?? '';
  await db.query(`select apdb.create('survey', $1, $2)`, [
    JSON.stringify({ dia_object_index: index, enable_replica: more.replica ?? false }),
    prefix,
  ]);
  const versions = [
    {
      diaObjectId: big,
      validityStartMjdTai: 60000,
      validityEndMjdTai: 60010,
      nDiaSources: 1,
      ra: 10,
      dec: 0,
    },
    {
      diaObjectId: big,
      validityStartMjdTai: 60010,
      validityEndMjdTai: null,
      nDiaSources: 2,
      ra: 10.5,
      dec: 0,
    },
    {
      diaObjectId: neighbour,
      validityStartMjdTai: 60010,
      validityEndMjdTai: null,
      nDiaSources: 1,
      ra: 11,
      dec: 0,
    },
  ];
  await insertRows(db, 'DiaObject', versions, { prefix });
  if (index === 'last_object_table') await insertRows(db, 'DiaObjectLast', versions.slice(1), { prefix });
  await insertRows(
    db,
    'DiaSource',
    [
      { diaSourceId: '1', diaObjectId: big, midpointMjdTai: 60000, ra: 10, dec: -1 },
      { diaSourceId: '2', diaObjectId: big, midpointMjdTai: 60010, ra: 10, dec: -1 },
      { diaSourceId: '3', diaObjectId: null, midpointMjdTai: 60010, ra: 11, dec: -1 },
    ],
    { prefix },
  );
  return db;
}

const numbers = (db: TestDatabase, table = 'survey."DiaObject"') =>
  db
    .query<{ row: string }>(
      `select format('%s @%s: %s', "diaObjectId", "validityStartMjdTai", "nDiaSources") as row
       from ${table} order by "diaObjectId", "validityStartMjdTai"`,
    )
    .then((rows) => rows.map(({ row }) => row));

const sources = (db: TestDatabase) =>
  db
    .query<{ row: string }>(
      `select format('%s: %s', "diaSourceId", "diaObjectId") as row from survey."DiaSource" order by "diaSourceId"`,
    )
    .then((rows) => rows.map(({ row }) => row));

for (const index of ['baseline', 'pix_id_iov', 'last_object_table'] as const)
  test(`${index}: a source that goes to another object is counted there and no longer here`, async (t) => {
    await using db = await survey(index);
    t.deepEqual(
      await db.query(
        `select apdb.reassign_dia_sources_to_dia_objects(array[2, 3], array[${neighbour}, ${neighbour}]::int8[]) as n`,
      ),
      [{ n: 2n }],
    );
    t.deepEqual(await sources(db), [`1: ${big}`, `2: ${neighbour}`, `3: ${neighbour}`]);
    t.deepEqual(await numbers(db), [`${neighbour} @60010: 3`, `${big} @60000: 0`, `${big} @60010: 1`]);
    if (index === 'last_object_table')
      t.deepEqual(await numbers(db, 'survey."DiaObjectLast"'), [
        `${neighbour} @60010: 3`,
        `${big} @60010: 1`,
      ]);
  });

test('increment and decrement are each done only if asked for', async (t) => {
  await using db = await survey('baseline');
  const to = `array[${neighbour}]::int8[]`;
  await db.query(`select apdb.reassign_dia_sources_to_dia_objects(array[1], ${to}, increment => false)`);
  t.deepEqual(await numbers(db), [`${neighbour} @60010: 1`, `${big} @60000: 0`, `${big} @60010: 1`]);
  await db.query(`select apdb.reassign_dia_sources_to_dia_objects(array[2], ${to}, decrement => false)`);
  t.deepEqual(await numbers(db), [`${neighbour} @60010: 2`, `${big} @60000: 0`, `${big} @60010: 1`]);
});

test('a source that stays with its object changes no number', async (t) => {
  await using db = await survey('baseline');
  const before = await numbers(db);
  await db.query(`select apdb.reassign_dia_sources_to_dia_objects(array[1], array[${big}]::int8[])`);
  t.deepEqual(await numbers(db), before);
});

test('a source that is missing, an object that is missing or ended, and pairs that are none: nothing changes', async (t) => {
  await using db = await survey('baseline');
  const before = [...(await sources(db)), ...(await numbers(db))];
  const refused = async (call: string, code: string, message: RegExp) => {
    const error = await t.throwsAsync(db.query(`select apdb.${call}`), { message });
    t.is((error as unknown as { code: string }).code, code);
  };
  await refused(
    `reassign_dia_sources_to_dia_objects(array[1, 4711], array[${big}, ${big}]::int8[])`,
    'AP005',
    /sources are not in DiaSource of 'survey': 4711/,
  );
  await refused(
    'reassign_dia_sources_to_dia_objects(array[1, 2], array[7, 8])',
    'AP005',
    /objects with an open version are not in DiaObject of 'survey': 7, 8/,
  );
  await refused('reassign_dia_sources_to_dia_objects(array[1, 2], array[7])', 'AP004', /do not pair/);
  await refused('reassign_dia_sources_to_dia_objects(null, array[7])', 'AP004', /do not pair/);
  await refused('reassign_dia_sources(array[1, null], array[7, 8])', 'AP004', /do not pair/);
  await refused('reassign_dia_sources(array[1, 1], array[7, 8])', 'AP004', /more than once: 1/);
  await refused('reassign_dia_sources(array[1, 99], array[7, 8])', 'AP005', /99/);
  await refused(`reassign_dia_sources(array[1], array[7], 'NaN')`, 'AP004', /reassoc_time is NaN/);
  await refused(`reassign_dia_sources(array[1], array[7], apdb => 'nowhere')`, 'AP002', /nowhere/);
  await db.query(`select apdb.set_validity_end(array[${neighbour}]::int8[], 60020)`);
  await refused(
    `reassign_dia_sources_to_dia_objects(array[1], array[${neighbour}]::int8[])`,
    'AP005',
    /open version/,
  );
  t.deepEqual([...(await sources(db)), ...(await numbers(db))], before);
});

test('a source that goes to an object of the solar system has no DiaObject, which counts one less', async (t) => {
  await using db = await survey('last_object_table');
  t.deepEqual(await db.query('select apdb.reassign_dia_sources(array[1, 3], array[77, 78], 60500.5) as n'), [
    { n: 2n },
  ]);
  t.deepEqual(
    await db.query(
      `select "diaSourceId" as id, "diaObjectId" as object, "ssObjectId" as ss, "ssObjectReassocTimeMjdTai" as time
       from survey."DiaSource" order by 1`,
    ),
    [
      { id: 1n, object: 0n, ss: 77n, time: 60500.5 },
      { id: 2n, object: BigInt(big), ss: null, time: null },
      { id: 3n, object: 0n, ss: 78n, time: 60500.5 },
    ],
  );
  t.deepEqual(await numbers(db, 'survey."DiaObjectLast"'), [`${neighbour} @60010: 1`, `${big} @60010: 1`]);
  await db.query('select apdb.reassign_dia_sources(array[2], array[79], decrement => false)');
  t.deepEqual(await numbers(db, 'survey."DiaObjectLast"'), [`${neighbour} @60010: 1`, `${big} @60010: 1`]);
});

test('an object without sources goes nowhere: empty arrays change nothing', async (t) => {
  await using db = await survey('baseline', { replica: true });
  t.deepEqual(
    await db.query(
      `select apdb.reassign_dia_sources('{}', '{}') as a, apdb.reassign_dia_sources_to_dia_objects('{}', '{}') as b,
         apdb.set_validity_end('{}', 60500) as c`,
    ),
    [{ a: 0n, b: 0n, c: 0n }],
  );
  t.deepEqual(await db.query('select * from survey."ApdbReplicaChunks"'), []);
});

const validity = (db: TestDatabase, table = 'survey."DiaObject"') =>
  db
    .query<{ row: string }>(
      `select format('%s %s..%s', "diaObjectId", "validityStartMjdTai", "validityEndMjdTai") as row
       from ${table} order by "diaObjectId", "validityStartMjdTai"`,
    )
    .then((rows) => rows.map(({ row }) => row));

for (const index of ['baseline', 'pix_id_iov', 'last_object_table'] as const)
  test(`${index}: an object that ends has no open version`, async (t) => {
    await using db = await survey(index);
    t.deepEqual(
      await db.query(`select apdb.set_validity_end(array[${big}, 4711, ${big}]::int8[], 60450.5) as n`),
      [{ n: 1n }],
    );
    t.deepEqual(await validity(db), [`${neighbour} 60010..`, `${big} 60000..60010`, `${big} 60010..60450.5`]);
    if (index === 'last_object_table')
      t.deepEqual(await numbers(db, 'survey."DiaObjectLast"'), [`${neighbour} @60010: 1`]);
    t.deepEqual(await db.query(`select apdb.set_validity_end(array[${big}]::int8[], 60460) as n`), [
      { n: 0n },
    ]);
  });

test('versions that a client left open each end where the next begins', async (t) => {
  await using db = await survey('last_object_table');
  await db.query('update survey."DiaObject" set "validityEndMjdTai" = null');
  await db.query(`select apdb.set_validity_end(array[${big}]::int8[], 60450.5)`);
  t.deepEqual(await validity(db), [`${neighbour} 60010..`, `${big} 60000..60010`, `${big} 60010..60450.5`]);
});

test('an end before the beginning, an object that is missing, NaN: nothing ends', async (t) => {
  await using db = await survey('baseline');
  const before = await validity(db);
  await t.throwsAsync(db.query(`select apdb.set_validity_end(array[${big}]::int8[], 60009)`), {
    message: /ApdbDataError: validity_end 60009 is before/,
  });
  await t.throwsAsync(db.query(`select apdb.set_validity_end(array[${big}]::int8[], 'NaN')`), {
    message: /validity_end is NaN/,
  });
  await t.throwsAsync(db.query(`select apdb.set_validity_end(array[${big}, 5, 6]::int8[], 60450, true)`), {
    message: /MissingRecordError: .*: 5, 6$/,
  });
  await t.throwsAsync(db.query(`select apdb.set_validity_end(array[null]::int8[], 60450)`), {
    message: /ApdbDataError/,
  });
  t.deepEqual(await validity(db), before);
});

test('replicas are told of every change, in order, as the client tells them', async (t) => {
  await using db = await survey('last_object_table', { replica: true });
  const calls = [
    `reassign_dia_sources_to_dia_objects(array[2, 3], array[${neighbour}, ${neighbour}]::int8[], update_time => 60500.5)`,
    `set_validity_end(array[${big}]::int8[], 60450.5, update_time => 60500.5078125)`,
    'reassign_dia_sources(array[1], array[77], 60501)',
  ];
  for (const call of calls) await db.query(`select apdb.${call}`);
  const chunks = `(select array_agg(apdb_replica_chunk) from survey."ApdbReplicaChunks")`;
  const records = await db.query<{ chunk: bigint; ns: bigint; n: number; payload: string }>(
    `select apdb_replica_chunk as chunk, update_time_ns as ns, update_order as n, update_payload::jsonb::text as payload
     from apdb.update_record_chunks(${chunks})`,
  );
  t.deepEqual(
    records.map(({ chunk, ns, n, payload }) => `${chunk} ${ns} ${n} ${payload}`),
    [
      `1720526400 1720526400000000000 0 {"ra": 10, "dec": -1, "diaObjectId": ${neighbour}, "diaSourceId": 2, "update_type": "reassign_diasource_to_diaobject", "midpointMjdTai": 60010}`,
      `1720526400 1720526400000000000 1 {"ra": 11, "dec": -1, "diaObjectId": ${neighbour}, "diaSourceId": 3, "update_type": "reassign_diasource_to_diaobject", "midpointMjdTai": 60010}`,
      `1720526400 1720526400000000000 2 {"ra": 11, "dec": 0, "diaObjectId": ${neighbour}, "nDiaSources": 3, "update_type": "update_n_dia_sources"}`,
      `1720526400 1720526400000000000 3 {"ra": 10.5, "dec": 0, "diaObjectId": ${big}, "nDiaSources": 1, "update_type": "update_n_dia_sources"}`,
      `1720527000 1720527075000000000 0 {"ra": 10.5, "dec": 0, "diaObjectId": ${big}, "nDiaSources": null, "update_type": "close_diaobject_validity", "validityEndMjdTai": 60450.5}`,
      `1720569600 1720569600000000000 0 {"ra": 10, "dec": -1, "ssObjectId": 77, "diaSourceId": 1, "update_type": "reassign_diasource_to_ssobject", "midpointMjdTai": 60000, "ssObjectReassocTimeMjdTai": 60501}`,
      `1720569600 1720569600000000000 1 {"ra": 10.5, "dec": 0, "diaObjectId": ${big}, "nDiaSources": 0, "update_type": "update_n_dia_sources"}`,
    ],
  );
  t.deepEqual(await db.query('select apdb.delete_replica_chunks(array[1720526400, 1, null]) as n'), [
    { n: 1n },
  ]);
  t.deepEqual(
    await db.query(
      `select array_agg(distinct apdb_replica_chunk order by apdb_replica_chunk) as left from survey."ApdbUpdateRecordChunks"`,
    ),
    [{ left: [1720527000n, 1720569600n] }],
  );
});

test('an APDB without replication has no chunks to read or forget', async (t) => {
  await using db = await survey('baseline');
  for (const call of ['update_record_chunks', 'delete_replica_chunks'])
    await t.throwsAsync(db.query(`select apdb.${call}(array[1])`), {
      message: /ApdbStateError: .*replication/,
    });
});

test('a prefix with a quote, and columns of other names, are as good as any', async (t) => {
  await using db = await survey('last_object_table', { prefix: `it's `, replica: true });
  await db.query(`select apdb.reassign_dia_sources_to_dia_objects(array[3], array[${big}]::int8[])`);
  await db.query(`select apdb.set_validity_end(array[${big}]::int8[], 60450.5)`);
  t.deepEqual(await numbers(db, `survey."it's DiaObject"`), [
    `${neighbour} @60010: 1`,
    `${big} @60000: 2`,
    `${big} @60010: 3`,
  ]);
  t.is((await db.query(`select * from survey."it's it's ApdbUpdateRecordChunks"`)).length, 3);
});

test('the time of the last search for duplicates is kept to the millisecond, as the client writes it', async (t) => {
  await using db = await survey('baseline');
  const kept = async (time: string) => {
    await db.query(`select apdb.reset_dedup(${time})`);
    return (
      await db.query<{ value: string }>(
        `select value from survey.metadata where name = 'status:deduplication.json'`,
      )
    )[0]!.value;
  };
  t.is(await kept('60360.25'), '{"dedup_time_iso_tai": "2024-02-20 06:00:00.000"}');
  t.is(await kept('60360.99999999999'), '{"dedup_time_iso_tai": "2024-02-21 00:00:00.000"}');
  t.is(await kept('60360.123456789'), '{"dedup_time_iso_tai": "2024-02-20 02:57:46.667"}');
  t.regex(await kept(''), /"20\d\d-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}"/);
  for (const wrong of [`'NaN'`, 'null', '1e9'])
    await t.throwsAsync(db.query(`select apdb.reset_dedup(${wrong})`), {
      message: /ApdbDataError: dedup_time/,
    });
});

test('two sessions that reassign sources of one object at once lose no count', async (t) => {
  await using db = await survey('last_object_table');
  const [one, two] = [await db.connect(), await db.connect()];
  await one.query('begin');
  await one.query(`select apdb.reassign_dia_sources_to_dia_objects(array[1], array[${neighbour}]::int8[])`);
  const waiting = two.query(
    `select apdb.reassign_dia_sources_to_dia_objects(array[2], array[${neighbour}]::int8[])`,
  );
  await one.query('commit');
  await waiting;
  t.deepEqual(await numbers(db), [`${neighbour} @60010: 3`, `${big} @60000: -1`, `${big} @60010: 0`]);
  t.deepEqual(await numbers(db, 'survey."DiaObjectLast"'), [`${neighbour} @60010: 3`, `${big} @60010: 0`]);
});
