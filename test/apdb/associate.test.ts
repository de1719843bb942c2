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
