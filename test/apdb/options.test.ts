/** Options of APDBs: read whole, refused with each mistake's path, frozen where clients freeze them. */
import test from 'ava';
import { defaultOptions } from '../../plv8/apdb/options.ts';
import { changedOptions, checkOptions, frozenJson, readFrozen } from '../../plv8/apdb/read_options.ts';
import { columnTypesOf } from '../../plv8/apdb/schema/definition.ts';
import { schema10 } from '../../plv8/apdb/schema/schema10.ts';
import { database } from '../support/database.ts';

const columns = columnTypesOf(schema10);

const complaints = (options: unknown) =>
  checkOptions(typeof options === 'string' ? options : JSON.stringify(options), columns).complaints.map(
    ({ path, complaint }) => `${path}: ${complaint}`,
  );

test('no options are the defaults', (t) => {
  t.deepEqual(checkOptions('{}', columns), { options: defaultOptions, complaints: [] });
});

test('null leaves an option to its default', (t) => {
  t.deepEqual(checkOptions('{"htm_level": null}', columns), { options: defaultOptions, complaints: [] });
});

test('the index mode of 2017 is that of today under its new name', (t) => {
  const { options } = checkOptions('{"dia_object_index": "htm20_id_iov"}', columns);
  t.is(options.dia_object_index, 'pix_id_iov');
});

test('every mistake is told with its path', (t) => {
  t.deepEqual(
    complaints({
      enable_replica: 'yes',
      dia_object_index: 'fast',
      htm_level: 25,
      htm_index_column: 'ra',
      ra_dec_columns: ['ra'],
      read_sources_months: -1,
      dia_object_columns: ['ra', 'ra', 'colour'],
      replica_chunk_seconds: 0,
      source_select: 'by-name',
      read_source_month: 3,
    }),
    [
      'read_source_month: there is no such option: did you mean read_sources_months?',
      'enable_replica: expected a boolean, not a string',
      'dia_object_index: expected baseline, pix_id_iov, last_object_table, htm20_id_iov, not "fast"',
      'htm_level: expected 0 to 24, not 25',
      'ra_dec_columns: expected two columns: right ascension and declination',
      'read_sources_months: expected 0 to 12000, not -1',
      'dia_object_columns[1]: is given twice',
      'replica_chunk_seconds: expected 1 to 31622400, not 0',
      'source_select: expected by-fov, by-oid, not "by-name"',
      'dia_object_columns[2]: DiaObject has no column "colour"',
      'htm_index_column: DiaObject has a column of that name already',
      'htm_index_column: DiaObjectLast has a column of that name already',
      'htm_index_column: DiaSource has a column of that name already',
    ],
  );
});

test('with DiaObjectLast, only its columns can be read of objects', (t) => {
  t.deepEqual(
    complaints({ dia_object_index: 'last_object_table', dia_object_columns: ['ra', 'u_psfFluxMean'] }),
    ['dia_object_columns[1]: DiaObjectLast has no column "u_psfFluxMean"'],
  );
});

test('positions are columns of type float8 in every table', (t) => {
  t.deepEqual(complaints({ ra_dec_columns: ['raErr', 'trailDec'] }), [
    'ra_dec_columns[0]: DiaObject.raErr is float4, and must be float8',
    'ra_dec_columns[1]: DiaObject has no column "trailDec"',
    'ra_dec_columns[0]: DiaSource.raErr is float4, and must be float8',
  ]);
});

test('what is no object, no JSON, or says a thing twice is refused', (t) => {
  t.deepEqual(complaints('[]'), ['$: expected an object, not a list']);
  t.regex(complaints('{')[0], /^\$: /);
  t.deepEqual(complaints('{"htm_level": 20, "htm_level": 19}'), ['htm_level: is given twice']);
});

test('changing options leaves the others; a null gives one its default again', (t) => {
  const now = { ...defaultOptions, read_sources_months: 6, source_select: 'by-oid' as const };
  t.deepEqual(changedOptions(now, '{"read_sources_months": null, "htm_max_ranges": 8}', columns), {
    ...defaultOptions,
    source_select: 'by-oid',
    htm_max_ranges: 8,
  });
});

test('a frozen option may be named where it stays what it is, and not be changed', (t) => {
  t.deepEqual(changedOptions(defaultOptions, '{"htm_level": 20}', columns), defaultOptions);
  t.throws(() => changedOptions(defaultOptions, '{"htm_level": 19}', columns), {
    message: /htm_level: is frozen since the APDB was made: it is 20/,
  });
});

test('the frozen options are what clients write, and earlier clients too', (t) => {
  t.is(
    frozenJson(defaultOptions),
    '{"enable_replica": false, "dia_object_index": "baseline", "htm_level": 20, "htm_index_column": "pixelId", "ra_dec_columns": ["ra", "dec"]}',
  );
  const frozen = readFrozen(
    '{"use_insert_id": true, "use_insert_id_skips_diaobjects": false, "htm_level": 18}',
  );
  t.true(frozen.enable_replica);
  t.is(frozen.htm_level, 18);
  t.is(frozen.dia_object_index, 'baseline');
  t.throws(() => readFrozen('{"part_pixelization": "mq3c"}'), {
    message: /^ApdbConfigError: the frozen options/,
  });
});

test('apdb.create refuses options with every mistake in the detail', async (t) => {
  await using db = await database();
  const error = await t.throwsAsync<Error & { code: string; detail: string; hint: string }>(
    db.query(`select apdb.create('survey', '{"htm_level": 30, "source_select": 1}')`),
  );
  t.is(error.code, 'AP001');
  t.regex(error.message, /ApdbConfigError: 2 mistakes in the options/);
  t.is(error.detail, 'htm_level: expected 0 to 24, not 30\nsource_select: expected a string, not an integer');
  t.regex(error.hint, /docs\/apdb.md/);
  t.deepEqual(await db.query(`select 1 as made from pg_namespace where nspname = 'survey'`), []);
});
