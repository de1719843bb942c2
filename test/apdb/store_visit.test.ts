/** Visits stored by a program: staged by COPY, whole or not at all. */
import test from 'ava';
import { type StoreResult, storeVisit, type Visit, type VisitRows } from '../../src/apdb/store_visit.ts';
import { type ColumnValues, columnTable, tableOf } from '../../src/apdb/tables.ts';
import { database, type TestDatabase } from '../support/database.ts';

/** Ids that a JavaScript number cannot hold. */
const first = 2n ** 60n + 1n;

const bands = ['u', 'g', 'r', 'i', 'z', 'y'];

interface Position {
  readonly id: bigint;
  readonly ra: number;
  readonly decl: number;
}

function objects(positions: readonly Position[], nDiaSources = 1) {
  return tableOf({
    diaObjectId: BigInt64Array.from(positions, ({ id }) => id),
    ra: Float64Array.from(positions, ({ ra }) => ra),
    dec: Float64Array.from(positions, ({ decl }) => decl),
    nDiaSources: new Int32Array(positions.length).fill(nDiaSources),
    ...Object.fromEntries(bands.map((band) => [`${band}_psfFluxNdata`, new Int32Array(positions.length)])),
  });
}

function sourceColumns(positions: readonly Position[], visit: bigint, time: number): ColumnValues[] {
  const rows = positions.length;
  const floats = (value: number) => new Float64Array(rows).fill(value);
  const counts = ['psfNdata', 'dipoleNdata', 'bboxSize'];
  return [
    { name: 'diaSourceId', type: 'int64', values: BigInt64Array.from(positions, ({ id }) => id * 2n) },
    { name: 'diaObjectId', type: 'int64', values: BigInt64Array.from(positions, ({ id }) => id) },
    { name: 'visit', type: 'int64', values: new BigInt64Array(rows).fill(visit) },
    { name: 'detector', type: 'int16', values: new Int16Array(rows).fill(3) },
    { name: 'midpointMjdTai', type: 'float64', values: floats(time) },
    { name: 'timeProcessedMjdTai', type: 'float64', values: floats(time) },
    { name: 'ra', type: 'float64', values: Float64Array.from(positions, ({ ra }) => ra) },
    { name: 'dec', type: 'float64', values: Float64Array.from(positions, ({ decl }) => decl) },
    { name: 'x', type: 'float32', values: new Float32Array(rows) },
    { name: 'y', type: 'float32', values: new Float32Array(rows) },
    ...counts.map((name): ColumnValues => ({ name, type: 'int32', values: new Int32Array(rows) })),
    { name: 'band', type: 'text', values: new Array<string>(rows).fill('g') },
  ];
}

/** A pole, both sides of RA 0, and an ordinary place. */
const places: readonly Position[] = [
  { id: first, ra: 0, decl: 90 },
  { id: first + 1n, ra: 359.999_999, decl: -0.5 },
  { id: first + 2n, ra: 0.000_001, decl: -0.5 },
  { id: first + 3n, ra: 60.25, decl: -90 },
];

const visitRows = (positions: readonly Position[], visit: bigint, time: number): VisitRows => ({
  objects: objects(positions),
  sources: columnTable(sourceColumns(positions, visit, time), positions.length),
});

async function made(db: TestDatabase, options = {}): Promise<void> {
  await db.query(`select apdb.create('survey', $1)`, [JSON.stringify(options)]);
}

const store = (db: TestDatabase, visit: Visit, rows: VisitRows): Promise<StoreResult> =>
  storeVisit(db.client, 'survey', visit, rows);

const countOf = async (db: TestDatabase, table: string): Promise<bigint> =>
  (await db.query<{ count: bigint }>(`select count(*) from survey."${table}"`))[0]!.count;

test('a visit is stored with pixels as the server computes them', async (t) => {
  await using db = await database();
  await made(db);
  const result = await store(
    db,
    { visitTime: 60_000.25, visit: 7n, detector: 3 },
    visitRows(places, 7n, 60_000.25),
  );
  t.deepEqual(result, { stored: true, objects: 4, closed: 0, sources: 4, forcedSources: 0 });
  for (const table of ['DiaObject', 'DiaSource'])
    t.deepEqual(
      await db.query(
        `select "diaObjectId"::text as id from survey."${table}" where "pixelId" = sky.htm_id(ra, dec, 20) order by 1`,
      ),
      places.map(({ id }) => ({ id: String(id) })),
    );
});

test('the same session stores visit after visit, of one APDB and another', async (t) => {
  await using db = await database();
  await made(db);
  await db.query(`select apdb.create('other', '{"htm_level": 12, "htm_index_column": "trixel"}', 'p_')`);
  for (let night = 0; night < 3; night++) {
    const time = 60_000 + night;
    const visit = { visitTime: time, visit: BigInt(night) };
    const rows = { objects: objects(places, night + 1) };
    t.is((await store(db, visit, rows)).closed, night === 0 ? 0 : 4);
    t.is((await storeVisit(db.client, 'other', visit, rows)).objects, 4);
  }
  t.is(await countOf(db, 'DiaObject'), 12n);
  t.deepEqual(
    await db.query('select distinct trixel = sky.htm_id(ra, dec, 12) as same from other."p_DiaObject"'),
    [{ same: true }],
  );
});

test('NULL and NaN arrive as what they are, and true as true', async (t) => {
  await using db = await database();
  await made(db);
  const rows = places.length;
  const columns = [
    ...sourceColumns(places, 7n, 60_000),
    {
      name: 'psfFlux',
      type: 'float32' as const,
      values: Float32Array.of(1.5, Number.NaN, 0, -1),
      nulls: Uint8Array.of(0, 0, 1, 0),
    },
    {
      name: 'isDipole',
      type: 'boolean' as const,
      values: Uint8Array.of(1, 0, 1, 0),
      nulls: Uint8Array.of(0, 0, 1, 0),
    },
  ];
  await store(db, { visitTime: 60_000 }, { objects: objects(places), sources: columnTable(columns, rows) });
  t.deepEqual(
    await db.query(
      'select "psfFlux" as flux, "isDipole" as dipole from survey."DiaSource" order by "diaSourceId"',
    ),
    [
      { flux: 1.5, dipole: true },
      { flux: Number.NaN, dipole: false },
      { flux: null, dipole: null },
      { flux: -1, dipole: false },
    ],
  );
});

test('nothing stays of a visit of which a table is refused, and the session goes on', async (t) => {
  await using db = await database();
  await made(db);
  const outside = [...places.slice(0, 3), { id: first + 3n, ra: 10, decl: 91 }];
  await t.throwsAsync(
    store(
      db,
      { visitTime: 60_000, visit: 7n },
      { ...visitRows(places, 7n, 60_000), objects: objects(outside) },
    ),
    { message: /DiaObject: .* 1152921504606846980 is nowhere on the sky/ },
  );
  const wrong = columnTable(
    [...sourceColumns(places, 7n, 60_000), { name: 'colour', type: 'text', values: places.map(() => 'red') }],
    places.length,
  );
  await t.throwsAsync(store(db, { visitTime: 60_000 }, { objects: objects(places), sources: wrong }), {
    message: 'DiaSource has no column "colour"',
  });
  t.is(await countOf(db, 'DiaObject'), 0n);
  t.is((await store(db, { visitTime: 60_000, visit: 7n }, visitRows(places, 7n, 60_000))).sources, 4);
});

test('a visit without rows is remembered, and the same visit again is a conflict, skipped or replaced', async (t) => {
  await using db = await database();
  await made(db);
  const empty = { objects: objects([]), sources: columnTable(sourceColumns([], 8n, 60_001), 0) };
  const visit = { visitTime: 60_001, visit: 8n, detector: 3 };
  t.is((await store(db, visit, empty)).objects, 0);
  await t.throwsAsync(store(db, visit, empty), { message: /stored before/ });
  t.false((await store(db, { ...visit, onConflict: 'skip' }, visitRows(places, 8n, 60_001))).stored);
  t.is(await countOf(db, 'DiaSource'), 0n);
  t.is((await store(db, { ...visit, onConflict: 'update' }, visitRows(places, 8n, 60_001))).sources, 4);
});

test('there is an error where no APDB is of that name', async (t) => {
  await using db = await database();
  await t.throwsAsync(storeVisit(db.client, 'nowhere', { visitTime: 60_000 }, {}), {
    message: 'there is no APDB "nowhere"',
  });
});

test('rows that came along with another visit are added, and not taken for all of theirs', async (t) => {
  await using db = await database();
  await made(db);
  const [one, two, ...others] = places;
  const along = (positions: readonly Position[]) => ({
    sources: columnTable(sourceColumns(positions, 7n, 60_000), positions.length),
  });
  const history = { visitTime: 60_005, onConflict: 'skip', remember: false } as const;
  t.is((await store(db, history, along([one!]))).sources, 1);
  t.deepEqual(await db.query('select from survey.stored_visit'), []);
  // The visit itself, without some that come along later.
  const visit = { visitTime: 60_000, visit: 7n, detector: 3 };
  await t.throwsAsync(store(db, visit, along([one!, two!])), { message: /already|there/ });
  t.is((await store(db, { ...visit, onConflict: 'skip' }, along([one!, two!]))).sources, 1);
  t.is((await store(db, history, along([two!, ...others]))).sources, 2);
  t.is(await countOf(db, 'DiaSource'), 4n);
  t.deepEqual(await db.query(`select * from apdb.check('survey')`), []);
});
