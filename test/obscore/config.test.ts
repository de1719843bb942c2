/** Configurations of ObsCore tables: what is read from them, and what is wrong with bad ones. */
import test, { type ExecutionContext } from 'ava';
import type { Finding } from '../../plv8/config/place.ts';
import { columnsOf } from '../../plv8/obscore/columns.ts';
import { parseConfig } from '../../plv8/obscore/config.ts';
import { readYaml, treeValue } from '../../src/config/yaml.ts';
import { checkYaml } from '../../src/obscore/config.ts';
import { formComplaints } from '../../src/obscore/config_schema.ts';
import { database } from '../support/database.ts';
import { type BadConfig, badConfigs, config, datasetType, object } from './config_cases.ts';

function sorted(findings: readonly Finding[]): Finding[] {
  return findings.toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

function has(t: ExecutionContext, findings: readonly Finding[], { complaints }: BadConfig): void {
  const expected = complaints.toSorted(([a], [b]) => (a < b ? -1 : 1));
  const found = sorted(findings);
  t.deepEqual(
    found.map(({ path }) => path),
    expected.map(([path]) => path),
  );
  for (const [i, [, complaint]] of expected.entries()) t.regex(found[i].complaint, complaint);
}

test('the driver and the database find the same mistakes, with their paths', async (t) => {
  await using db = await database();
  for (const bad of badConfigs) {
    const inner = await t.try(bad.what, async (inner) => {
      const found = await db.query<Finding & object>('select * from obscore.check_config($1)', [bad.json]);
      has(inner, found, bad);
      inner.deepEqual(sorted(checkYaml(bad.json).complaints), sorted(found));
      if (bad.isForm)
        inner.deepEqual(sorted(formComplaints(treeValue(readYaml(bad.json).tree))), sorted(found));
    });
    inner.commit();
  }
});

test('the form alone is wrong in nothing that the rules accept', (t) => {
  for (const { json } of badConfigs) {
    const all = checkYaml(json).complaints;
    for (const complaint of formComplaints(treeValue(readYaml(json).tree)))
      t.true(all.includes(complaint) || all.some(({ path }) => path === complaint.path));
  }
});

test('a small configuration takes every default', (t) => {
  const found = parseConfig(config());
  t.like(found, {
    tableName: 'obscore',
    collectionType: 'CHAINED',
    collections: ['best'],
    extraColumns: [],
    indices: [],
    pgsphere: null,
    fallbackInstrument: null,
    obsPublisherDidFmt: null,
    batchSize: 10_000,
    parquetCompression: 'snappy',
    csvNullString: '\\N',
    origin: null,
    notices: [],
  });
  t.deepEqual(found.datasetTypes, [
    {
      name: 'raw',
      dataproductType: 'image',
      dataproductSubtype: null,
      calibLevel: 1,
      oUcd: null,
      accessFormat: null,
      obsIdFmt: null,
      datalinkUrlFmt: null,
      obsCollection: null,
      sXel: null,
      extraColumns: [],
      constraints: [],
    },
  ]);
  t.is(columnsOf(found).length, 32);
});

test('an error has a line for each mistake', (t) => {
  const error = t.throws(() => parseConfig(config({ facility_name: '', nonsense: '1' })));
  t.is(error?.message, 'ObsCoreConfigError: the configuration has 2 mistakes');
  t.regex(
    (error as Error & { detail: string }).detail,
    /^nonsense: there is no such option.*\nfacility_name: is missing$/,
  );
  t.throws(() => parseConfig('{'), { message: /^ObsCoreConfigError: \$: expected / });
});

test('extra columns keep the order of the whole table, and are overridden where they stand', (t) => {
  const { datasetTypes, extraColumns } = parseConfig(
    config({
      extra_columns: object({
        b: '1',
        a: object({ template: '"{band}"', length: '32', doc: '"Band"' }),
        instrument_name: '"Fixed"',
      }),
      dataset_types: object({
        raw: datasetType({ extra_columns: object({ c: 'true', a: '"x"' }) }),
        calexp: datasetType({ extra_columns: object({ d: '1.0', b: '9007199254740993' }) }),
      }),
    }),
  );
  t.deepEqual(
    extraColumns.map(({ name, sqlType }) => [name, sqlType]),
    [
      ['b', 'bigint'],
      ['a', 'character varying(32)'],
      ['c', 'boolean'],
      ['d', 'double precision'],
    ],
  );
  t.deepEqual(
    datasetTypes.map((type) => type.extraColumns.map(({ name, source, length }) => [name, source, length])),
    [
      [
        ['b', { constant: "'1'::int8" }, null],
        ['a', { constant: "'x'::text" }, 32],
        ['instrument_name', { constant: "'Fixed'::text" }, null],
        ['c', { constant: 'true' }, null],
      ],
      [
        ['b', { constant: "'9007199254740993'::int8" }, null],
        ['a', { template: '{band}' }, 32],
        ['instrument_name', { constant: "'Fixed'::text" }, null],
        ['d', { constant: "'1.0'::float8" }, null],
      ],
    ],
  );
});

test('strings to the length of 32 are limited, longer ones are text', (t) => {
  const length = (n: string) => object({ template: '"{run}"', ...(n === '' ? {} : { length: n }) });
  const { extraColumns } = parseConfig(
    config({ extra_columns: object({ a: length('32'), b: length('33'), c: length(''), d: '"text"' }) }),
  );
  t.deepEqual(
    extraColumns.map(({ sqlType }) => sqlType),
    ['character varying(32)', 'text', 'character varying', 'text'],
  );
});

test('constants with quotes and backslashes are constants of SQL', async (t) => {
  await using db = await database();
  const text = `it's \\ "so" \\' $$ é𝄞`;
  const { extraColumns } = parseConfig(config({ extra_columns: object({ a: JSON.stringify(text) }) }));
  const [{ source }] = extraColumns;
  for (const setting of ['on', 'off']) {
    await db.query(`set standard_conforming_strings = ${setting}`);
    const [row] = await db.query(`select ${'constant' in source ? source.constant : ''} as value`);
    t.is(row.value, text);
  }
});

test('the conditions of a dataset type replace the general one', (t) => {
  const found = parseConfig(
    config({
      where: '{"where": "visit = v", "bind": {"v": 9007199254740993, "x": 1.0}}',
      dataset_types: object({ raw: datasetType(), a: datasetType(), b: datasetType(), c: datasetType() }),
      dataset_type_constraints: object({
        a: '[{"where": "visit = 1"}, {"extra_dims": ["visit", "visit"]}]',
        b: '[]',
        c: '[{"where": "visit = 1"}, {}]',
        absent: '[]',
      }),
    }),
  );
  t.deepEqual(
    found.datasetTypes.map(({ constraints }) => constraints),
    [
      [{ where: 'visit = v', bind: '{"v":9007199254740993,"x":1.0}', extraDims: [] }],
      [
        { where: 'visit = 1', bind: '{}', extraDims: [] },
        { where: '', bind: '{}', extraDims: ['visit'] },
      ],
      [],
      [],
    ],
  );
  t.deepEqual(found.notices, [
    {
      path: 'dataset_type_constraints.absent',
      complaint: 'has no effect: the dataset type is not configured',
    },
  ]);
});

test('what the Data Butler reads leniently is read so here', (t) => {
  const found = parseConfig(
    config({
      dataset_types: object({ raw: datasetType({ calib_level: '"2"', s_xel: '[4072.0, "4000"]' }) }),
      spectral_ranges: object({ g: '["5e-7", null]', white: '[null, null]' }),
      collection_type: 'null',
      use_butler_uri: 'false',
    }),
  );
  t.is(found.datasetTypes[0].calibLevel, 2);
  t.deepEqual(found.datasetTypes[0].sXel, [4072, 4000]);
  t.deepEqual(Object.fromEntries(found.spectralRanges), { g: [5e-7, null], white: [null, null] });
  t.deepEqual(found.notices, [{ path: 'use_butler_uri', complaint: 'has no effect' }]);
});

test("pgSphere's columns follow the region's, or precede them where the default plugin is named last", (t) => {
  const names = (plugins: object) =>
    columnsOf(parseConfig(config({ spatial_plugins: JSON.stringify(plugins) })))
      .map(({ name }) => name)
      .slice(26);
  const pgsphere = {
    cls: 'lsst.daf.butler.registry.obscore.pgsphere.PgSphereObsCorePlugin',
    config: { position_column: 'center' },
  };
  const standard = { cls: 'lsst.daf.butler.registry.obscore.default_spatial.DefaultSpatialObsCorePlugin' };
  const spatial = ['s_ra', 's_dec', 's_fov', 's_region'];
  const ends = ['registry_dataset_id', 'footprint'];
  t.deepEqual(names({ a: pgsphere }), [...spatial, 'pgsphere_region', 'center', ...ends]);
  t.deepEqual(names({ b: standard, a: pgsphere }), [...spatial, 'pgsphere_region', 'center', ...ends]);
  t.deepEqual(names({ a: pgsphere, b: standard }), ['pgsphere_region', 'center', ...spatial, ...ends]);
  t.deepEqual(names({ b: standard }), [...spatial, ...ends]);
});
