/** Bad configurations, and what is wrong with each: for the driver and the database alike. */

/** Options as JSON, so that numbers keep their spelling. */
export type Options = Readonly<Record<string, string>>;

export function object(options: Options): string {
  return `{${Object.entries(options)
    .map(([key, value]) => `${JSON.stringify(key)}: ${value}`)
    .join(', ')}}`;
}

const raw: Options = { dataproduct_type: '"image"', calib_level: '1' };

/** A dataset type with these options beside those that it needs; an empty text leaves one out. */
export function datasetType(options: Options = {}): string {
  return object(given({ ...raw, ...options }));
}

/** A configuration with these options beside those that it needs; an empty text leaves one out. */
export function config(options: Options = {}): string {
  return object(
    given({
      facility_name: '"Somewhere"',
      collections: '["best"]',
      dataset_types: object({ raw: datasetType() }),
      ...options,
    }),
  );
}

function given(options: Options): Options {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== ''));
}

function withRaw(options: Options): string {
  return config({ dataset_types: object({ raw: datasetType(options) }) });
}

function withColumns(columns: Options, others: Options = {}): string {
  return config({ extra_columns: object(columns), ...others });
}

const template = (options: Options) => object({ template: '"{visit}"', ...options });

const long = 'c'.repeat(64);

export interface BadConfig {
  readonly what: string;
  readonly json: string;
  readonly complaints: readonly (readonly [path: string, complaint: RegExp])[];
  /** Whether the form alone is wrong: zod sees all of it. */
  readonly isForm?: boolean;
}

export const badConfigs: readonly BadConfig[] = [
  { what: 'a list', json: '[]', complaints: [['$', /expected an object, not a list/]], isForm: true },
  {
    what: 'a text',
    json: '"obscore"',
    complaints: [['$', /expected an object, not a string/]],
    isForm: true,
  },
  {
    what: 'nothing in it',
    json: '{}',
    complaints: [
      ['facility_name', /is missing/],
      ['dataset_types', /is missing/],
      ['collections', /name the collections/],
    ],
  },
  {
    what: 'unknown options at every level',
    json: config({
      facility: '1',
      nothing: '[]',
      dataset_types: object({
        'a-b': datasetType({
          calib: '2',
          extra_columns: object({ x: template({ kind: '"int"' }) }),
        }),
      }),
      extra_columns: object({ y: template({ unit: '"m"' }) }),
      where: object({ wehre: '""' }),
      spatial_plugins: object({ p: object({ cls: '"a.DefaultSpatialObsCorePlugin"', clss: '1' }) }),
      origin: object({ publisher: '"P"', publication_date: '"2026-01-31"', doi: '""' }),
    }),
    complaints: [
      ['facility', /no such option: did you mean facility_name or facility_map\?$/],
      ['nothing', /no such option: there are table_name, .*, version$/],
      ['dataset_types["a-b"].calib', /no such option: did you mean calib_level\?$/],
      ['dataset_types["a-b"].extra_columns.x.kind', /no such option: there are template, type, length, doc$/],
      ['extra_columns.y.unit', /no such option/],
      ['where.wehre', /no such option: did you mean where\?$/],
      ['spatial_plugins.p.clss', /no such option: did you mean cls\?$/],
      ['origin.doi', /no such option: there are publisher, /],
    ],
    isForm: true,
  },
  {
    what: 'values of other kinds',
    json: config({
      table_name: '5',
      collection_type: 'true',
      collections: '"best"',
      obs_collection: '[]',
      facility_name: 'null',
      facility_map: '[]',
      indices: '"x"',
      spectral_ranges: 'null',
      fallback_instrument: '{}',
      obs_publisher_did_fmt: '1.0',
      batch_size: '"many"',
      csv_null_string: 'null',
      namespace: '5',
      version: '1.5',
      dataset_type_constraints: object({ raw: '{}' }),
      where: '"visit = 1"',
      origin: '"me"',
    }),
    complaints: [
      ['table_name', /expected a string, not an integer/],
      ['collection_type', /expected a string, not a boolean/],
      ['collections', /expected a list, not a string/],
      ['obs_collection', /expected a string, not a list/],
      ['facility_name', /expected a string, not null/],
      ['facility_map', /expected an object, not a list/],
      ['indices', /expected an object, not a string/],
      ['spectral_ranges', /expected an object, not null/],
      ['fallback_instrument', /expected a string, not an object/],
      ['obs_publisher_did_fmt', /expected a string, not a number/],
      ['batch_size', /expected an integer, not a string/],
      ['csv_null_string', /expected a string, not null/],
      ['namespace', /expected a string, not an integer/],
      ['version', /expected an integer, not a number/],
      ['dataset_type_constraints.raw', /expected a list, not an object/],
      ['where', /expected an object, not a string/],
      ['origin', /expected an object, not a string/],
    ],
    isForm: true,
  },
  {
    what: 'a dataset type without what it needs',
    json: config({ dataset_types: object({ raw: '{}', flat: 'null' }) }),
    complaints: [
      ['dataset_types.raw.dataproduct_type', /is missing/],
      ['dataset_types.raw.calib_level', /is missing/],
      ['dataset_types.flat', /expected an object, not null/],
    ],
    isForm: true,
  },
  {
    what: 'calib_level beyond 4',
    json: withRaw({ calib_level: '5' }),
    complaints: [['dataset_types.raw.calib_level', /expected 0 to 4, not 5/]],
    isForm: true,
  },
  {
    what: 'calib_level below 0',
    json: withRaw({ calib_level: '-1' }),
    complaints: [['dataset_types.raw.calib_level', /expected 0 to 4, not -1/]],
    isForm: true,
  },
  {
    what: 'calib_level a boolean',
    json: withRaw({ calib_level: 'true' }),
    complaints: [['dataset_types.raw.calib_level', /expected an integer, not a boolean/]],
    isForm: true,
  },
  {
    what: 'calib_level between integers',
    json: withRaw({ calib_level: '1.5' }),
    complaints: [['dataset_types.raw.calib_level', /expected an integer, not a number/]],
    isForm: true,
  },
  {
    what: 's_xel with three members',
    json: withRaw({ s_xel: '[1, 2, 3]' }),
    complaints: [['dataset_types.raw.s_xel', /expected two members, not 3/]],
    isForm: true,
  },
  {
    what: 's_xel beyond an integer',
    json: withRaw({ s_xel: '[2147483648, "x"]' }),
    complaints: [
      ['dataset_types.raw.s_xel[0]', /expected 0 to 2147483647, not 2147483648/],
      ['dataset_types.raw.s_xel[1]', /expected an integer, not a string/],
    ],
    isForm: true,
  },
  {
    what: 'spectral ranges that are none',
    json: config({
      spectral_ranges: object({
        'HSC-G': '[1e-7]',
        r: '["a", null]',
        i: 'null',
        z: '[false, 1]',
      }),
    }),
    complaints: [
      ['spectral_ranges["HSC-G"]', /expected two members, not 1/],
      ['spectral_ranges.r[0]', /expected a number, not a string/],
      ['spectral_ranges.i', /expected a list, not null/],
      ['spectral_ranges.z[0]', /expected a number, not a boolean/],
    ],
    isForm: true,
  },
  {
    what: 'a spectral range that runs backwards',
    json: config({ spectral_ranges: object({ g: '[5.0e-7, 4.0e-7]' }) }),
    complaints: [['spectral_ranges.g', /the shorter wavelength comes first/]],
  },
  {
    what: 'no dataset type',
    json: config({ dataset_types: '{}' }),
    complaints: [['dataset_types', /there is none/]],
  },
  {
    what: 'a dataset type without a name',
    json: config({ dataset_types: object({ '': datasetType() }) }),
    complaints: [['dataset_types[""]', /name is empty/]],
  },
  {
    what: 'a dataset type twice',
    json: config({ dataset_types: `{"raw": ${datasetType()}, "raw": ${datasetType()}}` }),
    complaints: [['dataset_types.raw', /is given twice/]],
  },
  {
    what: 'a key twice within a list',
    json: config({ dataset_type_constraints: '{"raw": [{}, {"where": "", "where": "visit = 1"}]}' }),
    complaints: [['dataset_type_constraints.raw[1].where', /is given twice/]],
  },
  {
    what: 'a collection type that there is not',
    json: config({ collection_type: '"CALIBRATION"' }),
    complaints: [['collection_type', /expected RUN, TAGGED, CHAINED, not "CALIBRATION"/]],
    isForm: true,
  },
  {
    what: 'TAGGED with two names',
    json: config({ collection_type: '"TAGGED"', collections: '["a", "b"]' }),
    complaints: [['collections', /exactly one name, not 2/]],
  },
  {
    what: 'TAGGED without a name',
    json: config({ collection_type: '"TAGGED"', collections: '' }),
    complaints: [['collections', /exactly one name, not 0/]],
  },
  {
    what: 'a find-first table without collections',
    json: config({ collections: '[]' }),
    complaints: [['collections', /or say collection_type RUN for all runs/]],
  },
  {
    what: 'a collection twice, and one without a name',
    json: config({ collections: '["a", "b", "a", ""]' }),
    complaints: [
      ['collections[2]', /is named twice/],
      ['collections[3]', /is empty/],
    ],
  },
  {
    what: 'expressions that are none',
    json: config({ collection_type: '"RUN"', collections: '["ok.*", "a(b", "[z-a]", 5]' }),
    complaints: [
      ['collections[1]', /is no regular expression: /],
      ['collections[2]', /is no regular expression: /],
      ['collections[3]', /expected a string, not an integer/],
    ],
  },
  {
    what: 'columns that every table has',
    json: withColumns({
      registry_dataset_id: '1',
      footprint: '1',
      s_region: '"x"',
      s_ra: '1.0',
      ctid: '1',
    }),
    complaints: [
      ['extra_columns.registry_dataset_id', /of its own/],
      ['extra_columns.footprint', /of its own/],
      ['extra_columns.s_region', /from the region/],
      ['extra_columns.s_ra', /from the region/],
      ['extra_columns.ctid', /in every table/],
    ],
  },
  {
    what: 'columns whose names PostgreSQL cannot keep',
    json: withColumns({ [long]: '1', '': '1', ['é'.repeat(32)]: '1' }),
    complaints: [
      [`extra_columns.${long}`, /64 bytes/],
      ['extra_columns[""]', /is empty/],
      [`extra_columns["${'é'.repeat(32)}"]`, /64 bytes/],
    ],
  },
  {
    what: 'columns that are neither constants nor templates',
    json: withColumns({ a: 'null', b: '[1]', c: '{}', d: object({ template: '5' }) }),
    complaints: [
      ['extra_columns.a', /expected a constant or an object with a template, not null/],
      ['extra_columns.b', /expected a constant or an object with a template, not a list/],
      ['extra_columns.c.template', /is missing/],
      ['extra_columns.d.template', /expected a string, not an integer/],
    ],
    isForm: true,
  },
  {
    what: 'types and lengths that there are not',
    json: withColumns({
      a: template({ type: '"integer"' }),
      b: template({ length: '0' }),
      c: template({ length: '"x"' }),
      e: template({ type: 'null' }),
    }),
    complaints: [
      ['extra_columns.a.type', /expected bool, int, float, string, not "integer"/],
      ['extra_columns.b.length', /expected 1 to 10485760, not 0/],
      ['extra_columns.c.length', /expected an integer, not a string/],
      ['extra_columns.e.type', /expected a string, not null/],
    ],
    isForm: true,
  },
  {
    what: 'a length of what is no string',
    json: withColumns({ a: template({ type: '"int"', length: '5' }) }),
    complaints: [['extra_columns.a.length', /only a string has a length/]],
  },
  {
    what: 'an integer beyond a bigint',
    json: withColumns({ a: '9223372036854775808', b: '-9223372036854775808' }),
    complaints: [['extra_columns.a', /beyond the range of bigint/]],
  },
  {
    what: 'constants that their column cannot hold',
    json: config({
      extra_columns: object({ a: template({ length: '3' }), calib_level: '32768', s_xel1: '-2147483649' }),
      dataset_types: object({ raw: datasetType({ extra_columns: object({ a: '"four"' }) }) }),
    }),
    complaints: [
      ['extra_columns.calib_level', /^32768 is beyond the range of smallint$/],
      ['extra_columns.s_xel1', /^-2147483649 is beyond the range of integer$/],
      ['dataset_types.raw.extra_columns.a', /4 characters is too long: the column has 3$/],
    ],
  },
  {
    what: 'one column of two types',
    json: config({
      extra_columns: object({ a: '1' }),
      dataset_types: object({
        raw: datasetType({ extra_columns: object({ a: '1.0', b: template({ type: '"int"' }) }) }),
        calexp: datasetType({ extra_columns: object({ b: template({}) }) }),
      }),
    }),
    complaints: [
      ['dataset_types.raw.extra_columns.a', /is of type float, but extra_columns.a makes .* type int/],
      ['dataset_types.calexp.extra_columns.b', /is of type string, but dataset_types.raw.extra_columns.b /],
    ],
  },
  {
    what: 'a column of every table with another type',
    json: withColumns({ target_name: '5', s_xel1: '"x"', t_min: 'true', calib_level: '1.5' }),
    complaints: [
      ['extra_columns.target_name', /column target_name is text: type string/],
      ['extra_columns.s_xel1', /column s_xel1 is integer: type int/],
      ['extra_columns.t_min', /column t_min is double precision: type float or int/],
      ['extra_columns.calib_level', /column calib_level is smallint: type int/],
    ],
  },
  {
    what: 'texts that PostgreSQL cannot hold',
    json: withColumns({ a: '"x\\u0000"', b: '"\\ud83d"' }, { facility_name: '"\\u0000"' }),
    complaints: [
      ['extra_columns.a', /U\+0000/],
      ['extra_columns.b', /lone surrogate/],
      ['facility_name', /U\+0000/],
    ],
  },
  {
    what: 'indexes of nothing',
    json: config({
      indices: object({ a: '"nosuch"', b: '[]', c: '["obs_id", "obs_id"]', d: '[5]', e: '{}' }),
    }),
    complaints: [
      ['indices.a', /no column nosuch/],
      ['indices.b', /names no column/],
      ['indices.c[1]', /is named twice/],
      ['indices.d[0]', /expected a string, not an integer/],
      ['indices.e', /expected a string, not an object/],
    ],
  },
  {
    what: 'an index of 33 columns',
    json: withColumns(Object.fromEntries(Array.from({ length: 33 }, (_, i) => [`c${i}`, '1'])), {
      indices: object({ all: JSON.stringify(Array.from({ length: 33 }, (_, i) => `c${i}`)) }),
    }),
    complaints: [['indices.all', /names 33 columns: an index has at most 32/]],
  },
  {
    what: 'a plugin that there is not, and one twice',
    json: config({
      spatial_plugins: object({
        a: object({ cls: '"my.Plugin"' }),
        b: object({ cls: '"lsst.daf.butler.registry.obscore.pgsphere.PgSphereObsCorePlugin"' }),
        c: object({ cls: '"PgSphereObsCorePlugin"' }),
        d: '{}',
      }),
    }),
    complaints: [
      ['spatial_plugins.a.cls', /there is no such plugin/],
      ['spatial_plugins.c', /named twice/],
      ['spatial_plugins.d.cls', /is missing/],
    ],
  },
  {
    what: "pgSphere's columns where others are",
    json: config({
      extra_columns: object({ mine: '1' }),
      spatial_plugins: object({
        p: object({
          cls: '"PgSphereObsCorePlugin"',
          config: object({ region_column: '"mine"', position_column: '"s_ra"', column: '"x"' }),
        }),
      }),
    }),
    complaints: [
      ['spatial_plugins.p.config.column', /no such option: there are region_column, position_column$/],
      ['spatial_plugins.p.config.region_column', /has a column mine already/],
      ['spatial_plugins.p.config.position_column', /has a column s_ra already/],
    ],
  },
  {
    what: "pgSphere's columns of one name, indexed again",
    json: config({
      spatial_plugins: object({
        p: object({
          cls: '"PgSphereObsCorePlugin"',
          config: object({ region_column: '"pgs"', position_column: '"pgs"' }),
        }),
      }),
      indices: object({ a: '"pgs"' }),
    }),
    complaints: [
      ['spatial_plugins.p.config.position_column', /has a column pgs already/],
      ['indices.a', /pgs is indexed without being asked for/],
    ],
  },
  {
    what: 'tables that a registry needs itself',
    json: config({ table_name: '"dataset_tags_00000003"' }),
    complaints: [['table_name', /take another/]],
  },
  {
    what: 'a table with too long a name',
    json: config({ table_name: `"${long}"` }),
    complaints: [['table_name', /64 bytes/]],
  },
  {
    what: 'constraints that are none',
    json: config({
      dataset_type_constraints: object({
        raw: '[{"where": 5}, "x", {"bind": []}, {"extra_dims": "visit"}, {"extra_dims": [1]}]',
      }),
    }),
    complaints: [
      ['dataset_type_constraints.raw[0].where', /expected a string, not an integer/],
      ['dataset_type_constraints.raw[1]', /expected an object, not a string/],
      ['dataset_type_constraints.raw[2].bind', /expected an object, not a list/],
      ['dataset_type_constraints.raw[3].extra_dims', /expected a list, not a string/],
      ['dataset_type_constraints.raw[4].extra_dims[0]', /expected a string, not an integer/],
    ],
    isForm: true,
  },
  {
    what: 'expressions and values of the query language that are none',
    json: config({
      where: object({ where: '"visit = "', bind: object({ a: '{}' }) }),
      dataset_type_constraints: object({ raw: '[{"where": "visit IN"}, {"where": "(detector = 1"}]' }),
    }),
    complaints: [
      ['where.where', /is no expression: .*line 1, column/],
      ['where.bind', /cannot be bound: .*a/],
      ['dataset_type_constraints.raw[0].where', /is no expression: .*line 1, column/],
      ['dataset_type_constraints.raw[1].where', /is no expression: .*line 1, column/],
    ],
  },
  {
    what: 'templates that are none',
    json: config({
      obs_publisher_did_fmt: '"{id"',
      extra_columns: object({ a: object({ template: '"}"' }) }),
      dataset_types: object({
        raw: datasetType({ obs_id_fmt: '"{visit:d"', datalink_url_fmt: '"{visit!x}"' }),
      }),
    }),
    complaints: [
      ['obs_publisher_did_fmt', /is no template: /],
      ['extra_columns.a.template', /is no template: /],
      ['dataset_types.raw.obs_id_fmt', /is no template: /],
      ['dataset_types.raw.datalink_url_fmt', /is no template: /],
    ],
  },
  {
    what: 'an export that cannot be',
    json: config({ batch_size: '0', parquet_compression: '"lzma"' }),
    complaints: [
      ['batch_size', /expected 1 to 2147483647, not 0/],
      ['parquet_compression', /expected none, snappy, .*, not "lzma"/],
    ],
    isForm: true,
  },
  {
    what: 'an origin without what it needs',
    json: config({ origin: object({ publication_date: '"2026-02-30"', title: '5' }) }),
    complaints: [
      ['origin.publisher', /is missing/],
      ['origin.title', /expected a string, not an integer/],
      ['origin.publication_date', /expected a date/],
    ],
  },
];
