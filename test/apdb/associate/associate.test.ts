/** Sources and the objects that are theirs: matched, one to one, everywhere on the sky. */
import test from 'ava';
import { database } from '../../support/database.ts';
import { stageSources, storeAlone, storeVisit as visit } from './visits.ts';

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

const rad = Math.PI / 180;

/** Distance [arcsec], by the haversine formula. */
function distance(a: { ra: number; decl: number }, b: { ra: number; decl: number }): number {
  const h =
    Math.sin(((a.decl - b.decl) * rad) / 2) ** 2 +
    Math.cos(a.decl * rad) * Math.cos(b.decl * rad) * Math.sin(((a.ra - b.ra) * rad) / 2) ** 2;
  return (3600 * 2 * Math.asin(Math.sqrt(h))) / rad;
}

/** Repeatable numbers from 0 to 1. */
function* numbers(seed: number): Generator<number, never> {
  for (let state = seed; ; ) {
    state = (state * 1103515245 + 12345) % 2147483648;
    yield state / 2147483648;
  }
}

test('crowded fields: the walk through all pairs by distance finds the same, at the poles and at RA 0 as well', async (t) => {
  await using db = await database();
  const random = numbers(7);
  const next = () => random.next().value;
  for (const [i, [ra0, decl0]] of [
    [0, 10],
    [180, 90],
    [10, -90],
    [45, 0],
    [359.9999, -45.00001],
  ].entries()) {
    // Some 200 of each within 10 arcsec, so that each has several of the others within 2 arcsec.
    const scatter = (first: number) =>
      Array.from({ length: 200 }, (_, k) => {
        const north = (next() - 0.5) / 180;
        const decl = Math.abs(decl0) === 90 ? decl0 - Math.sign(decl0) * Math.abs(north) : decl0 + north;
        const ra = Math.abs(decl0) === 90 ? 360 * next() : ra0 + (next() - 0.5) / 180 / Math.cos(decl0 * rad);
        return { id: first + k, ra: ra - 360 * Math.floor(ra / 360), decl };
      });
    const objects = scatter(1000);
    const sources = scatter(2000);
    await db.query(`select apdb.create('survey${i}')`);
    await db.query(`set apdb.name = 'survey${i}'`);
    t.like(await visit(db, 1, 60000, objects), { matched: 0n, new_objects: 200n });
    const pairs = objects
      .flatMap((object) => sources.map((source) => ({ object, source, d: distance(object, source) })))
      .filter(({ d }) => d <= 2)
      .sort((a, b) => a.d - b.d);
    t.true(pairs.length > 300);
    const expected = new Map<number, number>();
    const taken = new Set<number>();
    for (const { object, source } of pairs)
      if (!expected.has(source.id) && !taken.has(object.id)) {
        expected.set(source.id, object.id);
        taken.add(object.id);
      }
    // In whatever order they come.
    for (const order of [sources, sources.toReversed()]) {
      await db.query('begin');
      await stageSources(db, 2, order);
      const found = await db.query<{
        dia_source_id: bigint;
        dia_object_id: bigint | null;
        distance_arcsec: number;
      }>('select * from apdb.match(2, 2)');
      t.deepEqual(
        found.map((row) => [Number(row.dia_source_id), row.dia_object_id && Number(row.dia_object_id)]),
        sources.map(({ id }) => [id, expected.get(id) ?? null]),
      );
      t.true(found.every((row) => (row.distance_arcsec ?? 0) <= 2));
      await db.query('rollback');
    }
  }
});

test('equally close pairs go by the id of the object, then of the source; a match may be at the very radius', async (t) => {
  await using db = await database();
  await db.query(`select apdb.create('survey')`);
  await visit(db, 1, 60000, [
    { id: 11, ra: 20, decl: 0 },
    { id: 12, ra: 20, decl: 0 },
    { id: 13, ra: 30, decl: 0 },
  ]);
  await db.query('begin');
  await stageSources(db, 2, [
    { id: 23, ra: 20.0001, decl: 0 },
    { id: 22, ra: 20.0001, decl: 0 },
    { id: 21, ra: 20.0001, decl: 0 },
    { id: 24, ra: 30, decl: 0.0005 },
  ]);
  const match = (radius: number) =>
    db.query(`select dia_source_id as source, dia_object_id as object from apdb.match(2, $1)`, [radius]);
  t.deepEqual(await match(1), [
    { source: 21n, object: 11n },
    { source: 22n, object: 12n },
    { source: 23n, object: null },
    { source: 24n, object: null },
  ]);
  const [{ d }] = (await db.query(`select sky.angular_distance(30, 0.0005, 30, 0) * 3600 as d`)) as [
    { d: number },
  ];
  t.deepEqual((await match(d))[3], { source: 24n, object: 13n });
  t.deepEqual(
    (await match(0)).filter(({ object }) => object !== null),
    [],
  );
  await db.query('rollback');
  for (const radius of ['NaN', '-1', 'null', '700000'])
    await t.throwsAsync(db.query(`select apdb.match(2, ${radius === 'null' ? radius : `'${radius}'`})`), {
      message: /ApdbConfigError: .* is not a radius/,
    });
});

test('what has an object keeps it; solar system objects and withdrawn sources get none', async (t) => {
  await using db = await database();
  await db.query(`select apdb.create('survey')`);
  await visit(db, 1, 60000, [
    { id: 1, ra: 0, decl: 89.9999 },
    { id: 2, ra: 180, decl: 89.9999 },
  ]);
  await db.query('begin');
  await stageSources(db, 2, [
    { id: 3, ra: 0, decl: 89.9999, more: { diaObjectId: 2 } },
    { id: 4, ra: 180.1, decl: 89.9999 },
    { id: 5, ra: 0, decl: 89.9999, more: { ssObjectId: 77, diaObjectId: 0 } },
    { id: 6, ra: 0, decl: 89.9999, more: { timeWithdrawnMjdTai: 60000 } },
    { id: 7, ra: 0.1, decl: 89.9999, more: { diaObjectId: 0 } },
  ]);
  t.deepEqual(await db.query('select * from apdb.associate(2, 1, visit_time => 60001)'), [
    { sources: 2n, matched: 1n, new_objects: 1n },
  ]);
  t.deepEqual(
    await db.query(`select "diaSourceId" as id, "diaObjectId" as object from new_dia_source order by 1`),
    [
      { id: 3n, object: 2n },
      // Object 2 has source 3 in this visit already.
      { id: 4n, object: 4n },
      { id: 5n, object: 0n },
      { id: 6n, object: null },
      { id: 7n, object: 1n },
    ],
  );
  t.deepEqual(
    await db.query(`select "diaObjectId" as id, "nDiaSources" as n from new_dia_object order by 1`),
    [
      { id: 1n, n: 2 },
      { id: 2n, n: 2 },
      { id: 4n, n: 1 },
    ],
  );
  // Once more: nothing is left to do, and the versions are the same.
  t.deepEqual(await db.query('select * from apdb.associate(2, 1, visit_time => 60001)'), [
    { sources: 0n, matched: 0n, new_objects: 0n },
  ]);
  t.deepEqual(await db.query('select count(*) as n from new_dia_object'), [{ n: 3n }]);
  await db.query('rollback');
});

test('detector by detector, on a relation of one’s own with names in snake_case', async (t) => {
  await using db = await database();
  await db.query(`select apdb.create('the "Survey"', '{"dia_object_index": "last_object_table"}', 'Ap"')`);
  await db.query('begin');
  await db.query('select apdb.stage()');
  await db.query(
    `create temporary table "my Sources" on commit drop as
     select i::int8 as dia_source_id, 9223372036854775807 as visit, i as detector, null::int8 as dia_object_id,
       60000.5 as midpoint_mjd_tai, 12 + i * 0.0001 as ra, -5.0 as dec
     from generate_series(1, 3) i`,
  );
  t.deepEqual(
    await db.query(`select * from apdb.associate(9223372036854775807, 0.1, 2, sources => '"my Sources"')`),
    [{ sources: 1n, matched: 0n, new_objects: 1n }],
  );
  t.deepEqual(
    await db.query(`select * from apdb.associate(9223372036854775807, 0.1, sources => '"my Sources"')`),
    [{ sources: 2n, matched: 0n, new_objects: 2n }],
  );
  t.deepEqual(await db.query(`select dia_object_id as id from "my Sources" order by 1`), [
    { id: 1n },
    { id: 2n },
    { id: 3n },
  ]);
  t.deepEqual(
    await db.query(
      `select "diaObjectId" as id, "validityStartMjdTai" as start, "r_psfFluxNdata" as n from new_dia_object order by 1`,
    ),
    [1n, 2n, 3n].map((id) => ({ id, start: 60000.5, n: 0 })),
  );
  await t.throwsAsync(db.query(`select apdb.match(1, 1, sources => 'apdb.database')`), {
    message: /ApdbDataError: apdb.database does not have the columns of DiaSource/,
  });
  await db.query('rollback');
});

test('what is staged for another APDB is not lost', async (t) => {
  await using db = await database();
  await db.query(`select apdb.create('other'), apdb.create('survey')`);
  await db.query('set apdb.name = other');
  await db.query('begin');
  await stageSources(db, 1, [{ id: 1, ra: 150, decl: 2 }]);
  await db.query('savepoint one');
  for (const sources of ['null', "'pg_temp.mine'"]) {
    await db.query('create temporary table mine on commit drop as select * from new_dia_source');
    const error = await t.throwsAsync<Error & { code: string; detail: string; hint: string }>(
      db.query(`select * from apdb.associate(1, 1, sources => ${sources}, apdb => 'survey')`),
      { message: 'ApdbStateError: new_dia_source holds rows, and not for survey."DiaSource" as it is now' },
      sources,
    );
    t.is(error.code, 'AP003');
    t.is(error.detail, 'Rows to be stored in other."DiaSource".');
    t.regex(error.hint, /apdb\.stage\('survey'\)/);
    await db.query('rollback to one');
  }
  t.deepEqual(await db.query('select "diaSourceId" as id, "diaObjectId" as object from new_dia_source'), [
    { id: 1n, object: null },
  ]);
  await db.query('commit');
  // Without rows they are made anew.
  await db.query('begin');
  await db.query('create temporary table mine on commit drop as select * from new_dia_source');
  t.deepEqual(
    await db.query(`select * from apdb.associate(1, 1, sources => 'pg_temp.mine', apdb => 'survey')`),
    [{ sources: 0n, matched: 0n, new_objects: 0n }],
  );
  await db.query('commit');
  t.deepEqual(
    await db.query(`select obj_description('pg_temp.new_dia_source'::regclass, 'pg_class') as whose`),
    [{ whose: 'Rows to be stored in survey."DiaSource"' }],
  );
});

test('sources that are stored: their objects get versions at once, and the visit remembers them', async (t) => {
  await using db = await database();
  for (const options of [
    '{}',
    '{"dia_object_index": "pix_id_iov"}',
    '{"dia_object_index": "last_object_table"}',
  ]) {
    await db.query(`select apdb.create('survey', '${options}')`);
    await visit(db, 1, 60000, [{ id: 1, ra: 40, decl: 80 }]);
    await storeAlone(db, 2, 60001, [
      { id: 2, ra: 40.0001, decl: 80, detector: 1 },
      { id: 3, ra: 41, decl: 80, detector: 1 },
    ]);
    t.deepEqual(await db.query('select * from apdb.associate(2, 1)'), [
      { sources: 2n, matched: 1n, new_objects: 1n },
    ]);
    const versions = () =>
      db.query(
        `select dia_object_id as id, validity_start_mjd_tai as start, validity_end_mjd_tai as until, n_dia_sources as n
         from survey.dia_object order by 1, 2`,
      );
    const expected = [
      { id: 1n, start: 60000, until: 60001, n: 1 },
      { id: 1n, start: 60001, until: null, n: 2 },
      { id: 3n, start: 60001, until: null, n: 1 },
    ];
    t.deepEqual(await versions(), expected);
    t.deepEqual(
      await db.query(`select visit, n_objects, dia_object_ids as ids from survey.stored_visit order by 1`),
      [
        { visit: 1n, n_objects: 1n, ids: [1n] },
        { visit: 2n, n_objects: 2n, ids: [1n, 3n] },
      ],
    );
    t.deepEqual(await db.query('select * from apdb.associate(2, 1)'), [
      { sources: 0n, matched: 0n, new_objects: 0n },
    ]);
    t.deepEqual(await versions(), expected);
    t.deepEqual(await db.query(`select count(*) as n from survey.dia_object_latest`), [{ n: 2n }]);
    t.deepEqual(await db.query(`select * from apdb.check('survey')`), []);
    await db.query(`select apdb.drop('survey')`);
  }
});

test('a visit that comes late: its versions know what was known then, later ones get its sources', async (t) => {
  await using db = await database();
  for (const options of ['{}', '{"dia_object_index": "last_object_table"}', '{"dia_object_nightly": true}'])
    for (const stored of [false, true]) {
      await db.query(`select apdb.create('survey', '${options}')`);
      await visit(db, 1, 60000, [{ id: 1, ra: 0, decl: -90, flux: 100 }]);
      await visit(db, 3, 60002, [{ id: 3, ra: 77, decl: -89.9999, flux: 600 }]);
      await visit(db, 4, 60003, [{ id: 4, ra: 177, decl: -89.9999, flux: 700 }]);
      const late = [
        { id: 2, ra: 300, decl: -89.9999, flux: 200 },
        { id: 5, ra: 300, decl: 0 },
      ];
      if (stored) {
        await storeAlone(db, 2, 60001, late);
        await db.query('select apdb.associate(2, 1)');
      } else await visit(db, 2, 60001, late);
      t.deepEqual(
        await db.query(
          `select dia_object_id as id, validity_start_mjd_tai as start, validity_end_mjd_tai as until,
             n_dia_sources as n, r_psf_flux_mean as mean, r_psf_flux_max as max, last_dia_source_mjd_tai as last
           from survey.dia_object order by 1, 2`,
        ),
        [
          { id: 1n, start: 60000, until: 60001, n: 1, mean: 100, max: 100, last: 60000 },
          { id: 1n, start: 60001, until: 60002, n: 2, mean: 150, max: 200, last: 60001 },
          { id: 1n, start: 60002, until: 60003, n: 3, mean: 300, max: 600, last: 60002 },
          { id: 1n, start: 60003, until: null, n: 4, mean: 400, max: 700, last: 60003 },
          { id: 5n, start: 60001, until: null, n: 1, mean: 100, max: 100, last: 60001 },
        ],
        `${options} ${stored}`,
      );
      const latest = `select n_dia_sources as n from survey.dia_object_latest where dia_object_id = 1`;
      t.deepEqual(await db.query(latest), [{ n: 4 }]);
      t.deepEqual(await db.query(`select * from apdb.check('survey')`), [], `${options} ${stored}`);
      await db.query(`select apdb.drop('survey')`);
    }
});

test('what is no position, a taken id, and no visit are refused, and nothing changes', async (t) => {
  await using db = await database();
  await db.query(`select apdb.create('survey')`);
  for (const [ra, decl] of [
    [Number.NaN, 0],
    [360, 0],
    [-1, 0],
    [0, 91],
    [0, Number.NaN],
  ] as const) {
    await db.query('begin');
    await stageSources(db, 1, [
      { id: 8, ra: 1, decl: 1 },
      { id: 9, ra, decl },
    ]);
    const error = await t.throwsAsync(db.query('select apdb.associate(1, 1)'), {
      message: 'ApdbDataError: a source of visit 1 has no place on the sky',
    });
    t.regex(
      String((error as unknown as { detail: string }).detail),
      /new_dia_source: diaSourceId 9, ra .*, dec /,
    );
    await db.query('rollback');
  }
  await visit(db, 1, 60000, [{ id: 1, ra: 10, decl: 0 }]);
  await db.query('begin');
  await stageSources(db, 2, [{ id: 1, ra: 20, decl: 0 }]);
  await t.throwsAsync(db.query('select apdb.associate(2, 1)'), {
    message: 'ApdbStateError: source 1 would make an object whose id is taken',
  });
  await db.query('rollback');
  await t.throwsAsync(db.query('select apdb.associate(null, 1)'), { message: /visit is NULL/ });
  await t.throwsAsync(db.query(`select apdb.associate(1, 1, apdb => 'none')`), {
    message: /MissingApdbError/,
  });
  t.deepEqual(await db.query('select * from apdb.associate(77, 1)'), [
    { sources: 0n, matched: 0n, new_objects: 0n },
  ]);
  t.deepEqual(await db.query('select count(*) as n from survey.dia_object'), [{ n: 1n }]);
});

test('a visit that is sent again and replaced ends as it was', async (t) => {
  await using db = await database();
  await db.query(`select apdb.create('survey', '{"dia_object_index": "last_object_table"}')`);
  await visit(db, 1, 60000, [{ id: 1, ra: 10, decl: 0, flux: 100 }]);
  const again = async () => {
    await db.query('begin');
    await stageSources(db, 2, [
      { id: 2, ra: 10.0001, decl: 0, mjd: 60001, flux: 300 },
      { id: 3, ra: 11, decl: 0, mjd: 60001 },
    ]);
    await db.query('select apdb.associate(2, 1)');
    await db.query(`select apdb.store(60001, on_conflict => 'update')`);
    await db.query('commit');
    return db.query(`select * from survey."DiaObject" order by "diaObjectId", "validityStartMjdTai"`);
  };
  const first = await again();
  t.is(first.length, 3);
  t.like(first[1], { nDiaSources: 2, r_psfFluxMean: 200 });
  t.deepEqual(await again(), first);
});

test('two sessions at once: neither loses a version, and statistics are mended by what they both stored', async (t) => {
  await using db = await database();
  for (const options of ['{}', '{"dia_object_index": "last_object_table"}']) {
    await db.query(`select apdb.create('survey', '${options}')`);
    await visit(db, 1, 60000, [{ id: 1, ra: 10, decl: 0 }]);
    const client = await db.connect();
    const other = {
      ...db,
      query: async <R extends object>(sql: string, values: readonly unknown[] = []) =>
        (await client.query<R>(sql, [...values])).rows,
    };
    for (const [session, number] of [
      [db, 2],
      [other, 3],
    ] as const) {
      await session.query('begin');
      await stageSources(session, number, [{ id: number, ra: 10.0001, decl: 0, mjd: 60000 + number }]);
      await session.query('select apdb.associate($1, 1)', [number]);
    }
    await db.query('select apdb.store(60002)');
    const waiting = other.query('select apdb.store(60003)');
    await db.query('commit');
    await waiting;
    await other.query('commit');
    const counts = `select validity_start_mjd_tai as start, n_dia_sources as n from survey.dia_object order by 1`;
    t.deepEqual(await db.query('select apdb.update_statistics(all_versions => true) as n'), [{ n: 3n }]);
    t.deepEqual(await db.query(counts), [
      { start: 60000, n: 1 },
      { start: 60002, n: 2 },
      { start: 60003, n: 3 },
    ]);
    t.deepEqual(await db.query(`select * from apdb.check('survey')`), []);
    await db.query(`select apdb.drop('survey')`);
  }
});
