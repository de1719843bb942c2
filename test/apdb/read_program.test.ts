/** Reading an APDB from a program. */
import test from 'ava';
import { readDiaForcedSources, readDiaObjects, readDiaSources } from '../../src/apdb/read.ts';
import { database } from '../support/database.ts';
import { insertRows } from './rows_support.ts';

test('objects and their histories come as typed arrays, whatever the name of the APDB', async (t) => {
  await using db = await database();
  const apdb = `my "sky's" 1`;
  await db.query('select apdb.create($1)', [apdb]);
  const where = { apdb: db.client.escapeIdentifier(apdb) };
  const id = '9223372036854775807';
  await insertRows(
    db,
    'DiaObject',
    [{ diaObjectId: id, validityStartMjdTai: 60000, ra: 0.001, dec: -89.99 }],
    where,
  );
  await insertRows(
    db,
    'DiaSource',
    [60000, 60001].map((midpointMjdTai, i) => ({
      diaSourceId: i + 1,
      diaObjectId: id,
      midpointMjdTai,
      ra: 0.001,
      dec: -89.99,
      psfFlux: i === 0 ? null : 2.5,
    })),
    where,
  );
  await insertRows(db, 'DiaForcedSource', [{ diaObjectId: id, visit: 7, midpointMjdTai: 60000 }], where);
  const region = 'CIRCLE 180 -90 0.1';
  const objects = await readDiaObjects(db.client, apdb, { region });
  t.deepEqual(objects.int64('diaObjectId'), BigInt64Array.of(9223372036854775807n));
  t.deepEqual(objects.float64('ra'), Float64Array.of(0.001));
  const ids = objects.int64('diaObjectId');
  const sources = await readDiaSources(db.client, apdb, 60002, { ids });
  t.is(sources.rows, 2);
  const first = sources.int64('diaSourceId').indexOf(1n);
  t.is(sources.column('psfFlux').nulls?.[first], 1);
  t.is(sources.column('psfFlux').values[1 - first], 2.5);
  t.is((await readDiaSources(db.client, apdb, 60002, { ids, startTime: 60000.5 })).rows, 1);
  t.is((await readDiaSources(db.client, apdb, 60002, { region, exact: false })).rows, 2);
  t.is((await readDiaForcedSources(db.client, apdb, 60002, { ids: [] })).rows, 0);
  t.is((await readDiaForcedSources(db.client, apdb, 60002, { ids: [9223372036854775807n] })).rows, 1);
  t.is((await readDiaForcedSources(db.client, apdb, 60002, { region })).rows, 1);
  await t.throwsAsync(readDiaObjects(db.client, 'other', { region }), { message: /MissingApdbError/ });
});
