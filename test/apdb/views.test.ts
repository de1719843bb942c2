/** The views of an APDB for analysts. */
import test from 'ava';
import { database, type TestDatabase } from '../support/database.ts';
import { insertRows } from './rows_support.ts';

type Version = readonly [id: bigint, start: number, end?: number];

function addVersions(db: TestDatabase, table: string, versions: readonly Version[]): Promise<void> {
  return insertRows(
    db,
    table,
    versions.map(([diaObjectId, validityStartMjdTai, validityEndMjdTai = null]) => ({
      diaObjectId: `${diaObjectId}`,
      validityStartMjdTai,
      ...(table === 'DiaObjectLast' ? {} : { validityEndMjdTai }),
    })),
  );
}

const big = 9007199254740993n;

test('the version of an object is found as of any time, in each index mode', async (t) => {
  await using db = await database();
  for (const mode of ['baseline', 'pix_id_iov', 'last_object_table']) {
    await db.query(`select apdb.create('survey', json_build_object('dia_object_index', $1::text))`, [mode]);
    await addVersions(db, 'DiaObject', [
      [big, 60000, 60001],
      [big, 60001],
      [2n, 60000.5],
    ]);
    if (mode === 'last_object_table')
      await addVersions(db, 'DiaObjectLast', [
        [big, 60001],
        [2n, 60000.5],
      ]);
    const versions = 'dia_object_id, validity_start_mjd_tai';
    t.deepEqual(await db.query(`select ${versions} from survey.dia_object_latest order by 2`), [
      { dia_object_id: 2n, validity_start_mjd_tai: 60000.5 },
      { dia_object_id: big, validity_start_mjd_tai: 60001 },
    ]);
    const at = async (time: number) =>
      (
        await db.query<{ start: number }>(
          `select validity_start_mjd_tai as start from survey.dia_object_at($1) order by 1`,
          [time],
        )
      ).map(({ start }) => start);
    t.deepEqual(await at(59999), []);
    t.deepEqual(await at(60000), [60000]);
    t.deepEqual(await at(60000.75), [60000, 60000.5]);
    t.deepEqual(await at(60001), [60000.5, 60001]);
    await db.query(`select apdb.drop('survey')`);
  }
});

test('the versions of this night are seen', async (t) => {
  await using db = await database();
  await db.query(`select apdb.create('survey', '{"dia_object_nightly": true}')`);
  await addVersions(db, 'DiaObject', [[1n, 60000, 60001]]);
  await addVersions(db, 'DiaObjectNightly', [[1n, 60001]]);
  t.deepEqual(await db.query('select validity_start_mjd_tai as start from survey.dia_object order by 1'), [
    { start: 60000 },
    { start: 60001 },
  ]);
  t.deepEqual(await db.query('select validity_start_mjd_tai as start from survey.dia_object_latest'), [
    { start: 60001 },
  ]);
});

test('a light curve has sources and forced sources, and is read by index', async (t) => {
  await using db = await database();
  await db.query(`select apdb.create('survey')`);
  await insertRows(
    db,
    'DiaSource',
    [`${big}`, '0', null].map((diaObjectId, i) => ({
      diaSourceId: 11 + i,
      diaObjectId,
      visit: 1,
      midpointMjdTai: 60000,
      psfFlux: 5,
      band: 'r',
    })),
  );
  await insertRows(db, 'DiaForcedSource', [
    {
      diaForcedSourceId: 21,
      diaObjectId: `${big}`,
      visit: 2,
      midpointMjdTai: 60001,
      psfFlux: 'NaN',
      band: 'g',
    },
  ]);
  t.deepEqual(
    await db.query(
      `select dia_object_id, midpoint_mjd_tai, band, psf_flux, kind, visit, source_id from survey.lightcurve order by 2`,
    ),
    [
      {
        dia_object_id: big,
        midpoint_mjd_tai: 60000,
        band: 'r',
        psf_flux: 5,
        kind: 'source',
        visit: 1n,
        source_id: 11n,
      },
      {
        dia_object_id: big,
        midpoint_mjd_tai: 60001,
        band: 'g',
        psf_flux: Number.NaN,
        kind: 'forced',
        visit: 2n,
        source_id: 21n,
      },
    ],
  );
  await db.query('set enable_seqscan = off');
  const plan = await db.query<{ 'QUERY PLAN': string }>(
    `explain (costs off) select * from survey.lightcurve where dia_object_id = ${big}`,
  );
  const scans = plan.map((line) => line['QUERY PLAN']).filter((line) => /Scan/.test(line));
  t.true(
    scans.every((line) => /Index Scan|Bitmap/.test(line)),
    scans.join('\n'),
  );
});

test('every view, and every column of one, says what it is', async (t) => {
  await using db = await database();
  await db.query(`select apdb.create('survey', '{"dia_object_index": "last_object_table"}')`);
  t.deepEqual(
    await db.query(
      `select c.relname, a.attname
       from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0
       where c.relnamespace = 'survey'::regnamespace and c.relkind = 'v'
         and (obj_description(c.oid, 'pg_class') is null or coalesce(col_description(c.oid, a.attnum), '') = ''
              or a.attname ~ '[A-Z]|pixel_id')`,
    ),
    [],
  );
  t.deepEqual(
    await db.query(
      `select relname::text as name from pg_class where relnamespace = 'survey'::regnamespace and relkind = 'v' order by 1`,
    ),
    [
      { name: 'dia_forced_source' },
      { name: 'dia_object' },
      { name: 'dia_object_band' },
      { name: 'dia_object_latest' },
      { name: 'dia_source' },
      { name: 'lightcurve' },
    ],
  );
});
