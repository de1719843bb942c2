/** Records of dimensions: what goes in, what is refused and how, and what becomes of a record that is there. */
import test from 'ava';
import { fails } from './collection_support.ts';
import { insert, square, survey } from './record_support.ts';

test('values come out exactly as they went in', async (t) => {
  await using db = await survey();
  await insert(
    db.client,
    'exposure',
    `{"instrument": "Cam", "id": 9223372036854775807, "obs_id": "αβ '\\"\\\\ \\u00e9 %s", "day_obs": 20190401,
      "group": "10", "physical_filter": "g1", "exposure_time": "NaN", "dark_time": "-Infinity", "tracking_ra": -0.0,
      "tracking_dec": 1e16, "sky_angle": 0.1, "azimuth": 5e-324, "seq_num": "-9223372036854775808",
      "has_simulated": true, "timespan": {"begin_ns": "1554145200000000001", "end_ns": "1554145200000000003"}}`,
  );
  t.deepEqual(
    await db.query(
      `select id::text, obs_id, exposure_time::text, dark_time::text, tracking_ra::text, tracking_dec::text,
         sky_angle::text, azimuth::text, seq_num::text, has_simulated, can_see_sky, timespan::text
       from r.exposure where id > 100`,
    ),
    [
      {
        id: '9223372036854775807',
        obs_id: 'αβ \'"\\ é %s',
        exposure_time: 'NaN',
        dark_time: '-Infinity',
        tracking_ra: '-0',
        tracking_dec: '1e+16',
        sky_angle: '0.1',
        azimuth: '5e-324',
        seq_num: '-9223372036854775808',
        has_simulated: true,
        can_see_sky: null,
        timespan: '[1554145200000000001,1554145200000000003)',
      },
    ],
  );
});

test('timespans have no bound at 1970 and 2100 or beyond, as clients keep them, an instant lasts 1 ns, and one that ends before it begins is empty', async (t) => {
  await using db = await survey();
  const stored = async (timespan: unknown) => {
    await insert(db.client, 'day_obs', { instrument: 'Cam', id: 1, timespan }, 'replace');
    const [row] = await db.query<{ timespan: string | null }>(
      'select timespan::text from r.day_obs where id = 1',
    );
    return row.timespan;
  };
  t.is(await stored(null), null);
  t.is(await stored({ begin: null, end: '1980-01-01' }), '(,315532800000000000)');
  t.is(await stored({ begin: '1960-01-01T00:00:00', end: null }), '(,)');
  t.is(await stored({ begin: '2099-12-31T23:59:59', end: '9999-01-01' }), '[4102444799000000000,)');
  t.is(await stored('(,)'), '(,)');
  t.is(await stored('[0,4102444800000000000)'), '(,)');
  t.is(await stored('empty'), 'empty');
  t.is(
    await stored({ begin: '2019-01-01T00:00:00', end: '2019-01-01T00:00:00' }),
    '[1546300800000000000,1546300800000000001)',
  );
  t.is(
    await stored({ begin: '2019-01-01 00:00:00.000000001', end: '2019-01-01T00:00:00.0000000029' }),
    '[1546300800000000001,1546300800000000002)',
  );
  t.is(await stored({ begin: '2019-01-02', end: '2019-01-01' }), 'empty');
  await fails(t, stored({ begin: '1950-01-01', end: '1960-01-01' }), 'DataIdValueError');
  const error = await fails(t, stored({ begin: '2019-01-01T00:00:00Z' }), 'DataIdValueError');
  t.regex(error.message, /its timespan does not fit.*2019-01-01T00:00:00Z/);
});

test('a region may be base64, hexadecimal, positions or IVOA POS, and is stored as base64', async (t) => {
  await using db = await survey();
  const [{ hex, base64 }] = await db.query<{ hex: string; base64: string }>(
    `select encode(g, 'hex') as hex, sky.region_to_base64(g) as base64
     from sky.region_polygon('{10,10,11,10,11,11,10,11}') g`,
  );
  const forms = [base64, { sphgeom_hex: hex }, square(10, 10, 1), 'POLYGON 10 10 11 10 11 11 10 11'];
  for (const [index, region] of forms.entries())
    await insert(
      db.client,
      'visit_detector_region',
      [{ instrument: 'Cam', detector: index === 0 ? 2 : 1, visit: 10, region }],
      'replace',
    );
  const rows = await db.query<{ region: string }>('select distinct region from r.visit_detector_region');
  t.deepEqual(rows, [{ region: base64 }]);
  for (const region of [
    'abc',
    'QUUB',
    { nothing: 1 },
    { sphgeom_hex: 'zz' },
    { polygon_lonlat_deg: [[1, 2]] },
    [1, 2],
  ]) {
    const call = insert(
      db.client,
      'visit_detector_region',
      { instrument: 'Cam', detector: 2, visit: 10, region },
      'replace',
    );
    await fails(t, call, 'DataIdValueError');
  }
});

test('a hash is hexadecimal outside and base64 inside', async (t) => {
  await using db = await survey();
  await insert(db.client, 'skymap', { name: 'm', hash: 'FF00'.repeat(20), tract_max: 2 });
  t.deepEqual(
    await db.query(
      `select encode(decode(hash, 'base64'), 'hex') as hash, strpos(hash, chr(10)) as at from r.skymap`,
    ),
    [{ hash: 'ff00'.repeat(20), at: 0 }],
  );
  await fails(t, insert(db.client, 'skymap', { name: 'n', hash: 'xyz' }), 'DataIdValueError');
});

test('what is refused is named with its place, and nothing is written', async (t) => {
  await using db = await survey();
  const good = { instrument: 'Cam', id: 5 };
  const cases: [object, string, RegExp, RegExp][] = [
    [{ instrument: 'Cam', idd: 6 }, 'DimensionNameError', /no field 'idd'/, /Record 2/],
    [{ instrument: 'Cam', id: 6, raft: ['a'] }, 'DataIdValueError', /raft .* is \["a"\]/, /Record 2/],
    [{ instrument: 'Cam', id: 6.5 }, 'DataIdValueError', /its id does not fit.*6\.5/, /Record 2/],
    [{ instrument: 'Cam', id: 'abc' }, 'DataIdValueError', /its id does not fit.*abc/, /Record 2/],
    [{ instrument: 'Cam' }, 'DataIdValueError', /has no id/, /Record 2/],
    [{ id: 6 }, 'DataIdValueError', /has no instrument/, /Record 2/],
    [{ ...good, raft: 'x'.repeat(33) }, 'DataIdValueError', /33 characters, 1 too many/, /Record 2/],
    [
      { instrument: 'No', id: 6 },
      'DataIdValueError',
      /there is no instrument \{"instrument" : "No"\}/,
      /Record 2/,
    ],
    [
      { instrument: 'Cam', id: 1 },
      'ConflictingDefinitionError',
      /its id is taken/,
      /Record 2.*The registry has .*S29/,
    ],
    [
      { instrument: 'Cam', id: 6, full_name: 'S29' },
      'ConflictingDefinitionError',
      /its full_name is taken/,
      /S29/,
    ],
    [good, 'ConflictingDefinitionError', /its id is taken/, /Record 1 has it, too/],
  ];
  for (const [bad, name, message, detail] of cases) {
    const error = await fails(t, insert(db.client, 'detector', [good, bad]), name);
    t.regex(error.message, message);
    t.regex(error.detail ?? '', detail);
  }
  await fails(t, insert(db.client, 'detector', [good, 5] as object), 'DataIdValueError');
  await fails(t, insert(db.client, 'detector', '7'), 'DataIdValueError');
  await fails(t, insert(db.client, 'band', { name: 'g' }), 'DimensionNameError');
  await fails(t, insert(db.client, 'htm7', { id: 1 }), 'DimensionNameError');
  await fails(t, insert(db.client, 'nope', { id: 1 }), 'DimensionNameError');
  await t.throwsAsync(insert(db.client, 'detector', good, 'maybe'), { message: /error, skip or replace/ });
  t.is(await insert(db.client, 'detector', []), 0);
  t.deepEqual(await db.query('select id::int from r.detector order by id'), [{ id: 1 }, { id: 2 }]);
});

test('skip keeps what is there, replace replaces it as a whole', async (t) => {
  await using db = await survey();
  const detector = (id: number, fields: object) => ({ instrument: 'Cam', id, ...fields });
  t.is(
    await insert(
      db.client,
      'detector',
      [detector(1, { raft: 'A' }), detector(3, {}), detector(3, {})],
      'skip',
    ),
    1,
  );
  t.is(await insert(db.client, 'detector', [detector(2, { raft: 'B' }), detector(4, {})], 'replace'), 2);
  t.deepEqual(await db.query('select id::int, full_name, raft, purpose from r.detector order by id'), [
    { id: 1, full_name: 'S29', raft: null, purpose: 'SCIENCE' },
    { id: 2, full_name: null, raft: 'B', purpose: null },
    { id: 3, full_name: null, raft: null, purpose: null },
    { id: 4, full_name: null, raft: null, purpose: null },
  ]);
  // Only the key may be there already: another record's name is a conflict whatever is asked for.
  for (const action of ['skip', 'replace'])
    await fails(
      t,
      insert(db.client, 'detector', detector(9, { full_name: 'S29' }), action),
      'ConflictingDefinitionError',
    );
  await fails(
    t,
    insert(db.client, 'detector', [detector(1, {}), detector(1, {})], 'replace'),
    'ConflictingDefinitionError',
  );
  // A table of keys alone has nothing to replace.
  t.is(await insert(db.client, 'group', { instrument: 'Cam', name: '10' }, 'replace'), 0);
});

test('of two sessions that insert the same record, one inserts it and the other gets the named error', async (t) => {
  await using db = await survey();
  const [one, two] = [await db.connect(), await db.connect()];
  await one.query('begin');
  await insert(one, 'detector', { instrument: 'Cam', id: 7 });
  const second = fails(
    t,
    insert(two, 'detector', { instrument: 'Cam', id: 7, raft: 'B' }),
    'ConflictingDefinitionError',
  );
  await one.query('commit');
  t.regex((await second).detail ?? '', /The registry has/);
  await one.query('begin');
  await insert(one, 'detector', { instrument: 'Cam', id: 8 });
  const skipped = insert(two, 'detector', { instrument: 'Cam', id: 8, raft: 'B' }, 'skip');
  await one.query('commit');
  t.is(await skipped, 0);
});

test('sessions that insert the same records in other orders do not wait in a circle', async (t) => {
  await using db = await survey();
  const sessions = [await db.connect(), await db.connect(), await db.connect()];
  const records = Array.from({ length: 2000 }, (_, i) => ({ instrument: 'Cam', id: 1000 + i }));
  const orders = [records, records.toReversed(), records.toSorted((a, b) => (a.id % 7) - (b.id % 7))];
  const results = await Promise.allSettled(
    sessions.map((session, i) => insert(session, 'detector', orders[i])),
  );
  t.is(results.filter(({ status }) => status === 'fulfilled').length, 1);
  for (const result of results)
    if (result.status === 'rejected') t.regex(String(result.reason), /ConflictingDefinitionError/);
  const replaced = await Promise.all(
    sessions.map((session, i) => insert(session, 'detector', orders[i], 'replace')),
  );
  t.deepEqual(replaced, [2000, 2000, 2000]);
});

test('records go in as a loader, and a reader may only look', async (t) => {
  await using db = await survey();
  const session = await db.connect();
  await session.query('set role almagest_loader');
  t.is(await insert(session, 'detector', { instrument: 'Cam', id: 7 }), 1);
  await session.query('set role almagest_reader');
  await t.throwsAsync(insert(session, 'detector', { instrument: 'Cam', id: 8 }), {
    message: /permission denied/,
  });
});
