/** Configuration files: today's YAML, the INI files of 2017, and what is wrong with them. */
import test from 'ava';
import { checkConfig, postgresUrl } from '../../src/apdb/config.ts';
import { readIni } from '../../src/apdb/ini.ts';
import { treeJson, treeValue } from '../../src/config/yaml.ts';

const complaints = (text: string) =>
  checkConfig(text).complaints.map(({ path, complaint }) => `${path}: ${complaint}`);

const whole = `
implementation_type: sql
db_url: postgresql+psycopg2://me@host:5433/survey?sslmode=require
namespace: apdb_prod
prefix: lsst_
schema_file: schemas/mine.yaml
ss_schema_file: ''
read_sources_months: 6
read_forced_sources_months: 0
enable_replica: true
replica_chunk_seconds: 300
connection_config:
  isolation_level: REPEATABLE_READ
  connection_pool: false
  connection_timeout: 2.5
  extra_parameters: {application_name: ap}
pixelization: {htm_level: 18, htm_max_ranges: 32, htm_index_column: htmId18}
dia_object_index: last_object_table
ra_dec_columns: [ra, dec]
dia_object_columns: [diaObjectId, ra]
dia_object_columns_for_dedup: []
`;

test('every key of a configuration of today counts', (t) => {
  const { config, complaints: found, notices } = checkConfig(whole);
  t.deepEqual(found, []);
  t.like(config, {
    url: 'postgresql+psycopg2://me@host:5433/survey?sslmode=require',
    name: 'apdb_prod',
    prefix: 'lsst_',
    schemaFile: 'schemas/mine.yaml',
  });
  t.deepEqual(JSON.parse(treeJson(config.options)), {
    read_sources_months: 6,
    read_forced_sources_months: 0,
    enable_replica: true,
    replica_chunk_seconds: 300,
    dia_object_index: 'last_object_table',
    ra_dec_columns: ['ra', 'dec'],
    dia_object_columns: ['diaObjectId', 'ra'],
    dia_object_columns_for_dedup: [],
    htm_level: 18,
    htm_max_ranges: 32,
    htm_index_column: 'htmId18',
  });
  t.deepEqual(
    notices.map(({ path, complaint }) => `${path}: ${complaint}`),
    ['connection_config: has no effect: it is for the client of Python', 'ss_schema_file: has no effect'],
  );
});

test('what a client saved, with defaults left out, is enough; its tuples are lists', (t) => {
  const saved = `
db_url: postgresql:///apdb
implementation_type: sql
ra_dec_columns: !!python/tuple
- ra
- dec
schema_file: resource://lsst.sdm.schemas/apdb.yaml
`;
  const { config, complaints: found } = checkConfig(saved);
  t.deepEqual(found, []);
  t.is(config.schemaFile, undefined);
  t.is(config.name, undefined);
  t.deepEqual(treeValue(config.options), { ra_dec_columns: ['ra', 'dec'] });
});

test('every mistake of a configuration is told with its path', (t) => {
  t.deepEqual(
    complaints(`
implementation_type: cassandra
db_url: ''
pixelization: {htm_level: 99, htm_index: x}
connection_config: {isolation_level: DIRTY, connection_pool: maybe}
read_sources_month: 3
enable_replica: 2
dia_object_columns: [colour]
`),
    [
      'read_sources_month: there is no such option: did you mean read_sources_months?',
      'implementation_type: expected "sql": this is a configuration of another kind of APDB',
      'db_url: is empty',
      'connection_config.isolation_level: expected READ_COMMITTED, READ_UNCOMMITTED, REPEATABLE_READ, SERIALIZABLE, not "DIRTY"',
      'connection_config.connection_pool: expected a boolean, not a string',
      'pixelization.htm_index: there is no such option: did you mean htm_index_column?',
      'enable_replica: expected a boolean, not an integer',
      'pixelization.htm_level: expected 0 to 24, not 99',
      'dia_object_columns[0]: DiaObject has no column "colour"',
    ],
  );
});

test('what is no YAML, no object or a configuration of pex_config is refused', (t) => {
  t.regex(complaints('a: [1').join('\n'), /^\$: is no YAML/);
  t.deepEqual(complaints('- sql'), ['$: expected an object, not a list']);
  t.deepEqual(complaints('import lsst.dax.apdb.sql.config\nconfig.db_url="postgresql:///a"\n'), [
    '$: is a configuration of pex_config: apdb-cli convert-legacy-config makes YAML of it',
  ]);
  t.deepEqual(complaints('db_url: postgresql:///a'), ['implementation_type: is missing']);
});

const prototype = `
# the L1 database of the prototype

[database]
url = postgresql://me:a%%20b@host/l1db

[l1db]
dia_object_index = htm20_id_iov
Dia_Object_Nightly = 1   ; every night
object_last_replace: 1
read_sources_months = 12
source_select = by-oid
`;

test('a configuration of 2017 is read with the defaults of 2017', (t) => {
  const { config, complaints: found } = checkConfig(prototype);
  t.deepEqual(found, []);
  t.is(config.url, 'postgresql://me:a%20b@host/l1db');
  t.deepEqual(JSON.parse(treeJson(config.options)), {
    dia_object_index: 'htm20_id_iov',
    dia_object_nightly: true,
    read_sources_months: 12,
    read_forced_sources_months: 0,
    dia_object_columns: ['diaObjectId', 'lastDiaSourceMjdTai', 'ra', 'dec', 'raErr', 'decErr', 'ra_dec_Cov'],
    source_select: 'by-oid',
    object_last_replace: true,
  });
  const full = checkConfig(`${prototype}read_full_objects = 1\n`).config;
  t.deepEqual(full.options.get('dia_object_columns'), []);
});

test('every mistake of a configuration of 2017 is told with its path', (t) => {
  t.deepEqual(
    complaints(`[l1db]
dia_object_index = fast
read_source_months = 1
object_last_replace = yes
[other]
`),
    [
      'other: there is no such section: there are database, l1db',
      'l1db.read_source_months: there is no such option: did you mean read_sources_months?',
      'l1db.object_last_replace: expected a whole number, not "yes"',
      'database.url: is missing',
      'l1db.dia_object_index: expected baseline, pix_id_iov, last_object_table, htm20_id_iov, not "fast"',
    ],
  );
});

test('INI files: comments, continued lines, defaults, and lines that are nothing', (t) => {
  const { ini, errors } = readIni(
    '[DEFAULT]\nhome = /a\n[a]\n; a comment\nB = 1\n  2\nc: x = y\n[e]\nhome=/b\nnothing here\n',
  );
  t.deepEqual(
    [...ini].map(([name, options]) => [name, Object.fromEntries(options)]),
    [
      ['a', { home: '/a', b: '1\n2', c: 'x = y' }],
      ['e', { home: '/b' }],
    ],
  );
  t.deepEqual(errors, [{ line: 10, complaint: 'is no option' }]);
  t.deepEqual(readIni('a = 1').errors, [{ line: 1, complaint: 'is in no section' }]);
});

test('URLs of SQLAlchemy are those of libpq without the driver', (t) => {
  t.is(postgresUrl('postgresql+psycopg2://me@host/db'), 'postgresql://me@host/db');
  t.is(postgresUrl('postgres://host/db'), 'postgresql://host/db');
  t.is(postgresUrl('sqlite:///apdb.db'), undefined);
  t.is(postgresUrl('mysql://localhost/l1db'), undefined);
});
