import test from 'ava';
import { fails, value } from './collection_support.ts';
import { bigExposure, datasetRegistry, detector, everything, held, insert } from './dataset_support.ts';

const raw = (exposure: number, number: number) => ({ instrument: 'Cam', exposure, detector: number });

test('new ids are UUIDs of version 7 that ascend in the order of the data IDs', async (t) => {
  await using db = await datasetRegistry();
  const dataIds = Array.from({ length: 300 }, (_, i) => raw(300 - i, i % 7));
  const ids = await insert(db.client, 'raw', 'run1', dataIds);
  t.is(new Set(ids).size, 300);
  t.deepEqual([...ids].sort(), ids);
  t.true(ids.every((id) => /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(id)));
  const milliseconds = Number.parseInt(ids[0].replace('-', '').slice(0, 12), 16);
  t.true(Math.abs(milliseconds - Date.now()) < 3_600_000);
  const [found] = await db.query('select data_id::text from butler.get_dataset($1)', [ids[1]]);
  t.deepEqual(found, { data_id: '{"instrument" : "Cam", "detector" : 1, "exposure" : 299}' });
});

test('ids of version 5 are those of type and data ID, or of type, run and data ID', async (t) => {
  await using db = await datasetRegistry();
  await db.query(`insert into r.instrument (name) values ('DECam')`);
  await db.query(`insert into r.detector (instrument, id) values ('DECam', 1)`);
  // uuid5(840b31d9-05cd-5161-b2c8-00d32b280d0f, 'dataset_type=bias,detector=1,instrument=DECam'), and with ',run=run1'
  const dataIds = [
    { instrument: 'DECam', detector: 1 },
    { instrument: `Ünï'c"am`, detector: 1 },
  ];
  const byType = await insert(db.client, 'bias', 'run1', dataIds, 'DATAID_TYPE');
  const names = dataIds.map(
    (dataId) => `dataset_type=bias,detector=${dataId.detector},instrument=${dataId.instrument}`,
  );
  t.deepEqual(byType, await value(db.client, '_dataset_uuids', names));
  t.is(byType[0].charAt(14), '5');
  await fails(t, insert(db.client, 'bias', 'run2', dataIds, 'DATAID_TYPE'), 'ConflictingDefinitionError');
  const byRun = await insert(db.client, 'bias', 'run2', dataIds, 'DATAID_TYPE_RUN');
  t.deepEqual(
    byRun,
    await value(
      db.client,
      '_dataset_uuids',
      names.map((name) => name.replace('=bias', '=bias,run=run2')),
    ),
  );
  await t.throwsAsync(insert(db.client, 'bias', 'run3', dataIds, 'NEWEST'), {
    message: /no id mode 'NEWEST'/,
  });
});

test('ids beyond 2^53 and names with quotes in data IDs survive', async (t) => {
  await using db = await datasetRegistry();
  const [id] = await insert(
    db.client,
    'raw',
    'run1',
    `[{"instrument":"Cam","exposure":${bigExposure},"detector":3}]`,
  );
  const [found] = await db.query<{ data_id: string }>('select data_id::text from butler.get_dataset($1)', [
    id,
  ]);
  t.true(found.data_id.includes(`"exposure" : ${bigExposure}`));
  const [odd] = await insert(db.client, 'bias', 'run1', [{ instrument: `Ünï'c"am`, detector: 1 }]);
  t.deepEqual(await db.query('select data_id from butler.get_dataset($1)', [odd]), [
    { data_id: { instrument: `Ünï'c"am`, detector: 1 } },
  ]);
});

test('a data ID may name a detector as its records do, and give its number as text', async (t) => {
  await using db = await datasetRegistry();
  await insert(db.client, 'bias', 'run1', [
    { instrument: 'Cam', detector: 'S29' },
    { instrument: 'Cam', detector: '30' },
  ]);
  const rows = await db.query('select data_id from butler.query_associations($1) order by data_id::text', [
    'bias',
  ]);
  t.deepEqual(
    rows,
    detector(29, 30).map((data_id) => ({ data_id })),
  );
});

test('a run holds one dataset of a type and data ID; errors name data ID and dataset, and nothing stays', async (t) => {
  await using db = await datasetRegistry();
  const [id] = await insert(db.client, 'bias', 'run1', detector(1));
  const before = await everything(db.client);
  const taken = await fails(
    t,
    insert(db.client, 'bias', 'run1', detector(2, 1)),
    'ConflictingDefinitionError',
  );
  t.is(taken.code, 'BR005');
  t.is(taken.detail, `{"instrument" : "Cam", "detector" : 1} is dataset ${id}.`);
  const twice = await fails(
    t,
    insert(db.client, 'bias', 'run1', detector(3, 4, 3)),
    'ConflictingDefinitionError',
  );
  t.is(twice.detail, '{"instrument" : "Cam", "detector" : 3} is given 2 times.');
  const unknown = await fails(
    t,
    insert(db.client, 'bias', 'run1', detector(5, 901, 902, 903, 904, 905)),
    'ConflictingDefinitionError',
  );
  t.regex(
    unknown.detail!,
    /^\{"instrument" : "Cam", "detector" : 901\} has no detector; .*903.*; and 2 more\.$/,
  );
  const long = 'x'.repeat(40);
  await fails(
    t,
    insert(db.client, 'bias', 'run1', [{ instrument: long, detector: 1 }]),
    'ConflictingDefinitionError',
  );
  t.deepEqual(await everything(db.client), before);
  await insert(db.client, 'bias', 'run2', detector(1));
});

test('what is no data ID, no run and no dataset type is refused by name', async (t) => {
  await using db = await datasetRegistry();
  const refused: [type: string, run: string, dataIds: string, error: string][] = [
    ['bias', 'run1', '[{"detector":1}]', 'DimensionNameError'],
    ['bias', 'run1', '[{"instrument":"Cam","detector":null}]', 'DimensionNameError'],
    ['bias', 'run1', '[{"instrument":"Cam","detector":1,"detektor":2}]', 'DimensionNameError'],
    ['bias', 'run1', '[{"instrument":"Cam","detector":1.5}]', 'DataIdValueError'],
    ['bias', 'run1', '[{"instrument":"Cam","detector":9223372036854775808}]', 'DataIdValueError'],
    ['nothing', 'run1', '[]', 'MissingDatasetTypeError'],
    ['bias', 'nowhere', '[]', 'MissingCollectionError'],
    ['bias', 't', '[]', 'CollectionTypeError'],
    ['bias', 'c', '[]', 'CollectionTypeError'],
    ['bias', 'chain', '[]', 'CollectionTypeError'],
  ];
  for (const [type, run, dataIds, error] of refused)
    await fails(t, insert(db.client, type, run, dataIds), error);
  await t.throwsAsync(db.query(`select butler.insert_datasets('bias', 'run1', null)`), {
    message: /data_ids is NULL/,
  });
  await t.throwsAsync(insert(db.client, 'bias', 'run1', '{"instrument":"Cam","detector":1}'));
  await t.throwsAsync(insert(db.client, 'bias', 'run1', '[1]'));
  t.deepEqual(await insert(db.client, 'bias', 'run1', []), []);
  t.deepEqual(await db.query('select from r.collection_summary_dataset_type'), []);
});

test('a dataset type without dimensions has one dataset in a run', async (t) => {
  await using db = await datasetRegistry();
  const [id] = await insert(db.client, 'packages', 'run1', [{}]);
  await fails(t, insert(db.client, 'packages', 'run1', [{}]), 'ConflictingDefinitionError');
  await fails(t, insert(db.client, 'packages', 'run2', [{}, {}]), 'ConflictingDefinitionError');
  await insert(db.client, 'packages', 'run2', [{}], 'DATAID_TYPE');
  t.is(await value(db.client, 'associate', 't', [id]), 1n);
  t.deepEqual(
    await db.query(`select id, run, data_id from butler.find_dataset('packages', '{}', '{t,run2}')`),
    [{ id, run: 'run1', data_id: {} }],
  );
});

test('ingest_date is now in nanoseconds of TAI, and summaries say what a collection may hold', async (t) => {
  await using db = await datasetRegistry();
  await insert(db.client, 'raw', 'run1', [raw(1, 1)]);
  const [{ seconds }] = await db.query<{ seconds: number }>(`
    select (ingest_date / 1e9 - extract(epoch from now()))::float8 as seconds from r.dataset`);
  t.true(Math.abs(seconds - 37) < 3600);
  const [summary] = await db.query(`select * from butler.collection_summary('run1')`);
  t.deepEqual(summary, { dataset_types: ['raw'], governors: { instrument: ['Cam'] } });
});

const first = '8e5892ec-3ec3-5d79-8a5b-48d7fed48e2a';
const second = '1482ce2b-1396-5cf4-80c0-99fdd29b3852';

test('an import passes over what is the same and refuses what is not, as a whole', async (t) => {
  await using db = await datasetRegistry();
  const load = (type: string, run: string, rows: readonly (readonly [string, object])[], assumeNew = false) =>
    value<bigint>(
      db.client,
      'import_datasets',
      type,
      run,
      JSON.stringify(rows.map(([id, data_id]) => ({ id, data_id }))),
      assumeNew,
    );
  const [one, two, three] = detector(1, 2, 3);
  t.is(await load('bias', 'run1', [[first, one]]), 1n);
  t.is(await load('bias', 'run1', [[first, one]]), 0n);
  const before = await everything(db.client);
  const conflicts: [what: string, run: string, rows: [string, object][], assumeNew?: boolean][] = [
    ['bias', 'run1', [[first, one]], true],
    ['bias', 'run2', [[first, one]]],
    ['bias', 'run1', [[first, two]]],
    ['flat', 'run1', [[first, { ...one, physical_filter: 'g1' }]]],
    ['packages', 'run1', [[first, {}]]],
    ['bias', 'run1', [[second, one]]],
    [
      'bias',
      'run1',
      [
        [second, two],
        [second, three],
      ],
    ],
    [
      'bias',
      'run1',
      [
        [second, two],
        [second, two],
      ],
    ],
    [
      'bias',
      'run1',
      [
        [first, one],
        [first, one],
      ],
    ],
    [
      'bias',
      'run1',
      [
        [second, two],
        ['66255f4f-151f-547d-a47f-2375dce1ae51', two],
      ],
    ],
    ['bias', 'run1', [[second, { instrument: 'Cam', detector: 999 }]]],
    [
      'bias',
      'run1',
      [
        [second, two],
        ['66255f4f-151f-547d-a47f-2375dce1ae51', one],
      ],
    ],
  ];
  for (const [type, run, rows, assumeNew] of conflicts)
    await fails(t, load(type, run, rows, assumeNew), 'ConflictingDefinitionError');
  t.deepEqual(await everything(db.client), before);
  const other = await fails(t, load('bias', 'run2', [[first, two]]), 'ConflictingDefinitionError');
  t.is(
    other.detail,
    `${first} is bias of run 'run1' with {"instrument" : "Cam", "detector" : 1}, and was given as bias ` +
      `{"instrument" : "Cam", "detector" : 2} of run 'run2'.`,
  );
  t.is(
    await load('bias', 'run1', [
      [first, one],
      [second, two],
    ]),
    1n,
  );
  t.is(await load('bias', 'run1', []), 0n);
  t.is((await held(db.client, 'bias', 'run1')).length, 2);
});

test('an import asks for an id and a data ID', async (t) => {
  await using db = await datasetRegistry();
  const load = (datasets: string) => value(db.client, 'import_datasets', 'bias', 'run1', datasets);
  await t.throwsAsync(load('[{"data_id":{"instrument":"Cam","detector":1}}]'), {
    message: /dataset 1 .* has no id/,
  });
  await t.throwsAsync(load('[{"id":null,"data_id":{"instrument":"Cam","detector":1}}]'), {
    message: /has no id/,
  });
  await t.throwsAsync(load('[{"id":"xyz","data_id":{"instrument":"Cam","detector":1}}]'), {
    message: /invalid input syntax for type uuid: "xyz"/,
  });
  await fails(t, load(`[{"id":"${first}"}]`), 'DimensionNameError');
  await t.throwsAsync(db.query(`select butler.import_datasets('bias', 'run1', null)`), {
    message: /datasets is NULL/,
  });
  t.deepEqual(await db.query('select from r.dataset'), []);
});

test('a dataset that does not exist is no row', async (t) => {
  await using db = await datasetRegistry();
  t.deepEqual(await db.query('select * from butler.get_dataset($1)', [first]), []);
  t.deepEqual(await db.query('select * from butler.get_dataset(null)'), []);
  await t.throwsAsync(db.query(`select * from butler.get_dataset('xyz')`));
});
