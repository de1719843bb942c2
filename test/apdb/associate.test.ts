/** Sources and the objects that are theirs: matched, one to one, everywhere on the sky. */
import test from 'ava';
import { database, type TestDatabase } from '../support/database.ts';

interface SourceRow {
  readonly id: bigint | number | string;
  readonly ra: number;
  readonly decl: number;
  readonly mjd?: number;
  readonly detector?: number;
  readonly flux?: number | null;
  readonly error?: number | null;
  readonly band?: string;
}

/** Stages sources of a visit. */
async function stageSources(db: TestDatabase, visit: number | string, rows: readonly SourceRow[]) {
  await db.query('select apdb.stage()');
  for (const row of rows)
    await db.query(
      `insert into new_dia_source ("diaSourceId", visit, detector, "midpointMjdTai", ra, "dec", x, y, "psfNdata",
         "dipoleNdata", "trailNdata", "timeProcessedMjdTai", "bboxSize", "psfFlux", "psfFluxErr", band)
       values ($1, $2, $3, $4, $5, $6, 0, 0, 1, 0, 0, 60000, 10, $7, $8, $9)`,
      [
        row.id,
        visit,
        row.detector ?? 1,
        row.mjd ?? 60000,
        row.ra,
        row.decl,
        row.flux ?? 100,
        row.error ?? 10,
        row.band ?? 'r',
      ],
    );
}

/** Stages, associates and stores a visit; gives what apdb.associate says. */
async function visit(db: TestDatabase, number: number, time: number, rows: readonly SourceRow[]) {
  await db.query('begin');
  await stageSources(
    db,
    number,
    rows.map((row) => ({ mjd: time, ...row })),
  );
  const [associated] = await db.query(`select * from apdb.associate($1, 1, visit_time => $2)`, [
    number,
    time,
  ]);
  await db.query(`select apdb.store($1)`, [time]);
  await db.query('commit');
  return associated;
}

for (const options of [
  '{}',
  '{"dia_object_index": "pix_id_iov"}',
  '{"dia_object_index": "last_object_table"}',
  '{"dia_object_index": "last_object_table", "dia_object_nightly": true}',
  '{"dia_object_nightly": true}',
])
  test(`sources get the objects that are there, others make new ones: ${options}`, async (t) => {
    await using db = await database();
    await db.query(`select apdb.create('survey', '${options}')`);
    t.deepEqual(
      await visit(db, 1, 60000, [
        { id: '9007199254740993', ra: 150, decl: 2 },
        { id: 2, ra: 150.001, decl: 2 },
      ]),
      { sources: 2n, matched: 0n, new_objects: 2n },
    );
    t.deepEqual(
      await visit(db, 2, 60001, [
        { id: 3, ra: 150.0001, decl: 2, flux: 200 },
        { id: 4, ra: 150.002, decl: 2 },
      ]),
      { sources: 2n, matched: 1n, new_objects: 1n },
    );
    t.deepEqual(
      await db.query(
        `select dia_source_id as id, dia_object_id as object from survey.dia_source order by dia_source_id`,
      ),
      [
        { id: 2n, object: 2n },
        { id: 3n, object: 9007199254740993n },
        { id: 4n, object: 4n },
        { id: 9007199254740993n, object: 9007199254740993n },
      ],
    );
    t.deepEqual(
      await db.query(
        `select dia_object_id as id, ra, round(dec::numeric, 9)::float8 as dec, n_dia_sources as n, first_dia_source_mjd_tai as first,
           last_dia_source_mjd_tai as last, r_psf_flux_mean as mean, r_psf_flux_ndata as r_n, g_psf_flux_ndata as g_n
         from survey.dia_object_latest order by 1`,
      ),
      [
        { id: 2n, ra: 150.001, dec: 2, n: 1, first: 60000, last: 60000, mean: 100, r_n: 1, g_n: 0 },
        { id: 4n, ra: 150.002, dec: 2, n: 1, first: 60001, last: 60001, mean: 100, r_n: 1, g_n: 0 },
        {
          id: 9007199254740993n,
          ra: 150.00005,
          dec: 2,
          n: 2,
          first: 60000,
          last: 60001,
          mean: 150,
          r_n: 2,
          g_n: 0,
        },
      ],
    );
  });

test('forced photometry: of objects detected again, or with a region of all that are known there', async (t) => {
  await using db = await database();
  for (const options of ['{}', '{"dia_object_index": "last_object_table"}', '{"dia_object_nightly": true}']) {
    await db.query(`select apdb.create('survey', '${options}')`);
    await visit(db, 1, 60000, [
      { id: 1, ra: 0.0001, decl: 2 },
      { id: 2, ra: 359.999, decl: 2 },
      { id: 3, ra: 10, decl: 2 },
    ]);
    await visit(db, 2, 60025, [
      { id: 4, ra: 0, decl: 2.0001 },
      { id: 5, ra: 0.001, decl: 2 },
    ]);
    await db.query('begin');
    await stageSources(db, 3, [
      { id: 6, ra: 0.0002, decl: 2.0001, mjd: 60030 },
      { id: 7, ra: 0.3, decl: 2 },
    ]);
    await db.query('select apdb.associate(3, 1, visit_time => 60030)');
    const candidates = (more: string) =>
      db.query(
        `select dia_object_id as id, n_dia_sources as n, detected from apdb.forced_candidates(${more})`,
      );
    const again = [{ id: 1n, n: 3, detected: true }];
    t.deepEqual(await candidates('3'), again);
    t.deepEqual(await candidates(`3, min_sources => 1, region => 'CIRCLE 0 2 0.1'`), [
      ...again,
      { id: 2n, n: 1, detected: false },
      { id: 5n, n: 1, detected: false },
      { id: 7n, n: 1, detected: true },
    ]);
    t.deepEqual(await candidates(`3, min_sources => 1, region => 'CIRCLE 0 2 0.1', known_days => 29`), [
      ...again,
      { id: 5n, n: 1, detected: false },
      { id: 7n, n: 1, detected: true },
    ]);
    await db.query('select apdb.store(60030)');
    await db.query('commit');
    t.deepEqual(await candidates('3'), again);
    t.deepEqual(await candidates('1'), again);
    t.deepEqual(await candidates('99'), []);
    await db.query(`select apdb.drop('survey')`);
  }
});

test('statistics are brought up to date: of latest versions, of all, of objects that lost their sources', async (t) => {
  await using db = await database();
  for (const options of ['{}', '{"dia_object_index": "last_object_table"}', '{"dia_object_nightly": true}']) {
    await db.query(`select apdb.create('survey', '${options}')`);
    await visit(db, 1, 60000, [
      { id: 1, ra: 10, decl: 2, flux: 100 },
      { id: 2, ra: 11, decl: 2 },
    ]);
    await visit(db, 2, 60001, [{ id: 3, ra: 10.0001, decl: 2, flux: 300 }]);
    await visit(db, 3, 60002, [{ id: 4, ra: 10.0002, decl: 2, flux: 800 }]);
    const versions = () =>
      db.query(
        `select dia_object_id as id, validity_start_mjd_tai as start, round(ra::numeric, 7)::float8 as ra,
           n_dia_sources as n, r_psf_flux_mean as mean, first_dia_source_mjd_tai as first
         from survey.dia_object order by 1, 2`,
      );
    const good = await versions();
    t.deepEqual(good.slice(0, 3), [
      { id: 1n, start: 60000, ra: 10, n: 1, mean: 100, first: 60000 },
      { id: 1n, start: 60001, ra: 10.00005, n: 2, mean: 200, first: 60000 },
      { id: 1n, start: 60002, ra: 10.0001, n: 3, mean: 400, first: 60000 },
    ]);
    t.deepEqual(await db.query('select apdb.update_statistics(all_versions => true) as n'), [{ n: 4n }]);
    t.deepEqual(await versions(), good);
    await db.query(
      `update survey."DiaSource" set "diaObjectId" = 0, "ssObjectId" = 7 where "diaSourceId" in (2, 3)`,
    );
    t.deepEqual(await db.query(`select apdb.update_statistics('{1,2}') as n`), [{ n: 2n }]);
    t.deepEqual(await versions(), [
      ...good.slice(0, 2),
      { id: 1n, start: 60002, ra: 10.0001, n: 2, mean: 450, first: 60000 },
      { id: 2n, start: 60000, ra: 11, n: 0, mean: null, first: null },
    ]);
    t.deepEqual(await db.query('select apdb.update_statistics(all_versions => true) as n'), [{ n: 4n }]);
    t.deepEqual((await versions()).slice(0, 2), [
      { id: 1n, start: 60000, ra: 10, n: 1, mean: 100, first: 60000 },
      { id: 1n, start: 60001, ra: 10, n: 1, mean: 100, first: 60000 },
    ]);
    t.deepEqual(await db.query(`select apdb.update_statistics('{}') as n`), [{ n: 0n }]);
    await db.query(`select apdb.drop('survey')`);
  }
});
