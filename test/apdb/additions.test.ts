/** What an APDB has beyond its client's tables: stored visits, the nightly table, indexes, rights. */
import test from 'ava';
import { database } from '../support/database.ts';

const indexes = `
  select replace(indexdef, 'survey.', '') as index
  from pg_indexes where schemaname = 'survey' and indexname ~ 'almagest|stored_visit' order by indexname like 'stored%' desc, indexname`;

test('versions are found by object, and one of an object is open, in each index mode', async (t) => {
  await using db = await database();
  const made: Record<string, unknown> = {};
  for (const mode of ['baseline', 'pix_id_iov', 'last_object_table']) {
    await db.query(`select apdb.create('survey', json_build_object('dia_object_index', $1::text), 'x_')`, [
      mode,
    ]);
    made[mode] = (await db.query<{ index: string }>(indexes)).map(({ index }) => index);
    await db.query(`select apdb.drop('survey')`);
  }
  const unit =
    "CREATE UNIQUE INDEX stored_visit_unit ON stored_visit USING btree (visit, COALESCE(detector, '-1'::integer))";
  const open =
    'CREATE UNIQUE INDEX "x_DiaObject_almagest_open" ON "x_DiaObject" USING btree ("diaObjectId") WHERE ("validityEndMjdTai" IS NULL)';
  const pixel =
    'CREATE INDEX "x_DiaObject_almagest_open_pixel" ON "x_DiaObject" USING btree ("pixelId") WHERE ("validityEndMjdTai" IS NULL)';
  t.deepEqual(made, {
    baseline: [unit, open, pixel],
    pix_id_iov: [
      unit,
      open,
      pixel,
      'CREATE UNIQUE INDEX "x_DiaObject_almagest_version" ON "x_DiaObject" USING btree ("diaObjectId", "validityStartMjdTai")',
    ],
    last_object_table: [
      unit,
      'CREATE UNIQUE INDEX "x_DiaObjectLast_almagest_id" ON "x_DiaObjectLast" USING btree ("diaObjectId")',
    ],
  });
});

test('the nightly table has the columns of DiaObject, and just the indexes that keep versions right', async (t) => {
  await using db = await database();
  await db.query(`select apdb.create('survey', '{"dia_object_nightly": true}')`);
  const columns = (table: string) =>
    db.query(
      `select attname, atttypid, attnotnull, col_description(attrelid, attnum) from pg_attribute
       where attrelid = $1::regclass and attnum > 0 order by attnum`,
      [`survey."${table}"`],
    );
  t.deepEqual(await columns('DiaObjectNightly'), await columns('DiaObject'));
  t.deepEqual(
    await db.query(
      `select indexname::text as index from pg_indexes where tablename = 'DiaObjectNightly' order by 1`,
    ),
    [{ index: 'DiaObjectNightly_almagest_open' }, { index: 'DiaObjectNightly_almagest_version' }],
  );
});

test('tables of replication are named and keyed as the client does, with the prefix twice', async (t) => {
  await using db = await database();
  await db.query(
    `select apdb.create('survey', '{"enable_replica": true, "dia_object_index": "pix_id_iov"}', 'x_')`,
  );
  t.deepEqual(
    await db.query(
      `select c.conrelid::regclass::text as table, c.conname::text as name, replace(pg_get_constraintdef(c.oid), 'survey.', '') as key
       from pg_constraint c where c.conrelid = 'survey."x_x_DiaObjectChunks"'::regclass order by 2`,
    ),
    [
      {
        table: 'survey."x_x_DiaObjectChunks"',
        name: 'x_DiaObjectChunks_fk_DiaObject',
        key: 'FOREIGN KEY ("pixelId", "diaObjectId", "validityStartMjdTai") REFERENCES "x_DiaObject"("pixelId", "diaObjectId", "validityStartMjdTai") ON UPDATE CASCADE ON DELETE CASCADE',
      },
      {
        table: 'survey."x_x_DiaObjectChunks"',
        name: 'x_DiaObjectChunks_fk_x_ApdbReplicaChunks',
        key: 'FOREIGN KEY (apdb_replica_chunk) REFERENCES "x_x_ApdbReplicaChunks"(apdb_replica_chunk) ON UPDATE CASCADE ON DELETE CASCADE',
      },
      {
        table: 'survey."x_x_DiaObjectChunks"',
        name: 'x_x_DiaObjectChunks_pkey',
        key: 'PRIMARY KEY ("pixelId", "diaObjectId", "validityStartMjdTai")',
      },
    ],
  );
});
