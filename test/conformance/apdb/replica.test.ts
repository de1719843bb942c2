/** Chunks of replication of the scenario, against those of the reference: ids, times, rows, update records, deletion. */
import { readFileSync } from 'node:fs';
import { database, type TestDatabase } from '../../support/database.ts';
import { fixturePath, fixtureTest } from '../../support/fixtures.ts';
import { store, visits } from './scenario.ts';

interface Chunk {
  readonly id: number;
  readonly last_update_mjd_tai: number;
}

interface Rows {
  readonly count: number;
  readonly ncolumns: number;
  readonly first: readonly string[];
}

interface Update {
  readonly update_type: string;
  readonly update_time_ns: number;
  readonly update_order: number;
  readonly [field: string]: unknown;
}

interface Answers {
  readonly replicaChunks: readonly Chunk[];
  readonly chunkRows: Readonly<
    Record<string, Readonly<Record<string, Rows>> & { readonly updates: readonly Update[] }>
  >;
  readonly afterDeleteFirstChunk: {
    readonly chunks: number[];
    readonly DiaObjectChunks: number;
    readonly DiaObject: number;
  };
  // biome-ignore lint/suspicious/noExplicitAny: the changes' arguments, of many shapes
  readonly [step: string]: any;
}

const readers = {
  DiaObject: 'get_dia_object_chunks',
  DiaSource: 'get_dia_source_chunks',
  DiaForcedSource: 'get_dia_forced_source_chunks',
} as const;

/** The time of all changes in the scenario, MJD TAI. */
const now = 60500.5;

/** The changes that the reference made after the visits, in its order. */
async function change(db: TestDatabase, expected: Answers): Promise<void> {
  const { idMap } = expected.reassignDiaSources;
  await db.query('select apdb.reassign_dia_sources($1, $2, $3, decrement => false)', [
    Object.keys(idMap),
    Object.values(idMap),
    now,
  ]);
  const move = expected.reassignDiaSourcesToDiaObjects;
  await db.query('select apdb.reassign_dia_sources_to_dia_objects($1, $2, update_time => $3)', [
    [move.diaSourceId],
    [move.toObject],
    now,
  ]);
  await db.query('select apdb.set_validity_end($1, 60450.5, update_time => $2)', [
    [expected.setValidityEnd_oneVersion.diaObjectId],
    now,
  ]);
}

async function chunks(db: TestDatabase): Promise<Chunk[]> {
  const rows = await db.query<{ id: bigint; time: number }>(
    `select apdb_replica_chunk as id, extract(epoch from last_update_time)::float8 / 86400 + 40587 as time
     from apdb.replica_chunks()`,
  );
  return rows.map((row) => ({ id: Number(row.id), last_update_mjd_tai: row.time }));
}

/** Update records in an order that does not depend on ids made at random. */
const ordered = (updates: readonly Update[]): Update[] =>
  [...updates].sort((a, b) => a.update_order - b.update_order || a.update_type.localeCompare(b.update_type));

/**
 * Update records of a chunk. Those of sources that go to the solar system are left out: the reference defines them and
 * never writes them, so that its replicas do not learn of it.
 */
async function updates(db: TestDatabase, chunk: string): Promise<Update[]> {
  const rows = await db.query<{ update_time_ns: bigint; update_order: number; update_payload: object }>(
    `select update_time_ns, update_order, update_payload from apdb.update_record_chunks($1)
     where update_payload->>'update_type' <> 'reassign_diasource_to_ssobject'`,
    [[chunk]],
  );
  return rows.map(
    (row) =>
      ({
        ...row.update_payload,
        update_time_ns: Number(row.update_time_ns),
        update_order: row.update_order,
      }) as Update,
  );
}

fixtureTest('chunks of replication are those of the reference', async (t) => {
  const expected: Answers = JSON.parse(
    readFileSync(fixturePath('apdb', 'expected_replica.json'), 'utf8'),
  ).post;
  await using db = await database();
  await db.query(
    `select apdb.create('survey', '{"dia_object_index": "last_object_table", "enable_replica": true}')`,
  );
  for (const visit of visits()) await store(db, visit);
  await change(db, expected);

  const found = await chunks(db);
  t.deepEqual(
    found.map(({ id }) => id),
    expected.replicaChunks.map(({ id }) => id),
  );
  // Theirs is rounded to the microsecond by the server, as a day's fraction.
  for (const [i, chunk] of found.entries())
    t.true(Math.abs(chunk.last_update_mjd_tai - expected.replicaChunks[i]!.last_update_mjd_tai) < 1e-8);

  for (const [chunk, { updates: theirs, ...tables }] of Object.entries(expected.chunkRows)) {
    for (const [table, rows] of Object.entries(tables)) {
      const result = await db.client.query(
        `select * from survey.${readers[table as keyof typeof readers]}($1)`,
        [[chunk]],
      );
      t.is(result.rowCount, rows.count, `${table} of ${chunk}`);
      t.is(result.fields.length, rows.ncolumns, `columns of ${table}`);
      t.deepEqual(
        result.fields.slice(0, rows.first.length).map(({ name }) => name),
        rows.first,
      );
    }
    t.deepEqual(ordered(await updates(db, chunk)), ordered(theirs), `updates of ${chunk}`);
  }

  const [first] = expected.replicaChunks;
  await db.query('select apdb.delete_replica_chunks($1)', [[first!.id]]);
  const after = expected.afterDeleteFirstChunk;
  t.deepEqual(
    (await chunks(db)).map(({ id }) => id),
    after.chunks,
  );
  t.deepEqual(
    await db.query(`select (select count(*)::int from survey."DiaObjectChunks") as "DiaObjectChunks",
                           (select count(*)::int from survey."DiaObject") as "DiaObject"`),
    [{ DiaObjectChunks: after.DiaObjectChunks, DiaObject: after.DiaObject }],
  );
});
