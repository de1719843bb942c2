/**
 * APDBs made: their tables and keys for each index option, and what is refused. client_catalog.txt is the catalogue of
 * what dax_apdb makes with the prefix x_ and replication, a fact a line; in brackets the index modes where not in all.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import test from 'ava';
import { registryCatalog } from '../butler/registry_catalog.ts';
import { database } from '../support/database.ts';

const primaryKeys = `
  select c.relname::text as table, pg_get_constraintdef(k.oid) as key
  from pg_constraint k join pg_class c on c.oid = k.conrelid
  where k.contype = 'p' and k.connamespace = 'survey'::regnamespace and c.relname like 'DiaObject%'
  order by 1`;

test('the key of objects follows dia_object_index', async (t) => {
  await using db = await database();
  await db.query(`select apdb.create('survey', '{"dia_object_index": "pix_id_iov"}')`);
  t.deepEqual(await db.query(primaryKeys), [
    { table: 'DiaObject', key: 'PRIMARY KEY ("pixelId", "diaObjectId", "validityStartMjdTai")' },
  ]);
  await db.query(`select apdb.drop('survey')`);
  await db.query(`select apdb.create('survey', '{"dia_object_index": "last_object_table"}')`);
  t.deepEqual(await db.query(primaryKeys), [
    { table: 'DiaObject', key: 'PRIMARY KEY ("diaObjectId", "validityStartMjdTai")' },
    { table: 'DiaObjectLast', key: 'PRIMARY KEY ("pixelId", "diaObjectId")' },
  ]);
});

test('the tables are those that the client makes, in each index mode', async (t) => {
  await using db = await database();
  const theirs = readFileSync(path.join(import.meta.dirname, 'client_catalog.txt'), 'utf8')
    .trimEnd()
    .split('\n');
  for (const mode of ['baseline', 'pix_id_iov', 'last_object_table']) {
    await db.query(`select apdb.create('survey', $1, 'x_')`, [
      JSON.stringify({ dia_object_index: mode, enable_replica: true }),
    ]);
    const facts = await registryCatalog(db.client, 'survey');
    t.deepEqual(
      facts
        .map((fact) => fact.replace(/ default $/, ''))
        .filter((fact) => !/^[vc] |almagest|stored_visit/.test(fact))
        .sort(),
      theirs
        .flatMap((line) => {
          const [, fact, modes] = /^(.*?)(?: \[([a-z_ ]+)\])?$/.exec(line)!;
          return modes === undefined || modes.split(' ').includes(mode) ? [fact] : [];
        })
        .sort(),
      mode,
    );
    await db.query(`select apdb.drop('survey')`);
  }
});

test('tables are those of a Felis document, with its keys, and constraints within it', async (t) => {
  await using db = await database();
  const column = (table: string, name: string, datatype: string, more: object = {}) => ({
    name,
    '@id': `#${table}.${name}`,
    datatype,
    description: `${name} of ${table}`,
    ...more,
  });
  const objects = (table: string) => [
    column(table, 'diaObjectId', 'long', { nullable: false }),
    column(table, 'validityStartMjdTai', 'double', { nullable: false }),
    column(table, 'ra', 'double', { nullable: false, 'fits:tunit': 'deg', 'ivoa:ucd': 'pos.eq.ra' }),
    column(table, 'dec', 'double', { nullable: false }),
    column(table, 'nDiaSources', 'int', { nullable: false, value: 1 }),
    column(table, 'firstDiaSourceMjdTai', 'double'),
    column(table, 'lastDiaSourceMjdTai', 'double'),
  ];
  const document = (expression: string) => ({
    name: 'Small',
    '@id': '#Small',
    version: '10.0.3',
    tables: [
      {
        name: 'DiaObject',
        '@id': '#DiaObject',
        description: "Objects, 'quoted'",
        columns: [...objects('DiaObject'), column('DiaObject', 'validityEndMjdTai', 'double')],
        primaryKey: ['#DiaObject.diaObjectId', '#DiaObject.validityStartMjdTai'],
        constraints: [{ name: 'ordinary', '@id': '#ordinary', '@type': 'Check', expression }],
      },
      {
        name: 'DiaObjectLast',
        '@id': '#DiaObjectLast',
        columns: objects('DiaObjectLast'),
        primaryKey: '#DiaObjectLast.diaObjectId',
      },
      {
        name: 'DiaSource',
        '@id': '#DiaSource',
        columns: [
          column('DiaSource', 'diaSourceId', 'long', { nullable: false }),
          column('DiaSource', 'visit', 'long', { nullable: false }),
          column('DiaSource', 'detector', 'short', { nullable: false }),
          column('DiaSource', 'diaObjectId', 'long'),
          column('DiaSource', 'ssObjectId', 'long'),
          column('DiaSource', 'ssObjectReassocTimeMjdTai', 'double'),
          column('DiaSource', 'midpointMjdTai', 'double', { nullable: false }),
          column('DiaSource', 'ra', 'double', { nullable: false }),
          column('DiaSource', 'dec', 'double', { nullable: false }),
        ],
        primaryKey: '#DiaSource.diaSourceId',
      },
      {
        name: 'DiaForcedSource',
        '@id': '#DiaForcedSource',
        columns: [
          column('DiaForcedSource', 'diaForcedSourceId', 'long', { nullable: false }),
          column('DiaForcedSource', 'diaObjectId', 'long', { nullable: false }),
          column('DiaForcedSource', 'visit', 'long', { nullable: false }),
          column('DiaForcedSource', 'detector', 'short', { nullable: false }),
          column('DiaForcedSource', 'midpointMjdTai', 'double', { nullable: false }),
          column('DiaForcedSource', 'psfFlux', 'float'),
        ],
        primaryKey: ['#DiaForcedSource.diaObjectId', '#DiaForcedSource.visit', '#DiaForcedSource.detector'],
      },
    ],
  });
  const create = (expression: string) =>
    db.query(`select apdb.create('small', '{"dia_object_index": "last_object_table"}', 'x_', $1)`, [
      JSON.stringify(document(expression)),
    ]);
  await t.throwsAsync(create('true); drop schema apdb cascade; select (true'), {
    message: /ApdbConfigError: the constraint ordinary of DiaObject is not one expression/,
  });
  await create('"ra" < 360');
  t.deepEqual(
    await db.query(
      `select conname::text as name, pg_get_constraintdef(oid) as definition
       from pg_constraint where conrelid = 'small."x_DiaObject"'::regclass order by 1`,
    ),
    [
      { name: 'x_DiaObject_pkey', definition: 'PRIMARY KEY ("diaObjectId", "validityStartMjdTai")' },
      { name: 'x_ordinary', definition: 'CHECK ((ra < (360)::double precision))' },
    ],
  );
  t.deepEqual(await db.query(`select apdb.get_metadata('version:schema', 'small') as version`), [
    { version: '10.0.3' },
  ]);
  t.deepEqual(await db.query(`select dia_object_id, psf_flux, visit from small.lightcurve`), []);
  t.deepEqual(
    await db.query(
      `select attname::text as name from pg_attribute where attrelid = 'small.lightcurve'::regclass order by attnum`,
    ),
    [
      'dia_object_id',
      'midpoint_mjd_tai',
      'psf_flux',
      'visit',
      'detector',
      'ra',
      'dec',
      'kind',
      'source_id',
    ].map((name) => ({ name })),
  );
});
