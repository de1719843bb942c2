/** Visits stored: what becomes of versions, sources and forced sources. */
import test from 'ava';
import { storeRows, versionsOf } from '../support/apdb_rows.ts';
import { database, type TestDatabase } from '../support/database.ts';

const indexes = ['baseline', 'pix_id_iov', 'last_object_table'];
const big = '9223372036854775807';

const create = (db: TestDatabase, options: object = {}, prefix = '') =>
  db.query('select apdb.create($1, $2::json, $3)', ['survey', JSON.stringify(options), prefix]);

for (const index of indexes) {
  test(`${index}: a visit closes the versions of before and fills in pixels`, async (t) => {
    await using db = await database();
    await create(db, { dia_object_index: index });
    t.deepEqual(
      await storeRows(db.client, 60000, {
        objects: [
          { diaObjectId: 1, ra: 359.9999, dec: 0 },
          { diaObjectId: big, ra: 0, dec: 90 },
        ],
        sources: [{ diaSourceId: big, visit: 7, detector: 3, ra: 0, dec: -90 }],
        forced: [{ diaObjectId: big, visit: 7, detector: 3, ra: 0, dec: 90 }],
      }),
      { stored: true, objects: 2, closed: 0, sources: 1, forced_sources: 1 },
    );
    t.deepEqual(
      await storeRows(db.client, 60001, { objects: [{ diaObjectId: big, ra: 0.0001, dec: 89.9999 }] }),
      {
        stored: true,
        objects: 1,
        closed: 1,
        sources: 0,
        forced_sources: 0,
      },
    );
    t.deepEqual(await versionsOf(db.client), ['1 60000 open', `${big} 60000 60001`, `${big} 60001 open`]);
    t.deepEqual(
      await db.query(
        `select from survey."DiaObject" where "pixelId" <> sky.htm_id(ra, dec, 20)
         union all select from survey."DiaSource" where "pixelId" <> sky.htm_id(ra, dec, 20)`,
      ),
      [],
    );
    t.deepEqual(
      await db.query(
        'select visit::text, detector, n_objects::int, n_sources::int, dia_object_ids::text from survey.stored_visit',
      ),
      [{ visit: '7', detector: 3, n_objects: 2, n_sources: 1, dia_object_ids: `{1,${big}}` }],
    );
    if (index === 'last_object_table')
      t.deepEqual(
        await db.query(
          `select "diaObjectId"::text as id, "validityStartMjdTai" as "from", ra, "pixelId" = sky.htm_id(ra, dec, 20) as placed
           from survey."DiaObjectLast" order by 1`,
        ),
        [
          { id: '1', from: 60000, ra: 359.9999, placed: true },
          { id: big, from: 60001, ra: 0.0001, placed: true },
        ],
      );
  });

  test(`${index}: visits that come late stand between the versions that are there`, async (t) => {
    await using db = await database();
    await create(db, { dia_object_index: index });
    const object = { diaObjectId: 5, ra: 10, dec: 10 };
    for (const time of [60010, 60030, 60020, 60000, 60040, 60015])
      await storeRows(db.client, time, {
        objects: [
          { ...object, nDiaSources: time - 60000 },
          ...(time === 60020 ? [{ ...object, diaObjectId: 6 }] : []),
        ],
      });
    t.deepEqual(await versionsOf(db.client), [
      '5 60000 60010',
      '5 60010 60015',
      '5 60015 60020',
      '5 60020 60030',
      '5 60030 60040',
      '5 60040 open',
      '6 60020 open',
    ]);
    if (index === 'last_object_table')
      t.deepEqual(
        await db.query(
          `select "diaObjectId"::int as id, "nDiaSources" as n from survey."DiaObjectLast" order by 1`,
        ),
        [
          { id: 5, n: 40 },
          { id: 6, n: 0 },
        ],
      );
  });

  test(`${index}: an object that was closed stays closed for late visits, and comes back with newer ones`, async (t) => {
    await using db = await database();
    await create(db, { dia_object_index: index });
    const objects = [{ diaObjectId: 5, ra: 10, dec: 10 }];
    await storeRows(db.client, 60000, { objects });
    await db.query(`update survey."DiaObject" set "validityEndMjdTai" = 60015`);
    if (index === 'last_object_table') await db.query(`delete from survey."DiaObjectLast"`);
    await storeRows(db.client, 60010, { objects });
    t.deepEqual(await versionsOf(db.client), ['5 60000 60010', '5 60010 60015']);
    if (index === 'last_object_table') t.deepEqual(await db.query(`select from survey."DiaObjectLast"`), []);
    await storeRows(db.client, 60030, { objects });
    await storeRows(db.client, 60020, { objects });
    t.deepEqual(await versionsOf(db.client), [
      '5 60000 60010',
      '5 60010 60015',
      '5 60020 60030',
      '5 60030 open',
    ]);
  });
}

test('an object that moves to another pixel is in DiaObjectLast once, by upsert and by delete and insert', async (t) => {
  for (const object_last_replace of [true, false]) {
    await using db = await database();
    await create(db, { dia_object_index: 'last_object_table', object_last_replace });
    for (const [time, ra] of [
      [60000, 0],
      [60002, 180],
      [60001, 90],
    ])
      await storeRows(db.client, time, { objects: [{ diaObjectId: 1, ra, dec: 0 }] });
    t.deepEqual(
      await db.query(`select ra, "pixelId" = sky.htm_id(180, 0, 20) as there from survey."DiaObjectLast"`),
      [{ ra: 180, there: true }],
    );
  }
});

test('tables may have a prefix, and schemas strange names', async (t) => {
  await using db = await database();
  const name = `o'Neill "x"`;
  await db.query('select apdb.create($1, $2::json, $3)', [name, '{"enable_replica": true}', 'My"']);
  const rows = {
    objects: [{ diaObjectId: 1, ra: 1, dec: 1 }],
    sources: [{ diaSourceId: 1, visit: 1, ra: 1, dec: 1 }],
    forced: [{ diaObjectId: 1, visit: 1, ra: 1, dec: 1 }],
  };
  const whole = { stored: true, objects: 1, closed: 0, sources: 1, forced_sources: 1 };
  t.deepEqual(await storeRows(db.client, 60000, rows, '', name), whole);
  t.deepEqual(await storeRows(db.client, 60000, rows, `on_conflict => 'skip'`, name), {
    stored: false,
    objects: 0,
    closed: 0,
    sources: 0,
    forced_sources: 0,
  });
});

test('any relation serves whose columns are named as the tables do, or in snake_case', async (t) => {
  await using db = await database();
  await create(db);
  await db.query(`
    create temporary view found as
    select v.dia_object_id, 0.5::real as ra, -0.5 as dec, 0 as n_dia_sources, 60000.5 as first_dia_source_mjd_tai,
           0 as "u_psfFluxNdata", 0 as g_psf_flux_ndata, 0 as r_psf_flux_ndata, 0 as i_psf_flux_ndata,
           0 as z_psf_flux_ndata, 0 as y_psf_flux_ndata
    from unnest(array[3, 4]) v (dia_object_id)`);
  t.deepEqual(
    await db.query(`select objects::int, closed::int from apdb.store(60000.5, objects => 'pg_temp.found')`),
    [{ objects: 2, closed: 0 }],
  );
  t.deepEqual(await versionsOf(db.client), ['3 60000.5 open', '4 60000.5 open']);
  await db.query(`create table public.bad as select 1 as "diaObjectId", 2 as "Ra", 3 as colour`);
  const error = await t.throwsAsync(db.query(`select * from apdb.store(60001, objects => 'bad')`), {
    message: /^ApdbDataError: (public\.)?bad does not have the columns of DiaObject$/,
  });
  const { detail } = error as unknown as { detail: string };
  t.regex(detail, /^ra: missing; it is never NULL in DiaObject$/m);
  t.regex(detail, /^colour: DiaObject has no such column$/m);
});

test('pixels that are given are taken as they are, those that are NULL filled in', async (t) => {
  await using db = await database();
  await create(db);
  await storeRows(db.client, 60000, {
    objects: [
      { diaObjectId: 1, ra: 10, dec: 10, pixelId: 17 },
      { diaObjectId: 2, ra: 10, dec: 10 },
    ],
    sources: [
      { diaSourceId: 1, ra: 10, dec: 10 },
      { diaSourceId: 2, ra: 10, dec: 10, pixelId: 18 },
    ],
  });
  const [{ there }] = await db.query<{ there: bigint }>('select sky.htm_id(10, 10, 20) as there');
  t.deepEqual(
    await db.query(
      `select "diaObjectId"::int as id, "pixelId" as pixel from survey."DiaObject"
       union all select "diaSourceId"::int, "pixelId" from survey."DiaSource" order by 2, 1`,
    ),
    [
      { id: 1, pixel: 17n },
      { id: 2, pixel: 18n },
      { id: 1, pixel: there },
      { id: 2, pixel: there },
    ],
  );
});

test('an empty visit is stored, and remembered where it is named', async (t) => {
  await using db = await database();
  await create(db);
  const whole = { stored: true, objects: 0, closed: 0, sources: 0, forced_sources: 0 };
  t.deepEqual(await storeRows(db.client, 60000, {}), whole);
  t.deepEqual(await db.query('select from survey.stored_visit'), []);
  t.deepEqual(await storeRows(db.client, 60000, {}, 'visit => 9007199254740993, detector => 4'), whole);
  t.deepEqual(await db.query('select visit::text, detector from survey.stored_visit'), [
    { visit: '9007199254740993', detector: 4 },
  ]);
});

test('rows that no APDB can hold are refused by table, id and column, and leave nothing', async (t) => {
  await using db = await database();
  await create(db);
  const object = { diaObjectId: big, ra: 10, dec: 10 };
  const source = { diaSourceId: 4, visit: 1, detector: 1, ra: 10, dec: 10 };
  const cases: [Parameters<typeof storeRows>[2], RegExp][] = [
    [
      { objects: [{ ...object, ra: 'NaN' }] },
      /DiaObject: the row with diaObjectId 9223372036854775807 is nowhere on the sky/,
    ],
    [{ objects: [{ ...object, ra: 360 }] }, /nowhere on the sky/],
    [{ objects: [{ ...object, dec: -90.0001 }] }, /nowhere on the sky/],
    [
      { objects: [object], sources: [{ ...source, dec: 'NaN' }] },
      /DiaSource: the row with diaSourceId 4 is nowhere/,
    ],
    [
      { objects: [object], forced: [{ ...source, diaObjectId: 1, ra: -1 }] },
      /DiaForcedSource: .* is nowhere/,
    ],
    [{ objects: [{ ...object, diaObjectId: null }] }, /DiaObject: a row without an id has no diaObjectId/],
    [{ objects: [{ ...object, ra: null }] }, /DiaObject: .* has no ra$/],
    [{ objects: [object], sources: [{ ...source, visit: null }] }, /DiaSource: .* has no visit$/],
    [{ objects: [object, { ...object, ra: 11 }] }, /DiaObject: 2 rows have diaObjectId 9223372036854775807/],
    [{ sources: [source, source] }, /DiaSource: 2 rows have diaSourceId 4/],
    [
      {
        forced: [
          { ...source, diaObjectId: 1 },
          { ...source, diaObjectId: 1 },
        ],
      },
      /2 rows have diaObjectId, visit, detector 1, 1, 1/,
    ],
  ];
  for (const [rows, message] of cases)
    for (const more of ['', `on_conflict => 'skip'`, `on_conflict => 'update'`]) {
      const error = await t.throwsAsync(
        storeRows(db.client, 60000, rows, more),
        { message },
        `${message}, ${more}`,
      );
      t.is((error as unknown as { code: string }).code, 'AP004');
    }
  for (const table of ['dia_object', 'dia_source', 'dia_forced_source', 'stored_visit'])
    t.deepEqual(await db.query(`select from survey.${table}`), []);
});

test('arguments that make no sense are refused', async (t) => {
  await using db = await database();
  await create(db);
  const refused = (sql: string, message: RegExp) => t.throwsAsync(db.query(sql), { message });
  await refused('select * from apdb.store(60000)', /ApdbStateError: there is nothing to store/);
  await db.query('begin');
  await db.query('select apdb.stage()');
  await db.query('commit');
  await refused(`select * from apdb.store('NaN')`, /visit_time is no time/);
  await refused('select * from apdb.store(null)', /visit_time is no time/);
  await refused(`select * from apdb.store(60000, on_conflict => 'replace')`, /on_conflict is replace/);
  await refused(`select * from apdb.store(60000, apdb => 'other')`, /there is no APDB 'other'/);
  await t.throwsAsync(
    storeRows(db.client, 60000, { sources: [{ diaSourceId: 1, visit: 2, ra: 1, dec: 1 }] }, 'visit => 3'),
    { message: /there are rows of other visits than 3/ },
  );
});

test('staging tables are made without a word', async (t) => {
  await using db = await database();
  await create(db);
  const notices: (string | undefined)[] = [];
  const session = await db.connect();
  session.on('notice', ({ message }) => notices.push(message));
  for (const change of ['select', 'alter table survey."DiaObject" add column "newFlux" real']) {
    await session.query(change);
    await session.query('select apdb.stage()');
  }
  t.deepEqual(notices, []);
});

test('the staging tables are those of the APDB that is named last, as its tables are', async (t) => {
  await using db = await database();
  await create(db);
  await db.query(`select apdb.create('other', '{"htm_index_column": "place"}')`);
  const staged = async (name: string) => {
    await db.query('select apdb.stage($1)', [name]);
    const [table] = await db.query<{ oid: string; columns: string[] }>(
      `select attrelid::text as oid, array_agg(attname::text order by attnum) as columns
       from pg_attribute
       where attrelid = 'pg_temp.new_dia_object'::regclass and attnum > 0
       group by 1`,
    );
    return table;
  };
  const first = await staged('survey');
  t.deepEqual(await staged('survey'), first);
  t.is((await staged('other')).columns.at(-1), 'place');
  await db.query('alter table survey."DiaObject" add "extra" real');
  t.is((await staged('survey')).columns.at(-1), 'extra');
  t.deepEqual(
    await storeRows(db.client, 60000, { objects: [{ diaObjectId: 1, ra: 1, dec: 1, extra: 2.5 }] }),
    { stored: true, objects: 1, closed: 0, sources: 0, forced_sources: 0 },
  );
  t.deepEqual(await db.query('select extra from survey."DiaObject"'), [{ extra: 2.5 }]);
});
