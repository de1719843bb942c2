/** Visits stored: what becomes of versions, sources and forced sources. */
import test from 'ava';
import { database, type TestDatabase } from '../support/database.ts';

type Row = Record<string, unknown>;

/** A row with something in every column that is never NULL. */
const filled = (table: string, given: Row): Row => ({
  ...(table === 'DiaObject'
    ? {
        ...Object.fromEntries([...'ugrizy'].map((band) => [`${band}_psfFluxNdata`, 0])),
        nDiaSources: 1,
        firstDiaSourceMjdTai: 60000,
        lastDiaSourceMjdTai: 60000,
      }
    : {}),
  ...given,
});

async function neededColumns(db: TestDatabase, table: string): Promise<string[]> {
  const rows = await db.query<{ name: string }>(
    `select attname as name from pg_attribute
     where attrelid = $1::regclass and attnum > 0 and attnotnull and not attisdropped and not atthasdef
       and attname not in ('validityStartMjdTai', 'pixelId', 'band')`,
    [`survey."${table}"`],
  );
  return rows.map(({ name }) => name);
}

const staging: Record<string, string> = {
  DiaObject: 'new_dia_object',
  DiaSource: 'new_dia_source',
  DiaForcedSource: 'new_dia_forced_source',
};

async function put(db: TestDatabase, table: string, rows: readonly Row[]): Promise<void> {
  const needed = await neededColumns(db, table);
  for (const row of rows) {
    const whole = { ...Object.fromEntries(needed.map((name) => [name, 0])), ...filled(table, row) };
    const names = Object.keys(whole);
    await db.query(
      `insert into pg_temp.${staging[table]} (${names.map((name) => `"${name}"`).join(', ')})
       values (${names.map((_, i) => `$${i + 1}`).join(', ')})`,
      Object.values(whole),
    );
  }
}

async function store(
  db: TestDatabase,
  time: number,
  rows: { objects?: Row[]; sources?: Row[]; forced?: Row[] },
  more = '',
): Promise<Row> {
  await db.query('begin');
  try {
    await db.query('select apdb.stage()');
    await put(db, 'DiaObject', rows.objects ?? []);
    await put(db, 'DiaSource', rows.sources ?? []);
    await put(db, 'DiaForcedSource', rows.forced ?? []);
    const [stored] = await db.query<Row>(`select * from apdb.store($1 ${more})`, [time]);
    await db.query('commit');
    return stored;
  } catch (error) {
    await db.query('rollback');
    throw error;
  }
}

const versions = (db: TestDatabase) =>
  db.query(
    `select "diaObjectId"::text as id, "validityStartMjdTai" as "from", "validityEndMjdTai" as "to"
     from survey."DiaObject" order by 1, 2`,
  );

for (const index of ['baseline', 'pix_id_iov', 'last_object_table']) {
  test(`${index}: a visit closes the versions of before and fills in pixels`, async (t) => {
    await using db = await database();
    await db.query(`select apdb.create('survey', json_build_object('dia_object_index', $1::text))`, [index]);
    const big = '9223372036854775807';
    t.like(
      await store(db, 60000, {
        objects: [
          { diaObjectId: 1, ra: 359.9999, dec: 0 },
          { diaObjectId: big, ra: 0, dec: 90 },
        ],
        sources: [{ diaSourceId: big, visit: 7, detector: 3, ra: 0, dec: -90 }],
        forced: [{ diaObjectId: big, visit: 7, detector: 3, ra: 0, dec: 90 }],
      }),
      { stored: true },
    );
    await store(db, 60001, { objects: [{ diaObjectId: big, ra: 0.0001, dec: 89.9999 }] });
    t.deepEqual(await versions(db), [
      { id: '1', from: 60000, to: null },
      { id: big, from: 60000, to: 60001 },
      { id: big, from: 60001, to: null },
    ]);
    t.deepEqual(
      await db.query(
        `select count(*)::int as n from survey."DiaObject" where "pixelId" <> sky.htm_id(ra, dec, 20)`,
      ),
      [{ n: 0 }],
    );
    t.deepEqual(await db.query(`select visit::text, detector, n_objects::int from survey.stored_visit`), [
      { visit: '7', detector: 3, n_objects: 2 },
    ]);
    if (index === 'last_object_table')
      t.deepEqual(
        await db.query(
          `select "diaObjectId"::text as id, "validityStartMjdTai" as "from", ra from survey."DiaObjectLast" order by 1`,
        ),
        [
          { id: '1', from: 60000, ra: 359.9999 },
          { id: big, from: 60001, ra: 0.0001 },
        ],
      );
  });
}
