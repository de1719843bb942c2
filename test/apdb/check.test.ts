/** What apdb.check finds, and what it mends. */
import test from 'ava';
import { storeRows, versionsOf } from '../support/apdb_rows.ts';
import { database, type TestDatabase } from '../support/database.ts';

const settings = [
  { dia_object_index: 'baseline' },
  { dia_object_index: 'pix_id_iov' },
  { dia_object_index: 'last_object_table' },
  { dia_object_index: 'last_object_table', dia_object_nightly: true },
];

const objects = [1, 2, 3].map((diaObjectId) => ({
  diaObjectId,
  ra: diaObjectId * 100,
  dec: 90 - diaObjectId,
}));

/** Three objects, seen three times, with a source each. */
async function survey(options: object): Promise<TestDatabase> {
  const db = await database();
  await db.query('select apdb.create($1, $2::json)', ['survey', JSON.stringify(options)]);
  for (const visit of [1, 2, 3])
    await storeRows(db.client, 60000 + visit, {
      objects,
      sources: [{ diaSourceId: visit, visit, detector: 4, ra: 0, dec: -90 }],
      forced: [{ diaObjectId: visit, visit, detector: 4, ra: 0, dec: -90 }],
    });
  if ('dia_object_nightly' in options) await db.query(`select apdb.nightly_merge('survey')`);
  return db;
}

const check = async (db: TestDatabase, repair = false): Promise<string[]> =>
  (
    await db.query<{ line: string }>(
      `select concat_ws(' | ', problem, dia_object_id, detail) as line from apdb.check('survey', $1) order by 1`,
      [repair],
    )
  ).map(({ line }) => line);

for (const options of settings) {
  const name = Object.values(options).join(' ');
  const hasLast = options.dia_object_index === 'last_object_table';

  test(`${name}: nothing is wrong with what apdb.store wrote`, async (t) => {
    await using db = await survey(options);
    t.deepEqual(await check(db), []);
  });

  test(`${name}: versions that a client left open or overlapping are closed`, async (t) => {
    await using db = await survey(options);
    const before = await versionsOf(db.client);
    if (hasLast) await db.query(`update survey."DiaObject" set "validityEndMjdTai" = null`);
    else
      await db.query(
        `update survey."DiaObject" set "validityEndMjdTai" = 60009 where "validityEndMjdTai" is not null`,
      );
    const found = await check(db, true);
    t.is(found.length, hasLast ? 6 : 6);
    t.is(
      found[0],
      hasLast
        ? 'a version is open, and a newer one follows | 1 | valid from MJD 60001 to now, the next one from 60002'
        : 'versions overlap | 1 | valid from MJD 60001 to 60009, the next one from 60002',
    );
    t.deepEqual(await check(db), []);
    t.deepEqual(await versionsOf(db.client), before);
  });

  test(`${name}: a gap is found and left`, async (t) => {
    await using db = await survey(options);
    await db.query(
      `update survey."DiaObject" set "validityEndMjdTai" = 60001.5 where "diaObjectId" = 2 and "validityStartMjdTai" = 60001`,
    );
    const gap = ['versions leave a gap | 2 | valid from MJD 60001 to 60001.5, the next one from 60002'];
    t.deepEqual(await check(db, true), gap);
    t.deepEqual(await check(db), gap);
  });

  test(`${name}: pixels that are not those of the positions are mended`, async (t) => {
    await using db = await survey(options);
    await db.query(
      `update survey."DiaObject" set "pixelId" = 5 where "diaObjectId" = 2 and "validityStartMjdTai" = 60003`,
    );
    await db.query(`update survey."DiaSource" set "pixelId" = 7 where "diaSourceId" = 2`);
    const found = await check(db, true);
    t.is(found.length, 2);
    t.regex(found[0], /^a pixel of DiaObject is not that of the position \| 2 \| 5 instead of \d{14}$/);
    t.regex(
      found[1],
      /^a pixel of DiaSource is not that of the position \| diaSourceId 2: 7 instead of \d{13}$/,
    );
    t.deepEqual(await check(db), []);
  });

  test(`${name}: a visit without all its rows is found`, async (t) => {
    await using db = await survey(options);
    await db.query(`delete from survey."DiaSource" where visit = 2`);
    await db.query(`delete from survey."DiaForcedSource" where visit = 3`);
    await db.query(
      `delete from survey."DiaObject" where "diaObjectId" = 1 and "validityStartMjdTai" = 60001`,
    );
    t.deepEqual(await check(db), [
      'a visit lacks a version of an object | 1 | visit 1, detector 4 at MJD 60001',
      'a visit lacks rows of DiaForcedSource | visit 3, detector 4: 0 instead of 1',
      'a visit lacks rows of DiaSource | visit 2, detector 4: 0 instead of 1',
    ]);
  });
}

test('DiaObjectLast is brought to the newest versions', async (t) => {
  await using db = await survey({ dia_object_index: 'last_object_table' });
  await db.query(`delete from survey."DiaObjectLast" where "diaObjectId" = 1`);
  await db.query(`update survey."DiaObjectLast" set "nDiaSources" = 9 where "diaObjectId" = 2`);
  await db.query(
    `update survey."DiaObject" set "validityEndMjdTai" = 60004 where "diaObjectId" = 3 and "validityEndMjdTai" is null`,
  );
  t.deepEqual(await check(db, true), [
    'DiaObjectLast has an object that is not open | 3 | of MJD 60003',
    'DiaObjectLast is not as the newest version | 2 | "nDiaSources": 9 instead of 0',
    'DiaObjectLast lacks an object | 1 | its newest version is of MJD 60003',
  ]);
  t.deepEqual(await check(db), []);
});

test('an APDB that is not there cannot be checked', async (t) => {
  await using db = await database();
  await t.throwsAsync(db.query(`select * from apdb.check('nothing')`), { message: /^MissingApdbError/ });
});
