/** The nightly table, and the chunks of replication. */
import test from 'ava';
import { storeRows, versionsOf } from '../support/apdb_rows.ts';
import { database } from '../support/database.ts';

const object = (diaObjectId: number, ra = 10) => ({ diaObjectId, ra, dec: 10 });

test('new versions wait in the nightly table, and are seen there', async (t) => {
  await using db = await database();
  await db.query(`select apdb.create('survey')`);
  await storeRows(db.client, 60000, { objects: [object(1), object(2)] });
  await db.query(`select apdb.set_options('survey', '{"dia_object_nightly": true}')`);
  await storeRows(db.client, 60001, { objects: [object(1), object(3)] });
  t.deepEqual(await storeRows(db.client, 60002, { objects: [object(1), object(3), object(2)] }), {
    stored: true,
    objects: 3,
    closed: 3,
    sources: 0,
    forced_sources: 0,
  });
  const versions = [
    '1 60000 60001',
    '1 60001 60002',
    '1 60002 open',
    '2 60000 60002',
    '2 60002 open',
    '3 60001 60002',
    '3 60002 open',
  ];
  const counts =
    'select (select count(*)::int from survey."DiaObject") as merged, (select count(*)::int from survey."DiaObjectNightly") as waiting';
  t.deepEqual(await versionsOf(db.client), versions);
  t.deepEqual(await db.query(counts), [{ merged: 2, waiting: 5 }]);
  t.deepEqual(await db.query('select apdb.nightly_merge()'), [{ nightly_merge: 5n }]);
  t.deepEqual(await db.query('select apdb.nightly_merge()'), [{ nightly_merge: 0n }]);
  t.deepEqual(await versionsOf(db.client), versions);
  t.deepEqual(await db.query(counts), [{ merged: 7, waiting: 0 }]);
});

test('a night cannot be merged where there is no nightly table: nothing is', async (t) => {
  await using db = await database();
  await db.query(`select apdb.create('survey')`);
  t.deepEqual(await db.query('select apdb.nightly_merge()'), [{ nightly_merge: 0n }]);
});

for (const dia_object_nightly of [false, true]) {
  test(`chunks of replication have the rows of their time${dia_object_nightly ? ', those of the night once it is merged' : ''}`, async (t) => {
    await using db = await database();
    await db.query(`select apdb.create('survey', $1::json)`, [
      JSON.stringify({ enable_replica: true, dia_object_index: 'pix_id_iov', dia_object_nightly }),
    ]);
    // 60000.25 TAI is in the chunk that begins 1677304800 s after 1970.
    await storeRows(db.client, 60000.25, {
      objects: [object(1)],
      sources: [{ diaSourceId: 1, visit: 1, ra: 1, dec: 1 }],
      forced: [{ diaObjectId: 1, visit: 1, ra: 1, dec: 1 }],
    });
    const [{ unique_id: first }] = await db.query<{ unique_id: string }>(
      'select unique_id from survey."ApdbReplicaChunks"',
    );
    await storeRows(db.client, 60000.251, { objects: [object(1)] });
    await storeRows(db.client, 60000.26, { objects: [object(1)] });
    if (dia_object_nightly) {
      t.deepEqual(await db.query('select from survey."DiaObjectChunks"'), []);
      await db.query('select apdb.nightly_merge()');
    }
    const chunks = await db.query<{ chunk: number; unique_id: string }>(
      `select apdb_replica_chunk::int as chunk, unique_id::text as unique_id,
              extract(epoch from last_update_time)::int as updated,
              (select count(*)::int from survey."DiaObjectChunks" o where o.apdb_replica_chunk = c.apdb_replica_chunk) as objects,
              (select count(*)::int from survey."DiaSourceChunks" o where o.apdb_replica_chunk = c.apdb_replica_chunk) as sources,
              (select count(*)::int from survey."DiaForcedSourceChunks" o where o.apdb_replica_chunk = c.apdb_replica_chunk) as forced
       from survey."ApdbReplicaChunks" c order by 1`,
    );
    t.not(chunks[0].unique_id, first, 'new whenever rows are added');
    t.deepEqual(
      chunks.map(({ unique_id: _, ...chunk }) => chunk),
      [
        { chunk: 1677304800, updated: 1677304886, objects: 2, sources: 1, forced: 1 },
        { chunk: 1677305400, updated: 1677305664, objects: 1, sources: 0, forced: 0 },
      ],
    );
  });
}
