/** Export files of the Data Butler: read, imported, written again. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import test from 'ava';
import { exportRegistry } from '../../src/butler/export.ts';
import {
  ExportFileError,
  Region,
  readExportFile,
  type Section,
  TaiTime,
} from '../../src/butler/export_file.ts';
import { importFile } from '../../src/butler/import.ts';
import { modernise } from '../../src/butler/modernise.ts';
import { database, type TestDatabase } from '../support/database.ts';
import { dataPath, dataTest } from '../support/fixtures.ts';

async function exported(db: TestDatabase, registry: string): Promise<string> {
  let text = '';
  for await (const piece of exportRegistry(db.client, { registry })) text += piece;
  return text;
}

async function imported(db: TestDatabase, registry: string, ...texts: string[]) {
  await db.query('select butler.create_registry($1)', [registry]);
  const counts = [];
  for (const text of texts) counts.push(await importFile(db.client, readExportFile(text), { registry }));
  return counts;
}

const camera = `
description: Butler Data Repository Export
version: 1.0.2
universe_version: 8
universe_namespace: daf_butler
data:
- type: dimension
  element: instrument
  records:
  - {name: Cam, visit_max: 10, visit_system: 0, exposure_max: 10, detector_max: 9007199254740995, class_name: a.Cam}
- type: dimension
  element: detector
  records:
  - {instrument: Cam, id: 1, full_name: 'on', name_in_raft: '01', raft: "a'b", purpose: "line\\nbreak"}
  - {instrument: Cam, id: 9007199254740993, full_name: 2019-04-01, name_in_raft: '', raft: null, purpose: 'null'}
- type: collection
  collection_type: RUN
  name: run
  host: null
  timespan_begin: null
  timespan_end: null
- {type: collection, collection_type: TAGGED, name: tagged, doc: "why: 'because'"}
- {type: collection, collection_type: CALIBRATION, name: calib}
- {type: collection, collection_type: CHAINED, name: outer, children: [inner, run]}
- {type: collection, collection_type: CHAINED, name: inner, children: [tagged]}
- {type: dataset_type, name: bias, dimensions: [instrument, detector], storage_class: Exposure, is_calibration: true}
- type: dataset
  dataset_type: bias
  run: run
  records:
  - dataset_id: [!uuid '11111111-1111-4111-8111-111111111111', !uuid '22222222-2222-4222-8222-222222222222']
    data_id: [{instrument: Cam, detector: 1}, {instrument: Cam, detector: 9007199254740993}]
    path: one/file.fits
    formatter: a.Formatter
- type: associations
  collection: tagged
  collection_type: TAGGED
  dataset_ids: [!uuid '11111111-1111-4111-8111-111111111111']
- type: associations
  collection: calib
  collection_type: CALIBRATION
  validity_ranges:
  - timespan: !lsst.daf.butler.Timespan {begin: !butler_time/tai/iso '2019-04-01 00:00:00.000000001', end: null}
    dataset_ids: [!uuid '22222222-2222-4222-8222-222222222222']
  - timespan: !lsst.daf.butler.Timespan EMPTY
    dataset_ids: [!uuid '11111111-1111-4111-8111-111111111111']
`;

test('everything of a file arrives, to the last digit', async (t) => {
  await using db = await database();
  const [counts] = await imported(db, 'r', camera.replace('2019-04-01, name', "'2019-04-01', name"));
  t.deepEqual(
    [...counts.records],
    [
      ['instrument', 1],
      ['detector', 2],
    ],
  );
  t.deepEqual([...counts.datasets], [['bias', 2]]);
  t.is(counts.collections, 5);
  t.is(counts.files, 2);
  t.is(counts.associations, 3);
  t.deepEqual(await db.query('select id::text, full_name, raft, purpose from r.detector order by id'), [
    { id: '1', full_name: 'on', raft: "a'b", purpose: 'line\nbreak' },
    { id: '9007199254740993', full_name: '2019-04-01', raft: null, purpose: 'null' },
  ]);
  t.deepEqual(await db.query(`select butler.get_chain('outer', registry => 'r') as chain`), [
    { chain: ['inner', 'run'] },
  ]);
  t.deepEqual(
    await db.query(
      `select data_id::text, collection, timespan::text
       from butler.query_associations('bias', '{calib}', registry => 'r') order by data_id::text`,
    ),
    [
      { data_id: '{"instrument" : "Cam", "detector" : 1}', collection: 'calib', timespan: 'empty' },
      {
        data_id: '{"instrument" : "Cam", "detector" : 9007199254740993}',
        collection: 'calib',
        timespan: '[1554076800000000001,4102444800000000000)',
      },
    ],
  );
  t.deepEqual(await db.query(`select * from butler.check(registry => 'r')`), []);
});

test('what is exported, imported and exported again is the same text', async (t) => {
  await using db = await database();
  await imported(db, 'r', camera.replace('2019-04-01, name', "'2019-04-01', name"));
  const first = await exported(db, 'r');
  await imported(db, 's', first);
  t.is(await exported(db, 's'), first);
});

test('the same file twice changes nothing', async (t) => {
  await using db = await database();
  const text = camera
    .replace('2019-04-01, name', "'2019-04-01', name")
    .replace(/- type: associations[\s\S]*/, '');
  await imported(db, 'r', text);
  const before = await exported(db, 'r');
  await importFile(db.client, readExportFile(text), { registry: 'r' });
  t.is(await exported(db, 'r'), before);
});

test('a file that contradicts the registry brings nothing', async (t) => {
  await using db = await database();
  const text = camera.replace('2019-04-01, name', "'2019-04-01', name");
  await imported(db, 'r', text);
  const before = await exported(db, 'r');
  const other = text
    .replace('id: 1, full_name', 'id: 3, full_name')
    .replace("full_name: 'on'", "full_name: 'off'")
    .replace('detector: 1}', 'detector: 3}');
  await t.throwsAsync(importFile(db.client, readExportFile(other), { registry: 'r' }), {
    message: /^ConflictingDefinitionError: /,
  });
  t.is(await exported(db, 'r'), before);
});

test('a part of a registry: collections with their members, and dataset types', async (t) => {
  await using db = await database();
  await imported(db, 'r', camera.replace('2019-04-01, name', "'2019-04-01', name"));
  let text = '';
  for await (const piece of exportRegistry(db.client, { registry: 'r', collections: ['inner'] }))
    text += piece;
  const names = readExportFile(text).sections.flatMap((section: Section) =>
    section.type === 'collection' ? [section.name] : [],
  );
  t.deepEqual(names, ['tagged', 'inner']);
});

test('what is no export says so', (t) => {
  const refused = (text: string) => t.throws(() => readExportFile(text), { instanceOf: ExportFileError });
  t.regex(refused('a: [')!.message, /^it is no YAML: /);
  t.regex(refused('a: 1')!.message, /^it is no export of a Data Butler: /);
  t.regex(refused('version: 2.0\ndata: []')!.message, /^it has version 2.* of the format$/);
  t.regex(
    refused(
      `version: 0\ndata:\n- {type: dimension, element: e, records: [{t: !butler_time/tai/iso 'noon'}]}`,
    )!.message,
    /'noon' is not a time/,
  );
});

test('times without a tag are UTC, tagged ones TAI', (t) => {
  const { sections } = readExportFile(`
version: 0
data:
- type: dimension
  element: visit
  records:
  - datetime_begin: 2014-11-18 12:56:47.112345
    datetime_end: !butler_time/tai/iso '2014-11-18 12:56:47.112345678'
`);
  const [section] = sections;
  if (section.type !== 'dimension') throw new Error('it is a dimension');
  const [record] = section.records;
  // 35 s between UTC and TAI at the end of 2014.
  t.deepEqual(record.datetime_begin, new TaiTime(1416315442112345000n));
  t.deepEqual(record.datetime_end, new TaiTime(1416315407112345678n));
});

test('records of the first universes become those of the present', (t) => {
  const begin = new TaiTime(BigInt(Date.parse('2019-04-02T04:00:00Z')) * 1_000_000n);
  const sections = modernise(
    {
      universeVersion: 0,
      sections: [
        {
          type: 'dimension',
          element: 'visit',
          records: [
            {
              instrument: 'Cam',
              id: 7n,
              visit_system: 1n,
              seeing: 1.2,
              datetime_begin: begin,
              datetime_end: begin,
            },
          ],
        },
        {
          type: 'dimension',
          element: 'exposure',
          records: [{ instrument: 'Cam', id: 7n, group_name: 'g7', group_id: 7n, day_obs: 20190401n }],
        },
        {
          type: 'dataset_type',
          name: 'calexp',
          dimensions: ['instrument', 'visit', 'visit_system', 'detector'],
          storage_class: 'Exposure',
          is_calibration: false,
        },
      ],
    },
    new Map([['Cam', 43200]]),
  );
  const of = (element: string) =>
    sections.flatMap((section) =>
      section.type === 'dimension' && section.element === element ? section.records : [],
    );
  t.deepEqual(of('visit'), [
    { instrument: 'Cam', id: 7n, day_obs: 20190401n, datetime_begin: begin, datetime_end: begin },
  ]);
  t.deepEqual(of('visit_system_membership'), [{ instrument: 'Cam', visit_system: 1n, visit: 7n }]);
  t.deepEqual(of('group'), [{ instrument: 'Cam', name: 'g7' }]);
  t.deepEqual(of('day_obs'), [
    {
      instrument: 'Cam',
      id: 20190401n,
      datetime_begin: new TaiTime(BigInt(Date.parse('2019-04-01T12:00:00Z')) * 1_000_000n),
      datetime_end: new TaiTime(BigInt(Date.parse('2019-04-02T12:00:00Z')) * 1_000_000n),
    },
  ]);
  t.deepEqual(
    sections.flatMap((section) => (section.type === 'dataset_type' ? [section.dimensions] : [])),
    [['instrument', 'visit', 'detector']],
  );
});

test('a region is told by its tag', (t) => {
  const { sections } = readExportFile(`
version: 0
data:
- type: dimension
  element: tract
  records:
  - region: !<lsst.sphgeom.ConvexPolygon>
      encoded: 70cb
`);
  const [section] = sections;
  t.deepEqual(section.type === 'dimension' && section.records[0].region, new Region('ConvexPolygon', '70cb'));
});

/** Real exports, each group into a registry of its own: files that need one another together. */
const groups = [
  ['base.yaml', 'datasets.yaml'],
  ['base.yaml', 'spatial.yaml'],
  ['ci_hsc-subset.yaml', 'ci_hsc-subset-skymap.yaml'],
  ['dax_obscore__hsc_gen3.yaml'],
  ['hsc-rc2-subset.yaml'],
  ['hsc-rc2-subset-v0.yaml'],
  ['lsstcam-subset.yaml'],
];

for (const group of groups)
  dataTest(`real exports arrive whole and come back the same: ${group.join(' and ')}`, async (t) => {
    await using db = await database();
    const texts = group.map((name) => readFileSync(path.join(dataPath('butler/registry'), name), 'utf8'));
    await imported(db, 'r', ...texts);
    const records = new Map<string, Set<string>>();
    const datasets = new Map<string, number>();
    for (const text of texts)
      for (const section of readExportFile(text).sections) {
        if (section.type === 'dimension') {
          const keys = records.get(section.element) ?? new Set();
          records.set(section.element, keys);
          for (const {
            instrument,
            skymap,
            name,
            id,
            tract,
            detector,
            visit,
            exposure,
            visit_system,
          } of section.records)
            keys.add(
              [
                instrument,
                skymap,
                section.element === 'visit' ? undefined : id === undefined ? name : undefined,
                id,
                tract,
                detector,
                visit,
                exposure,
                section.element === 'visit_system_membership' ? visit_system : undefined,
              ]
                .map(String)
                .join(),
            );
        }
        if (section.type === 'dataset')
          datasets.set(
            section.dataset_type,
            (datasets.get(section.dataset_type) ?? 0) +
              section.records.reduce((sum, { dataset_id }) => sum + dataset_id.length, 0),
          );
      }
    for (const [element, keys] of records) {
      const [{ count }] = await db.query<{ count: bigint }>(`select count(*) from r."${element}"`);
      t.is(Number(count), keys.size, `records of ${element}`);
    }
    for (const [type, expected] of datasets) {
      const [{ count }] = await db.query<{ count: bigint }>(
        `select count(*) from r.dataset d join r.dataset_type t on t.id = d.dataset_type_id where t.name = $1`,
        [type],
      );
      t.is(Number(count), expected, `datasets of ${type}`);
    }
    t.deepEqual(await db.query(`select * from butler.check(registry => 'r')`), []);
    const first = await exported(db, 'r');
    await imported(db, 's', first);
    t.is(await exported(db, 's'), first);
  });
