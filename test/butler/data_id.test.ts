/** Data IDs: how they are read, and what their records add. */
import test from 'ava';
import { fails } from './collection_support.ts';
import { expand, insert, square, survey } from './record_support.ts';

const exposure10 =
  '{"instrument":"Cam","detector":1,"exposure":10,"band":"g","day_obs":20190401,"group":"10","physical_filter":"g1"}';

test('a data ID takes on what its records imply, required dimensions first', async (t) => {
  await using db = await survey();
  t.deepEqual(await expand(db.client, { detector: 1, exposure: 10, instrument: 'Cam' }), {
    data_id: exposure10,
    timespan: '[1554163800000000000,1554163830500000000)',
    region: null,
  });
  t.deepEqual(await expand(db.client, {}), { data_id: '{}', timespan: null, region: null });
  t.is(
    (await expand(db.client, { instrument: 'Cam', physical_filter: 'r1' })).data_id,
    '{"instrument":"Cam","physical_filter":"r1","band":"r"}',
  );
  t.is((await expand(db.client, { band: 'g' })).data_id, '{"band":"g"}');
});

test('integers may be strings, and keys may be other names', async (t) => {
  await using db = await survey();
  for (const id of [
    { instrument: 'Cam', detector: '1', exposure: '10' },
    { instrument: 'Cam', detector: 'S29', exposure: 'obs10' },
    { instrument: 'Cam', 'detector.full_name': 'S29', 'exposure.obs_id': 'obs10' },
    { instrument: 'Cam', detector: 1, exposure: 10, band: 'g', physical_filter: 'g1', day_obs: 20190401 },
  ])
    t.is((await expand(db.client, id)).data_id, exposure10);
  // A string of digits that is a name is one; a number never is.
  t.is(
    (await expand(db.client, { instrument: 'Cam', detector: '57' })).data_id,
    '{"instrument":"Cam","detector":2}',
  );
  await fails(t, expand(db.client, { instrument: 'Cam', detector: 57 }), 'DataIdValueError');
});

test('ids beyond 2^53 and names with quotes survive', async (t) => {
  await using db = await survey();
  const name = 'a"b\\c\': {é}';
  await insert(db.client, 'group', { instrument: 'Cam', name });
  await insert(db.client, 'detector', '{"instrument": "Cam", "id": 9223372036854775807}');
  await insert(db.client, 'detector', '{"instrument": "Cam", "id": -9223372036854775808}');
  for (const id of ['9223372036854775807', '-9223372036854775808'])
    t.is(
      (await expand(db.client, `{"instrument": "Cam", "detector": ${id}}`)).data_id,
      `{"instrument":"Cam","detector":${id}}`,
    );
  const [{ group }] = await db.query<{ group: string }>(
    `select data_id ->> 'group' as group from butler.expand_data_id(json_build_object('instrument', 'Cam', 'group', $1::text))`,
    [name],
  );
  t.is(group, name);
});

test('what is no data ID is refused by name', async (t) => {
  await using db = await survey();
  const cases: [string, string, RegExp][] = [
    [
      '{"detector": 1}',
      'DimensionNameError',
      /no value in data ID \{"detector": 1\} for required dimension 'instrument'/,
    ],
    ['{"instrument": null, "detector": 1}', 'DimensionNameError', /required dimension 'instrument'/],
    ['{"instrument": "Cam", "detectr": 1}', 'DimensionNameError', /detectr/],
    ['{"instrument": "Cam", "visit_definition": 1}', 'DimensionNameError', /visit_definition/],
    ['{"instrument": "Cam", "detector": 1, "detector": 2}', 'DimensionNameError', /'detector' twice/],
    ['{"instrument": "Cam", "detector.raft": "R"}', 'DimensionNameError', /detector\.raft/],
    ['{"instrument": "Cam", "detector": 1.5}', 'DataIdValueError', /1\.5/],
    ['{"instrument": "Cam", "detector": 1e0}', 'DataIdValueError', /1e0/],
    ['{"instrument": "Cam", "detector": true}', 'DataIdValueError', /true/],
    ['{"instrument": "Cam", "detector": "abc"}', 'DataIdValueError', /no record has it as its full_name/],
    ['{"instrument": "Cam", "detector": [1]}', 'DataIdValueError', /\[1\]/],
    ['{"instrument": "Cam", "detector": 9223372036854775808}', 'DataIdValueError', /9223372036854775808/],
    ['{"instrument": {"a": 1}, "detector": 1}', 'DataIdValueError', /not a string/],
    ['{"instrument": "Cam", "group": 10}', 'DataIdValueError', /not a string/],
    ['[1]', 'DataIdValueError', /JSON object/],
    ['null', 'DataIdValueError', /JSON object/],
  ];
  for (const [id, name, message] of cases)
    t.regex((await fails(t, expand(db.client, id), name)).message, message, id);
});

test('every record of a data ID must be there', async (t) => {
  await using db = await survey();
  const cases: [object, RegExp][] = [
    [{ instrument: 'No', detector: 1 }, /no record of instrument/],
    [{ instrument: 'Cam', detector: 9 }, /no record of detector/],
    [{ instrument: 'Cam', exposure: 99, detector: 1 }, /no record of exposure/],
    [{ band: 'z' }, /no physical_filter has the band/],
    [{ skymap: 'none', tract: 1 }, /no record of skymap/],
  ];
  for (const [id, message] of cases)
    t.regex((await fails(t, expand(db.client, id), 'DataIdValueError')).message, message);
});

test('values that contradict the records are refused', async (t) => {
  await using db = await survey();
  const cases: [object, RegExp][] = [
    [
      { instrument: 'Cam', exposure: 10, physical_filter: 'r1' },
      /physical_filter = 'r1', but its exposure has 'g1'/,
    ],
    [{ instrument: 'Cam', exposure: 10, band: 'r' }, /band = 'r', but its physical_filter has 'g'/],
    [{ instrument: 'Cam', exposure: 10, day_obs: 3 }, /day_obs/],
    [{ instrument: 'Cam', exposure: 11, visit: 10 }, /visit_definition/],
  ];
  for (const [id, message] of cases)
    t.regex((await fails(t, expand(db.client, id), 'InconsistentDataIdError')).message, message);
  await insert(db.client, 'visit', { instrument: 'Cam', id: 11, day_obs: 20190401, physical_filter: 'r1' });
  await insert(db.client, 'visit_definition', { instrument: 'Cam', exposure: 11, visit: 11 });
  const error = await fails(
    t,
    expand(db.client, { instrument: 'Cam', exposure: 11, visit: 11 }),
    'InconsistentDataIdError',
  );
  t.regex(error.message, /physical_filter g1|'g1'.*'r1'/);
});

test('region and timespan are those of the finest element, and what several families share', async (t) => {
  await using db = await survey();
  await insert(db.client, 'skymap', { name: 'm', hash: '00' });
  await insert(db.client, 'tract', { skymap: 'm', id: 1, region: square(9, 9, 3) });
  await insert(db.client, 'patch', { skymap: 'm', tract: 1, id: 2, cell_x: 0, cell_y: 0 });
  const [{ visit, detector }] = await db.query<{ visit: string; detector: string }>(
    'select v.region as visit, d.region as detector from r.visit v, r.visit_detector_region d',
  );
  const id = { instrument: 'Cam', visit: 10 };
  t.is((await expand(db.client, id)).region, visit);
  t.is((await expand(db.client, { ...id, detector: 1 })).region, detector);
  // A detector without a region of this visit has none: the visit's is not its own.
  t.is((await expand(db.client, { ...id, detector: 2 })).region, null);
  const both = await expand(db.client, { ...id, exposure: 10, skymap: 'm', tract: 1 });
  t.is(both.timespan, '[1554163800000000000,1554163830500000000)');
  const [{ kind, inside, outside }] = await db.query<{ kind: string; inside: boolean; outside: boolean }>(
    `select sky.region_kind(g) as kind, sky.region_contains(g, 10.5, 10.5) as inside,
       sky.region_contains(g, 9.5, 9.5) as outside from sky.region_from_base64($1) g`,
    [both.region],
  );
  t.deepEqual({ kind, inside, outside }, { kind: 'IntersectionRegion', inside: true, outside: false });
  t.is((await expand(db.client, { ...id, skymap: 'm', tract: 1, patch: 2 })).region, null);
  const [{ triangle }] = await db.query<{ triangle: string }>(
    'select sky.region_to_base64(sky.htm_triangle(166466)) as triangle',
  );
  t.is((await expand(db.client, { htm7: 166466 })).region, triangle);
});
