import test from 'ava';
import { universe8 } from '../../plv8/butler/universe8.ts';
import { database } from '../support/database.ts';
import { fixtureTest } from '../support/fixtures.ts';
import { isAddition, registryCatalog, restoreRegistry } from './registry_catalog.ts';

test('a registry has the tables, the attributes and the universe that clients expect', async (t) => {
  await using db = await database();
  await db.query(`select butler.create_registry('deep')`);
  const [{ dimensions }] = await db.query<{ dimensions: string }>(
    `select value as dimensions from deep.butler_attributes where name = 'config:dimensions.json'`,
  );
  t.deepEqual(JSON.parse(dimensions), JSON.parse(JSON.stringify(universe8)));
  t.deepEqual(await db.query('select name, origin from butler.registry'), [
    { name: 'deep', origin: 'created' },
  ]);
  t.deepEqual(await db.query('select required from butler.conform_dimensions(array[$1])', ['visit']), [
    { required: ['instrument', 'visit'] },
  ]);
});

test('every table and column of a registry has a comment', async (t) => {
  await using db = await database();
  await db.query(`select butler.create_registry('deep')`);
  const bare = await db.query(`
    select c.relname, a.attname
    from pg_class c
    join pg_attribute a on a.attrelid = c.oid and a.attnum > 0
    where c.relnamespace = 'deep'::regnamespace and c.relkind = 'r'
      and (obj_description(c.oid, 'pg_class') is null or col_description(c.oid, a.attnum) is null)`);
  t.deepEqual(bare, []);
});

test('a name that is taken, a schema with tables and an unknown universe are refused', async (t) => {
  await using db = await database();
  await db.query(`select butler.create_registry('deep')`);
  await t.throwsAsync(db.query(`select butler.create_registry('deep')`), {
    message: /RegistryStateError: there is a registry 'deep' already/,
  });
  await db.query('create schema full_house');
  await db.query('create table full_house.mine (note text)');
  await t.throwsAsync(db.query(`select butler.create_registry('full_house')`), {
    message: /RegistryStateError: the schema 'full_house' is not empty/,
  });
  await t.throwsAsync(db.query(`select butler.create_registry('sky')`), { message: /RegistryStateError/ });
  await t.throwsAsync(db.query(`select butler.create_registry('other', 'daf_butler 1')`), {
    message: /RegistryStateError: no universe of dimensions is called 'daf_butler 1'/,
  });
  t.deepEqual(await db.query(`select from pg_namespace where nspname = 'other'`), []);
});

test('an empty schema becomes a registry, whatever its name', async (t) => {
  await using db = await database();
  await db.query(`create schema "Deep ""Sky"" 2"`);
  await db.query(`select butler.create_registry('Deep "Sky" 2')`);
  t.is((await db.query(`select from "Deep ""Sky"" 2".butler_attributes`)).length, 13);
});

fixtureTest('tables are those of a registry that a client made, name for name', async (t) => {
  await using theirs = await database();
  restoreRegistry(theirs.url);
  await using ours = await database();
  await ours.query(`select butler.create_registry('deep')`);
  // In the order of the dump's dimension groups.
  for (const dimensions of [
    ['exposure', 'detector'],
    ['visit', 'detector'],
    ['visit'],
    ['patch', 'band'],
    ['tract', 'band'],
    ['physical_filter', 'detector'],
  ])
    await ours.query(`select butler.register_dataset_type($1, $2, 'StructuredDataDict')`, [
      dimensions.join('_'),
      dimensions,
    ]);
  const their = await registryCatalog(theirs.client, 'public');
  const our = await registryCatalog(ours.client, 'deep');
  t.deepEqual(
    our.filter((fact) => !isAddition(fact)),
    their,
  );
  const groups = (schema: string) =>
    `select dimension_graph_id as key, array_agg(dimension_name order by dimension_name) as dimensions
     from ${schema}.dimension_graph_definition group by key order by key`;
  t.deepEqual(await ours.query(groups('deep')), await theirs.query(groups('public')));
});

test('tables of calibrations are those that a client makes', async (t) => {
  await using db = await database();
  await db.query(`select butler.create_registry('deep')`);
  await db.query(`select butler.register_dataset_type('bias', '{detector}', 'Exposure', true)`);
  const facts = (await registryCatalog(db.client, 'deep'))
    .filter((fact) => fact.includes('calibs') && !isAddition(fact))
    .map((fact) => fact.replaceAll('dataset_calibs_00000001', 'CALIBS'));
  t.deepEqual(facts, [
    'column CALIBS.collection_id 4 bigint not null default ',
    'column CALIBS.dataset_id 3 uuid not null default ',
    'column CALIBS.dataset_type_id 2 bigint not null default ',
    'column CALIBS.detector 6 bigint not null default ',
    'column CALIBS.id 1 bigint not null default ',
    'column CALIBS.instrument 5 character varying(32) not null default ',
    `column CALIBS.timespan 7 int8range not null default '(,)'::int8range`,
    'constraint CALIBS.CALIBS_pkey PRIMARY KEY (id)',
    'constraint CALIBS.fkey_CALIBS_collection_collection_id__70d67f96 FOREIGN KEY (collection_id) REFERENCES collection(collection_id) ON DELETE CASCADE',
    'constraint CALIBS.fkey_CALIBS_collection_summary_datase_1c123b97 FOREIGN KEY (collection_id, dataset_type_id) REFERENCES collection_summary_dataset_type(collection_id, dataset_type_id)',
    'constraint CALIBS.fkey_CALIBS_collection_summary_instru_98c0ca9b FOREIGN KEY (collection_id, instrument) REFERENCES collection_summary_instrument(collection_id, instrument)',
    'constraint CALIBS.fkey_CALIBS_dataset_id_dataset_id FOREIGN KEY (dataset_id) REFERENCES dataset(id) ON DELETE CASCADE',
    'constraint CALIBS.fkey_CALIBS_dataset_type_id_dataset_type_id FOREIGN KEY (dataset_type_id) REFERENCES dataset_type(id)',
    'constraint CALIBS.fkey_CALIBS_detector_instrument_id_in_36e7a5f6 FOREIGN KEY (instrument, detector) REFERENCES detector(instrument, id)',
    'constraint CALIBS.fkey_CALIBS_instrument_name_instrument FOREIGN KEY (instrument) REFERENCES instrument(name)',
    'index CREATE INDEX CALIBS_fkidx_collection_id ON CALIBS USING btree (collection_id)',
    'index CREATE INDEX CALIBS_fkidx_collection_id_dataset_type_id ON CALIBS USING btree (collection_id, dataset_type_id)',
    'index CREATE INDEX CALIBS_fkidx_collection_id_instrument ON CALIBS USING btree (collection_id, instrument)',
    'index CREATE INDEX CALIBS_fkidx_dataset_id ON CALIBS USING btree (dataset_id)',
    'index CREATE INDEX CALIBS_fkidx_dataset_type_id ON CALIBS USING btree (dataset_type_id)',
    'index CREATE INDEX CALIBS_fkidx_instrument ON CALIBS USING btree (instrument)',
    'index CREATE INDEX CALIBS_fkidx_instrument_detector ON CALIBS USING btree (instrument, detector)',
    'index CREATE INDEX CALIBS_idx_dataset_type_id_collection_b5e91959 ON CALIBS USING btree (dataset_type_id, collection_id, instrument, detector, timespan)',
    'index CREATE UNIQUE INDEX CALIBS_pkey ON CALIBS USING btree (id)',
    'sequence CALIBS_seq_id',
    'sequence CALIBS_seq_id bigint 1 1 9223372036854775807 1 1',
    'table CALIBS',
  ]);
});

fixtureTest('the attributes are those that a client writes', async (t) => {
  await using theirs = await database();
  restoreRegistry(theirs.url);
  await using ours = await database();
  await ours.query(`select butler.create_registry('deep')`);
  const attributes = (schema: string) =>
    `select name, value from ${schema}.butler_attributes order by name collate "C"`;
  const withoutDocs = (rows: { name: string; value: string }[]) =>
    rows.map(({ name, value }) => [
      name,
      name === 'config:dimensions.json'
        ? JSON.stringify(JSON.parse(value, (key, part) => (key === 'doc' ? undefined : part)))
        : value,
    ]);
  t.deepEqual(
    withoutDocs(await ours.query(attributes('deep'))),
    withoutDocs(await theirs.query(attributes('public'))),
  );
});

test('two sessions that need the same dimensions at once share one group and its tables', async (t) => {
  await using db = await database();
  await db.query(`select butler.create_registry('deep')`);
  const other = await db.connect();
  await db.query('begin');
  await db.query(`select butler.register_dataset_type('raw', '{exposure,detector}', 'Exposure')`);
  const waiting = other.query(
    `select butler.register_dataset_type('dark', '{detector,exposure}', 'Exposure')`,
  );
  await db.query('commit');
  await waiting;
  t.deepEqual(await db.query('select name, dimensions_key::int from deep.dataset_type order by name'), [
    { name: 'dark', dimensions_key: 1 },
    { name: 'raw', dimensions_key: 1 },
  ]);
});

test('any member of almagest_owner extends a registry, and members of the other roles then use it', async (t) => {
  await using db = await database();
  await db.query(`select butler.create_registry('deep')`);
  const role = `keeper_${process.pid}_${Math.random().toString(36).slice(2, 10)}`;
  await db.query(`create role ${role} nologin in role almagest_owner`);
  try {
    await db.query(`set role ${role}`);
    await db.query(`select butler.register_dataset_type('bias', '{detector}', 'Exposure', true)`);
    await db.query('set role almagest_loader');
    await db.query(`select nextval('deep.dataset_calibs_00000001_seq_id')`);
    await db.query('delete from deep.dataset_calibs_00000001');
    await t.throwsAsync(db.query(`select butler.register_dataset_type('raw', '{exposure}', 'Exposure')`), {
      message: /permission denied: datasets of .* are new in registry deep/,
    });
    await db.query('set role almagest_reader');
    t.deepEqual(await db.query('select * from deep.dataset_calibs_00000001'), []);
    await t.throwsAsync(db.query('delete from deep.dataset_tags_00000001'), { message: /permission denied/ });
  } finally {
    await db.query('reset role');
    await db.query(`drop owned by ${role} cascade`);
    await db.query(`drop role ${role}`);
  }
});
