import path from 'node:path';
import test from 'ava';
import { database } from '../support/database.ts';
import { callsOf } from './support.ts';

const { folder, file, run, good, bad } = callsOf('apdb');

test('an APDB’s life: made, listed, its options changed, checked, dropped', async (t) => {
  await using db = await database();
  t.is(good(t, db, 'create', 'survey', '--set', 'dia_object_index=pix_id_iov'), 'APDB survey is made');
  t.like(JSON.parse(good(t, db, 'list', '--json'))[0], { name: 'survey', dia_object_index: 'pix_id_iov' });
  t.regex(good(t, db, 'options', 'survey', '--set', 'read_sources_months=6'), /^read_sources_months = 6$/m);
  t.regex(bad(t, db, 'options', 'survey', '--set', 'htm_level=19'), /htm_level: is frozen/);
  t.is(good(t, db, 'check', 'survey'), 'all is well');
  t.regex(bad(t, db, 'drop', 'survey'), /--yes/);
  t.is(good(t, db, 'drop', 'survey', '--yes'), 'APDB survey is removed');
  t.is(good(t, db, 'list', '--json'), '[]');
});

test('problems of an APDB are shown, and put right on demand', async (t) => {
  await using db = await database();
  good(t, db, 'create', 'survey');
  const bands = ['u', 'g', 'r', 'i', 'z', 'y'].map((band) => `"${band}_psfFluxNdata"`).join(', ');
  const addVersions = (id: string, starts: string) =>
    db.query(
      `insert into survey."DiaObject"
         ("diaObjectId", "validityStartMjdTai", "validityEndMjdTai", ra, dec, "nDiaSources", "pixelId", ${bands})
       select ${id}, start, stop, 10, 20, 0, sky.htm_id(10, 20, 20), 0, 0, 0, 0, 0, 0
       from (values ${starts}) as v (start, stop)`,
    );
  await addVersions('9007199254740993', '(60000::float8, 60005::float8), (60002, null)');
  const { status, stdout } = run(db, 'check', 'survey');
  t.is(status, 1);
  t.regex(stdout, /versions overlap *\| *9007199254740993/);
  t.regex(good(t, db, 'check', 'survey', '--repair'), /versions overlap[\s\S]*all is put right$/);
  t.is(good(t, db, 'check', 'survey', '--json'), '[]');

  await addVersions('7', '(60000::float8, 60001::float8), (60002, null)');
  const gap = run(db, 'check', 'survey', '--repair');
  t.is(gap.status, 1);
  t.regex(gap.stdout, /what cannot be put right:[\s\S]*versions leave a gap/);
});

test('keys and values of an APDB', async (t) => {
  await using db = await database();
  good(t, db, 'create', 'survey');
  good(t, db, 'metadata', 'set', 'instrument', 'DECam');
  t.is(good(t, db, 'metadata', 'get', 'instrument'), 'DECam');
  t.regex(bad(t, db, 'metadata', 'set', 'instrument', 'HSC'), /--force|force/);
  good(t, db, 'metadata', 'set', 'instrument', 'HSC', '--force');
  t.true(
    JSON.parse(good(t, db, 'metadata', 'show', '--json')).some(
      ({ value }: { value: string }) => value === 'HSC',
    ),
  );
  good(t, db, 'metadata', 'delete', 'instrument');
  t.is(good(t, db, 'metadata', 'get', 'instrument'), '');
});

test('a configuration of today makes an APDB, in the database that it names', async (t) => {
  await using db = await database();
  const yaml = file(
    'apdb.yaml',
    `implementation_type: sql
db_url: ${db.url.replace('postgresql:', 'postgresql+psycopg2:')}
namespace: prod
prefix: lsst_
enable_replica: true
pixelization: {htm_level: 18}
`,
  );
  t.is(good(t, undefined, 'create', '--config', yaml, '--set', 'read_sources_months=3'), 'APDB prod is made');
  t.like(JSON.parse(good(t, db, 'options', 'prod', '--json')), {
    enable_replica: true,
    htm_level: 18,
    read_sources_months: 3,
  });
  t.regex(bad(t, undefined, 'create', '--config', yaml), /there is an APDB 'prod' already/);
  t.is(good(t, undefined, 'create', '--config', yaml, '--drop'), 'APDB prod is made');
});

test('a configuration of 2017 makes an APDB of a name', async (t) => {
  await using db = await database();
  const ini = file(
    'l1db.cfg',
    '[database]\nurl = mysql://localhost/l1db\n[l1db]\ndia_object_index = last_object_table\nobject_last_replace = 1\n',
  );
  t.regex(bad(t, db, 'create', '--config', ini), /names no namespace/);
  t.regex(bad(t, undefined, 'create', 'l1', '--config', ini), /mysql, which is not PostgreSQL/);
  good(t, db, 'create', 'l1', '--config', ini);
  t.like(JSON.parse(good(t, db, 'options', 'l1', '--json')), {
    dia_object_index: 'last_object_table',
    object_last_replace: true,
    read_sources_months: 0,
  });
});

test('mistakes of a configuration are told before anything is made', async (t) => {
  await using db = await database();
  const wrong = file('wrong.yaml', 'implementation_type: sql\nhtm_level: 3\n');
  const message = bad(t, db, 'create', 'survey', '--config', wrong);
  t.regex(message, /wrong.yaml has a mistake\ndetail: htm_level: there is no such option/);
  t.regex(bad(t, db, 'create'), /nothing says what the APDB is called/);
  t.regex(bad(t, db, 'create', 'survey', '--config', path.join(folder, 'none.yaml')), /none.yaml/);
  t.regex(bad(t, db, 'create', 'survey', '--set', 'htm_level'), /gives no option a value/);
  t.is(good(t, db, 'list', '--json'), '[]');
});

const felis = `
name: Small
version: 1.2.0
tables:
- name: Thing
  description: A thing
  primaryKey: '#Thing.id'
  columns:
  - {name: id, datatype: long, description: Which}
  - {name: mag, datatype: float, ivoa:unit: mag, ivoa:ucd: phot.mag}
`;

test('the schema of an APDB and of any Felis document', async (t) => {
  t.regex(
    good(t, undefined, 'schema', 'DiaSource'),
    /^ midpointMjdTai +\| float8 not null +\| d +\| time.epoch/m,
  );
  t.regex(bad(t, undefined, 'schema', 'Nothing'), /ApdbSchema has no table Nothing/);
  const small = file('small.yaml', felis);
  const shown = good(t, undefined, 'schema', '--from', small);
  t.regex(shown, /^Thing: A thing\n {2}primary key \(id\)$/m);
  t.regex(shown, /^note: no schema of an APDB: DiaObject: is missing$/m);
  t.is(
    JSON.parse(good(t, undefined, 'schema', '--from', small, '--json')).tables[0].columns[1].ucd,
    'phot.mag',
  );
  const wrong = file('wrong-felis.yaml', felis.replace('datatype: float', 'datatype: real'));
  const { status, stderr } = run(undefined, 'schema', '--from', wrong);
  t.is(status, 1);
  t.regex(stderr, /^tables\[0\].columns\[1\].datatype: expected boolean, /);
});

test('the SQL of a schema makes the tables that create makes', async (t) => {
  await using db = await database();
  const set = [
    '--set',
    'dia_object_index=last_object_table',
    '--set',
    'enable_replica=true',
    '--prefix',
    'p_',
  ];
  const sql = good(t, db, 'schema', 'printed', '--sql', ...set);
  await db.query(sql);
  good(t, db, 'create', 'made', ...set);
  const catalog = (schema: string) =>
    db.query(
      `select c.relname as table, a.attname as column, format_type(atttypid, atttypmod) as type, attnotnull,
              pg_get_expr(d.adbin, d.adrelid) as default, col_description(attrelid, attnum) as comment,
              (select array_agg(replace(pg_get_constraintdef(k.oid), $1 || '.', '') order by k.conname)
               from pg_constraint k where k.conrelid = c.oid) as constraints
       from pg_class c
       join pg_attribute a on a.attrelid = c.oid and a.attnum > 0
       left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
       where c.relnamespace = $1::regnamespace and c.relkind = 'r' and c.relname <> 'stored_visit'
       order by 1, attnum`,
      [schema],
    );
  const printed = await catalog('printed');
  t.true(printed.length > 200);
  t.deepEqual(printed, await catalog('made'));
});
