/** APDBs made: their tables and keys for each index option, and what is refused. */
import test from 'ava';
import { database } from '../support/database.ts';

const primaryKeys = `
  select c.relname::text as table, pg_get_constraintdef(k.oid) as key
  from pg_constraint k join pg_class c on c.oid = k.conrelid
  where k.contype = 'p' and k.connamespace = 'survey'::regnamespace and c.relname like 'DiaObject%'
  order by 1`;

test('the key of objects follows dia_object_index', async (t) => {
  await using db = await database();
  await db.query(`select apdb.create('survey', '{"dia_object_index": "pix_id_iov"}')`);
  t.deepEqual(await db.query(primaryKeys), [
    { table: 'DiaObject', key: 'PRIMARY KEY ("pixelId", "diaObjectId", "validityStartMjdTai")' },
  ]);
  await db.query(`select apdb.drop('survey')`);
  await db.query(`select apdb.create('survey', '{"dia_object_index": "last_object_table"}')`);
  t.deepEqual(await db.query(primaryKeys), [
    { table: 'DiaObject', key: 'PRIMARY KEY ("diaObjectId", "validityStartMjdTai")' },
    { table: 'DiaObjectLast', key: 'PRIMARY KEY ("pixelId", "diaObjectId")' },
  ]);
});
