/** Visits for tests of association: sources staged, associated and stored. */
import type { TestDatabase } from '../../support/database.ts';

export interface SourceRow {
  readonly id: bigint | number | string;
  readonly ra: number;
  readonly decl: number;
  readonly mjd?: number;
  readonly detector?: number;
  readonly flux?: number | null;
  readonly error?: number | null;
  readonly band?: string | null;
  /** Other columns of DiaSource. */
  readonly more?: Readonly<Record<string, unknown>>;
}

const inRow = (visit: number | string, row: SourceRow): Record<string, unknown> => ({
  diaSourceId: String(row.id),
  visit,
  detector: row.detector ?? 1,
  midpointMjdTai: row.mjd ?? 60000,
  ra: row.ra,
  dec: row.decl,
  x: 0,
  y: 0,
  psfNdata: 1,
  dipoleNdata: 0,
  trailNdata: 0,
  timeProcessedMjdTai: 60000,
  bboxSize: 10,
  psfFlux: row.flux === undefined ? 100 : row.flux,
  psfFluxErr: row.error === undefined ? 10 : row.error,
  band: row.band === undefined ? 'r' : row.band,
  ...row.more,
});

const json = (rows: readonly Record<string, unknown>[]) =>
  // JSON has no NaN; PostgreSQL reads it from a string.
  JSON.stringify(rows, (_, value) =>
    typeof value === 'number' && !Number.isFinite(value) ? String(value) : value,
  );

/** Stages sources of a visit, in one statement. */
export async function stageSources(
  db: TestDatabase,
  visit: number | string,
  rows: readonly SourceRow[],
): Promise<void> {
  await db.query('select apdb.stage()');
  await db.query(
    'insert into new_dia_source select * from json_populate_recordset(null::pg_temp.new_dia_source, $1)',
    [json(rows.map((row) => inRow(visit, row)))],
  );
}

/** Stages, associates within 1 arcsec and stores a visit; gives what apdb.associate says. */
export async function storeVisit(
  db: TestDatabase,
  visit: number,
  time: number,
  rows: readonly SourceRow[],
): Promise<unknown> {
  await db.query('begin');
  await stageSources(
    db,
    visit,
    rows.map((row) => ({ mjd: time, ...row })),
  );
  const [associated] = await db.query(`select * from apdb.associate($1, 1, visit_time => $2)`, [visit, time]);
  await db.query(`select apdb.store($1)`, [time]);
  await db.query('commit');
  return associated;
}

/** Stores sources as they come, without objects. */
export async function storeAlone(
  db: TestDatabase,
  visit: number,
  time: number,
  rows: readonly SourceRow[],
): Promise<void> {
  await db.query('begin');
  await stageSources(
    db,
    visit,
    rows.map((row) => ({ mjd: time, ...row })),
  );
  await db.query(`select apdb.store($1)`, [time]);
  await db.query('commit');
}
