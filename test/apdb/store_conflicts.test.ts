/** Visits stored again, and rows that are there already: refused, left, or replaced. */
import test from 'ava';
import { storeRows, versionsOf } from '../support/apdb_rows.ts';
import { database, type TestDatabase } from '../support/database.ts';

const settings = [
  { dia_object_index: 'baseline' },
  { dia_object_index: 'pix_id_iov' },
  { dia_object_index: 'last_object_table' },
  { dia_object_index: 'baseline', dia_object_nightly: true },
  { dia_object_index: 'last_object_table', dia_object_nightly: true, object_last_replace: false },
];

const create = (db: TestDatabase, options: object, apdb = 'survey') =>
  db.query('select apdb.create($1, $2::json)', [apdb, JSON.stringify(options)]);

const object = (diaObjectId: number | string, ra = 10, more: object = {}) => ({
  diaObjectId,
  ra,
  dec: 10,
  ...more,
});
const source = (diaSourceId: number, visit: number, ra = 10) => ({
  diaSourceId,
  visit,
  detector: 1,
  ra,
  dec: 10,
});
const forced = (diaObjectId: number, visit: number, ra = 10) => ({
  diaObjectId,
  visit,
  detector: 1,
  ra,
  dec: 10,
});

/** Everything that an APDB holds, as text. */
async function contents(db: TestDatabase, apdb = 'survey'): Promise<string> {
  const tables = ['dia_object', 'dia_source', 'dia_forced_source', 'stored_visit'];
  const [{ last }] = await db.query<{ last: boolean }>(
    `select to_regclass('${apdb}."DiaObjectLast"') is not null as last`,
  );
  const parts = [...tables, ...(last ? ['"DiaObjectLast"'] : [])].map(
    (table) =>
      `select '${table}' as t, (to_jsonb(whole) - 'stored_at')::text as r from ${apdb}.${table} whole`,
  );
  const rows = await db.query<{ t: string; r: string }>(`${parts.join(' union all ')} order by 1, 2`);
  return rows.map(({ t, r }) => `${t} ${r}`).join('\n');
}

for (const options of settings) {
  const name = Object.values(options).join(' ');

  test(`${name}: a visit that was stored is refused, or left as it is`, async (t) => {
    await using db = await database();
    await create(db, options);
    const rows = { objects: [object(1)], sources: [source(1, 7)], forced: [forced(1, 7)] };
    await storeRows(db.client, 60000, rows);
    const before = await contents(db);
    await t.throwsAsync(storeRows(db.client, 60000, rows), {
      message: /^ApdbStateError: visit 7, detector 1 was stored before$/,
    });
    await t.throwsAsync(storeRows(db.client, 60000, { objects: [object(1)] }), {
      message: /^ApdbStateError: DiaObject: object 1 has a version of MJD 60000 already$/,
    });
    await t.throwsAsync(storeRows(db.client, 60001, { sources: [source(1, 8)] }), {
      message: /^ApdbStateError: DiaSource: the row with diaSourceId 1 is there already$/,
    });
    await t.throwsAsync(
      storeRows(db.client, 60001, { forced: [forced(1, 7)] }, 'visit => 7, detector => 2'),
      {
        message:
          /^ApdbStateError: DiaForcedSource: the row with diaObjectId, visit, detector 1, 7, 1 is there already$/,
      },
    );
    t.deepEqual(
      await storeRows(
        db.client,
        60009,
        { objects: [object(2)], sources: [source(2, 7)] },
        `on_conflict => 'skip'`,
      ),
      { stored: false, objects: 0, closed: 0, sources: 0, forced_sources: 0 },
    );
    t.is(await contents(db), before);
  });

  test(`${name}: rows that are there already are left, the others stored`, async (t) => {
    await using db = await database();
    await create(db, options);
    await storeRows(db.client, 60000, { objects: [object(1, 10)], sources: [source(1, 7, 10)] });
    t.deepEqual(
      await storeRows(
        db.client,
        60000,
        { objects: [object(1, 11), object(2, 11)], sources: [source(1, 8, 11), source(2, 8, 11)] },
        `on_conflict => 'skip'`,
      ),
      { stored: true, objects: 1, closed: 0, sources: 1, forced_sources: 0 },
    );
    t.deepEqual(
      await db.query('select dia_object_id::int as id, ra from survey.dia_object_latest order by 1'),
      [
        { id: 1, ra: 10 },
        { id: 2, ra: 11 },
      ],
    );
    t.deepEqual(await db.query('select dia_source_id::int as id, ra from survey.dia_source order by 1'), [
      { id: 1, ra: 10 },
      { id: 2, ra: 11 },
    ]);
    t.deepEqual(
      await db.query('select dia_object_ids::text as ids from survey.stored_visit order by visit'),
      [{ ids: '{1}' }, { ids: '{2}' }],
    );
  });

  test(`${name}: rows that are there already are overwritten`, async (t) => {
    await using db = await database();
    await create(db, options);
    for (const time of [60000, 60001])
      await storeRows(db.client, time, { objects: [object(1, 10)], sources: [source(time, time)] });
    t.deepEqual(
      await storeRows(
        db.client,
        60000,
        { objects: [object(1, 11), object(2, 11)], sources: [source(60000, 8, 11)] },
        `on_conflict => 'update'`,
      ),
      { stored: true, objects: 2, closed: 0, sources: 1, forced_sources: 0 },
    );
    t.deepEqual(await versionsOf(db.client), ['1 60000 60001', '1 60001 open', '2 60000 open']);
    t.deepEqual(
      await db.query('select ra from survey.dia_object order by dia_object_id, validity_start_mjd_tai'),
      [{ ra: 11 }, { ra: 10 }, { ra: 11 }],
    );
    t.deepEqual(
      await db.query('select dia_object_id::int as id, ra from survey.dia_object_latest order by 1'),
      [
        { id: 1, ra: 10 },
        { id: 2, ra: 11 },
      ],
    );
    t.deepEqual(await db.query('select visit::int from survey.dia_source order by 1'), [
      { visit: 8 },
      { visit: 60001 },
    ]);
  });

  test(`${name}: a visit that is stored again replaces what it stored before`, async (t) => {
    await using db = await database();
    const visits = (again: object) => [
      { time: 60000, objects: [object(1), object(2), object(4)], sources: [source(1, 1)], forced: [] },
      {
        time: 60010,
        objects: [object(1), object(2), object(3), object(4)],
        sources: [source(2, 2), source(3, 2)],
        forced: [forced(1, 2), forced(2, 2)],
        ...again,
      },
      { time: 60020, objects: [object(1), object(4)], sources: [source(4, 3)], forced: [] },
    ];
    for (const again of [
      {
        objects: [object(1, 12), object(4, 12)],
        sources: [source(3, 2, 12), source(5, 2)],
        forced: [forced(3, 2)],
      },
      { time: 60015, objects: [object(2, 12), object(3), object(5)] },
      { time: 60030 },
      { time: 59000, forced: [] },
      { objects: [], sources: [source(2, 2)] },
    ]) {
      for (const apdb of ['survey', 'other']) await create(db, options, apdb);
      const store = (apdb: string, { time, ...rows }: ReturnType<typeof visits>[number], more = '') =>
        storeRows(db.client, time, rows, more, apdb);
      for (const visit of visits({})) await store('survey', visit);
      t.true((await store('survey', visits(again)[1], `on_conflict => 'update'`)).stored);
      const mended = await contents(db);
      await store('survey', visits(again)[1], `on_conflict => 'update'`);
      t.is(await contents(db), mended, 'once more changes nothing');
      for (const visit of visits(again)) await store('other', visit);
      t.is(mended, await contents(db, 'other'), JSON.stringify(again));
      for (const apdb of ['survey', 'other']) await db.query('select apdb.drop($1)', [apdb]);
    }
  });
}

test('a visit stored as a whole and detectors stored by themselves do not take each other’s sources', async (t) => {
  await using db = await database();
  await create(db, {});
  const at = (detector: number, id: number) => ({ ...source(id, 7), detector });
  await storeRows(db.client, 60000, { sources: [at(1, 1), at(2, 2)] });
  await storeRows(db.client, 60000, { sources: [at(3, 3)] });
  t.deepEqual(await db.query('select detector, n_sources::int as n from survey.stored_visit order by 1'), [
    { detector: 3, n: 1 },
    { detector: null, n: 2 },
  ]);
  await storeRows(db.client, 60000, { sources: [at(1, 1), at(2, 4)] }, `on_conflict => 'update'`);
  t.deepEqual(await db.query('select dia_source_id::int as id from survey.dia_source order by 1'), [
    { id: 1 },
    { id: 3 },
    { id: 4 },
  ]);
});
