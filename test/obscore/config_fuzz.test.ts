/** Configurations with something wrong in any place: driver and rules always answer, and alike. */
import test from 'ava';
import fc from 'fast-check';
import { readText } from '../../plv8/obscore/config.ts';
import { readYaml, treeValue } from '../../src/config/yaml.ts';
import { checkYaml } from '../../src/obscore/config.ts';
import { formComplaints } from '../../src/obscore/config_schema.ts';
import '../support/seed.ts';

const whole = {
  table_name: 'obs',
  collection_type: 'RUN',
  collections: ['a.*', 'b'],
  facility_name: 'Somewhere',
  facility_map: { Cam: 'There' },
  obs_collection: 'DR',
  obs_publisher_did_fmt: 'ivo://{id}',
  fallback_instrument: 'Cam',
  dataset_types: {
    raw: {
      dataproduct_type: 'image',
      dataproduct_subtype: 'raw',
      calib_level: 1,
      o_ucd: 'phot.count',
      obs_id_fmt: '{records[exposure].obs_id}',
      datalink_url_fmt: 'https://{obs_id}',
      s_xel: [1, 2],
      extra_columns: { day_obs: { template: '{day_obs}', type: 'int' }, b: 5 },
    },
  },
  extra_columns: { a: { template: '{visit}', type: 'string', length: 32, doc: 'A' }, b: 4 },
  indices: { i: ['a', 'b'], j: 'day_obs' },
  spectral_ranges: { g: [4e-7, 5.5e-7], white: [null, null] },
  spatial_plugins: { p: { cls: 'PgSphereObsCorePlugin', config: { region_column: 'r' } } },
  where: { where: 'visit = v', bind: { v: 5 }, extra_dims: ['visit'] },
  dataset_type_constraints: { raw: [{ where: 'detector = 1' }] },
  batch_size: 5,
  parquet_compression: 'zstd',
  csv_null_string: '',
  origin: { publisher: 'P', publication_date: '2026-01-01', title: null },
  version: 1,
};

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** Every place of a value. */
function places(value: Json, path: readonly (string | number)[] = []): (readonly (string | number)[])[] {
  const inside =
    value === null || typeof value !== 'object'
      ? []
      : Object.entries(value).flatMap(([key, member]) =>
          places(member, [...path, Array.isArray(value) ? Number(key) : key]),
        );
  return [path, ...inside];
}

function replaced(value: Json, path: readonly (string | number)[], by: Json): Json {
  const [step, ...rest] = path;
  if (step === undefined) return by;
  const copy = structuredClone(value) as { [key: string | number]: Json };
  copy[step] = replaced(copy[step], rest, by);
  return copy as Json;
}

const all = places(whole as Json);

/** What might stand anywhere. */
const anything = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }) as fc.Arbitrary<Json>,
  fc.constantFrom<Json>(
    ...all.map((path) =>
      path.reduce<Json>((value, step) => (value as { [key: string | number]: Json })[step], whole as Json),
    ),
  ),
  fc.constantFrom<Json>(
    '',
    '{',
    '{a',
    '(',
    's_ra',
    'footprint',
    'x'.repeat(64),
    '\0',
    '5',
    '5e-7',
    -1,
    5,
    1e300,
    {},
    [],
  ),
);

/** A key that has the point or exponent which YAML and JSON read differently is left to other tests. */
const sameInYaml = (json: string) => !/[eE][+-]?\d|\\|<<|-0[,\]}]/.test(json);

test('driver and rules find the same in whatever is changed', (t) => {
  t.deepEqual(readText(JSON.stringify(whole)).complaints, []);
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.constantFrom(...all), anything), { minLength: 1, maxLength: 2 }),
      (changes) => {
        let value = whole as Json;
        for (const [path, by] of changes) {
          try {
            value = replaced(value, path, by);
          } catch {
            // The place went with the change before.
          }
        }
        const json = JSON.stringify(value);
        const rules = readText(json);
        const known = new Set(rules.complaints.map(({ path, complaint }) => `${path}: ${complaint}`));
        if (rules.config === undefined && known.size === 0) throw new Error(`nothing is said of ${json}`);
        if (!sameInYaml(json)) return;
        const { tree, complaints } = readYaml(json);
        if (complaints.length > 0) return;
        for (const { path, complaint } of formComplaints(treeValue(tree)))
          if (!known.has(`${path}: ${complaint}`))
            throw new Error(`only the driver says ${path}: ${complaint} of ${json}`);
        if (checkYaml(json).complaints.length !== known.size) throw new Error(`not alike: ${json}`);
      },
    ),
    { numRuns: 2000 },
  );
  t.pass();
});
