/** Configuration files: YAML as Python reads it, with every number as it was. */
import { readFileSync } from 'node:fs';
import test from 'ava';
import { columnsOf } from '../../plv8/obscore/columns.ts';
import { ConfigFileError } from '../../src/config/error.ts';
import { readYaml, treeJson } from '../../src/config/yaml.ts';
import { loadConfig } from '../../src/obscore/config.ts';
import { fixturePath, fixtureTest } from '../support/fixtures.ts';

const small = `facility_name: Somewhere
collections: [best]
dataset_types:
  raw: {dataproduct_type: image, calib_level: 1}
`;

function json(yaml: string): string {
  const { tree, complaints } = readYaml(yaml);
  return complaints.length > 0 ? JSON.stringify(complaints) : treeJson(tree);
}

test('numbers and words are what PyYAML takes them for', (t) => {
  t.is(json('[y, n, yes, No, on, OFF, true, ~]'), '["y","n",true,false,true,false,true,null]');
  t.is(
    json('[08, 017, 0x1F, 0, -5, +7, 9223372036854775807, 1:30]'),
    '["08",15,31,0,-5,7,9223372036854775807,90]',
  );
  t.is(json('[., 1., .5, 1.0, -0.0, 1_0.5, 1.0e+22]'), '[".",1.0,0.5,1.0,-0.0,10.5,1e+22]');
  t.is(json('[1e5, 5e-7, 543.0e-9, 545.e-9, e1]'), '["1e5","5e-7",5.43e-7,5.45e-7,"e1"]');
  t.is(json('[2025-06-30, 2025-06-30T12:00:00]'), '["2025-06-30","2025-06-30T12:00:00"]');
});

test('keys keep their order, whatever they look like', (t) => {
  t.is(json('{b: 1, "2": 2, a: 3, "1": 4}'), '{"b":1,"2":2,"a":3,"1":4}');
});

test('anchors, aliases, merged objects and sets are what they stand for', (t) => {
  t.is(
    json('a: &a {x: 1, y: 2}\nb: {<<: *a, y: 3}\nc: *a\nd: !!set {visit, detector}'),
    '{"a":{"x":1,"y":2},"b":{"x":1,"y":3},"c":{"x":1,"y":2},"d":["visit","detector"]}',
  );
});

test('a key that is given twice is a mistake, wherever it stands', (t) => {
  const { complaints } = readYaml('a: 1\nb: [{c: 1, d: {e: 1, e: 2}}]\na: 2');
  t.deepEqual(complaints, [
    { path: 'a', complaint: 'is given twice' },
    { path: 'b[0].d.e', complaint: 'is given twice' },
  ]);
});

test('what JSON cannot say is a mistake', (t) => {
  const { complaints } = readYaml('a: {1: x}\nb: [.nan]\nc: !!binary aGk=');
  t.deepEqual(
    complaints.map(({ path, complaint }) => [path, complaint]),
    [
      ['a', 'the key 1 is no text: put it in quotes'],
      ['b[0]', 'is no finite number, which JSON cannot say'],
      ['c', 'is neither text, number, boolean, list nor object'],
    ],
  );
});

test('what is no YAML is told with its place', (t) => {
  const error = t.throws(() => loadConfig('a: [1', 'my.yaml'), { instanceOf: ConfigFileError });
  t.is(error.message, 'my.yaml has a mistake');
  t.regex(error.detail, /^\$: is no YAML: .* at line 1, column 6$/);
  t.throws(() => loadConfig('a: 1\n---\nb: 1'), { instanceOf: ConfigFileError });
  t.throws(() => loadConfig('a: *nothing'), { instanceOf: ConfigFileError });
  t.throws(() => loadConfig(''), { instanceOf: ConfigFileError });
});

test('a file with mistakes says each in a line, also one that only YAML can have', (t) => {
  const error = t.throws(
    () =>
      loadConfig(
        `${small}facility_map: {1: x}\nspectral_ranges: {g: [.inf, 1.0e-7]}\nextra_columns: {a: null}\n`,
      ),
    { instanceOf: ConfigFileError },
  );
  t.is(error.message, 'the configuration has 3 mistakes');
  t.is(
    error.detail,
    [
      'facility_map: the key 1 is no text: put it in quotes',
      'spectral_ranges.g[0]: is no finite number, which JSON cannot say',
      'extra_columns.a: expected a constant or an object with a template, not null',
    ].join('\n'),
  );
});

test('a constant is a float where it was written as one', (t) => {
  const { json, config } = loadConfig(
    `${small}extra_columns: {a: 1.0, b: 1, c: 9007199254740993, y: 5e-7}\n`,
  );
  t.regex(json, /"extra_columns":\{"a":1\.0,"b":1,"c":9007199254740993,"y":"5e-7"\}\}$/);
  t.deepEqual(
    config.extraColumns.map(({ sqlType }) => sqlType),
    ['double precision', 'bigint', 'bigint', 'text'],
  );
});

fixtureTest("the fixtures' configuration makes the columns of the Data Butler's live table", (t) => {
  const read = (file: string) => readFileSync(fixturePath('obscore', file), 'utf8');
  const [, ddl] = /CREATE TABLE public\.obscore \(\n([\s\S]*?)\n\);/.exec(read('repo/live_obscore_ddl.sql'))!;
  const comments = new Map(
    Array.from(
      read('repo/live_obscore_ddl.sql').matchAll(/COMMENT ON COLUMN public\.obscore\.(\w+) IS '(.*)';/g),
      ([, name, comment]) => [name, comment],
    ),
  );
  const { config } = loadConfig(read('configs/export_full.yaml'));
  const columns = columnsOf(config);
  t.deepEqual(
    columns.map(({ name, sqlType }) => `${name} ${sqlType}`),
    [...ddl.split('\n').map((line) => line.trim().replace(/(?: NOT NULL)?,?$/, '')), 'footprint uuid'],
  );
  for (const { name, comment } of columns)
    if (comments.has(name)) t.is(comment, comments.get(name)!);
    else t.not(comment, '');
  t.deepEqual(config.indices, [['lsst_visit'], ['dataproduct_type', 'dataproduct_subtype']]);
});
