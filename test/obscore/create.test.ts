/** ObsCore tables made: their rows, what is refused, and what a registry has afterwards. */
import test from 'ava';
import { edit, fails, register } from '../butler/collection_support.ts';
import { insert } from '../butler/dataset_support.ts';
import {
  config,
  create,
  dataIds,
  insertCalexps,
  insertRaws,
  isTrue,
  shown,
  surveyRegistry,
} from './survey_support.ts';

test('a chain is shown in find-first order, one row for each data ID', async (t) => {
  await using db = await surveyRegistry();
  await insertRaws(db.client, 1);
  await insertCalexps(db.client, 'runs/b', 1, 2);
  await insertCalexps(db.client, 'runs/c', 1);
  await insertCalexps(db.client, 'runs/a', 1, 2, 3);
  t.is(await create(db.client), 12);
  const rows = await shown(db.client);
  t.is(rows.filter((row) => row.endsWith('runs/c')).length, 4);
  t.is(rows.filter((row) => row.endsWith('runs/b')).length, 4);
  t.true(rows.includes('lsst.calexp v1-003 runs/c'));
  t.true(rows.includes('lsst.calexp v2-003 runs/b'));
  t.true(rows.includes('raw e1-000 raw/all'));
  await isTrue(t, db.client);
});

test('chains within chains are opened in their place', async (t) => {
  await using db = await surveyRegistry();
  await register(db.client, 'CHAINED', 'inner', 'outer');
  await edit(db.client, 'set_chain', 'inner', ['runs/b', 'runs/c']);
  await edit(db.client, 'set_chain', 'outer', ['runs/a', 'inner', 'runs/b']);
  for (const run of ['runs/a', 'runs/b', 'runs/c']) await insertCalexps(db.client, run, 1);
  await insertCalexps(db.client, 'runs/b', 2);
  await insertCalexps(db.client, 'runs/c', 2, 3);
  t.is(await create(db.client, { collections: ['outer', 'runs/c'] }), 12);
  const rows = await shown(db.client);
  t.is(
    rows.find((row) => row.includes('v1-000')),
    'lsst.calexp v1-000 runs/a',
  );
  t.is(
    rows.find((row) => row.includes('v2-000')),
    'lsst.calexp v2-000 runs/b',
  );
  t.is(
    rows.find((row) => row.includes('v3-000')),
    'lsst.calexp v3-000 runs/c',
  );
  t.deepEqual(
    await db.query(
      `select c.name, m.rank from r.almagest_obscore_member m join r.collection c using (collection_id) order by rank`,
    ),
    [
      { name: 'runs/a', rank: 0 },
      { name: 'runs/b', rank: 1 },
      { name: 'runs/c', rank: 2 },
    ],
  );
});

test('runs that match an expression are shown with every dataset; all runs where there is none', async (t) => {
  await using db = await surveyRegistry();
  for (const run of ['runs/a', 'runs/b']) await insertCalexps(db.client, run, 1);
  await insertRaws(db.client, 1);
  const of = (table: string, collections: string[] | null) =>
    create(db.client, { collection_type: 'RUN', table_name: table, collections });
  t.is(await of('some', ['runs/(?P<letter>[ab])', 'raw']), 8);
  t.is(await of('each', []), 12);
  t.is(await of('all', null), 12);
  t.is(await of('none', ['runs/x.*']), 0);
  for (const table of ['some', 'each', 'all', 'none']) await isTrue(t, db.client, table);
});

test('a tagged collection is shown with what is associated with it', async (t) => {
  await using db = await surveyRegistry();
  const [id] = await insertCalexps(db.client, 'runs/a', 1);
  await db.query(`select butler.associate('best', array[$1::uuid])`, [id]);
  t.is(await create(db.client, { collection_type: 'TAGGED', collections: ['best'] }), 1);
  t.deepEqual(await shown(db.client), ['lsst.calexp v1-000 runs/a']);
});

test('calibrations have no rows, whether named or in a chain', async (t) => {
  await using db = await surveyRegistry();
  await register(db.client, 'RUN', 'biases');
  const ids = await insert(db.client, 'bias', 'biases', [{ instrument: 'Cam', detector: 1 }]);
  await db.query(`select butler.certify('calib', $1, null)`, [ids]).catch(() => {});
  const types = { bias: { dataproduct_type: 'image', calib_level: 1 } };
  t.is(await create(db.client, { collections: ['calib'], dataset_types: types, extra_columns: {} }), 0);
});

test('a registry has several ObsCore tables, which know nothing of each other', async (t) => {
  await using db = await surveyRegistry();
  await insertCalexps(db.client, 'runs/b', 1);
  await insertCalexps(db.client, 'runs/c', 1);
  t.is(await create(db.client), 4);
  t.is(await create(db.client, { table_name: 'Ünï"quo\'te', collections: ['runs/b'] }), 4);
  const name = 'n'.repeat(63);
  t.is(await create(db.client, { table_name: name, collections: ['runs/b', 'runs/c'] }), 4);
  await insertCalexps(db.client, 'runs/b', 2);
  for (const table of ['obscore', 'Ünï"quo\'te', name]) await isTrue(t, db.client, table);
  await db.query('select obscore.rebuild($1)', [name]);
  await db.query('select obscore.rebuild($1)', ['Ünï"quo\'te']);
  for (const table of ['obscore', 'Ünï"quo\'te', name]) await isTrue(t, db.client, table);
  await db.query('select obscore.drop($1)', ['Ünï"quo\'te']);
  await insertCalexps(db.client, 'runs/c', 2);
  for (const table of ['obscore', name]) await isTrue(t, db.client, table);
});

test('a collection that does not exist, and a wrong type, are errors; nothing is left behind', async (t) => {
  await using db = await surveyRegistry();
  const before = await db.query(
    `select relname from pg_class where relnamespace = 'r'::regnamespace order by 1`,
  );
  await fails(t, create(db.client, { collections: ['DR', 'nowhere'] }), 'MissingCollectionError');
  await fails(
    t,
    create(db.client, { collection_type: 'TAGGED', collections: ['runs/a'] }),
    'CollectionTypeError',
  );
  await fails(t, create(db.client, { dataset_types: 3 }), 'ObsCoreConfigError');
  await fails(t, create(db.client, {}, 'lively'), 'ObsCoreStateError');
  await fails(t, create(db.client, {}, 'live', 'cry'), 'ObsCoreStateError');
  await fails(t, create(db.client, { table_name: 'dataset' }), 'ObsCoreStateError');
  await fails(t, db.query(`select obscore.create('nowhere', '{}')`), 'MissingRegistryError');
  await db.query('begin isolation level repeatable read');
  await fails(t, create(db.client), 'ObsCoreStateError');
  await db.query('rollback');
  t.deepEqual(
    await db.query(`select relname from pg_class where relnamespace = 'r'::regnamespace order by 1`),
    before,
  );
  t.deepEqual(await db.query('select * from obscore.tables'), []);
});

test('a table that is there already is not made again', async (t) => {
  await using db = await surveyRegistry();
  await create(db.client);
  const error = await fails(t, create(db.client), 'ObsCoreStateError');
  t.regex(error.hint ?? '', /obscore\.rebuild/);
});

test('a dataset type that is registered later is shown from then on', async (t) => {
  await using db = await surveyRegistry();
  const types = config().dataset_types as object;
  await create(db.client, {
    dataset_types: {
      ...types,
      late: { dataproduct_type: 'image', calib_level: 3, obs_id_fmt: 'late {visit}' },
    },
    extra_columns: {},
  });
  await db.query(`select butler.register_dataset_type('late', '{visit}', 'ExposureF')`);
  await insert(db.client, 'late', 'runs/b', [{ instrument: 'Cam', visit: 4 }]);
  t.deepEqual(await db.query(`select obs_id, calib_level from r.obscore`), [
    { obs_id: 'late 4', calib_level: 3 },
  ]);
  await isTrue(t, db.client);
});

test('obscore.tables tells of every table', async (t) => {
  await using db = await surveyRegistry();
  await insertCalexps(db.client, 'runs/b', 1);
  await create(db.client);
  await create(db.client, { table_name: 'snapshot' }, 'matview', 'raise');
  await create(db.client, { table_name: 'slow' }, 'manual');
  await insert(db.client, 'calexp', 'runs/b', dataIds('visit', 2));
  t.deepEqual(
    await db.query(
      `select registry, table_name, mode, on_error, published, rows::int, errors::int, pending::int, built <= now() + '1 h' as built
       from obscore.tables order by table_name`,
    ),
    [
      ['obscore', 'live', 'record', null],
      ['slow', 'manual', 'record', 4],
      ['snapshot', 'matview', 'raise', null],
    ].map(([table_name, mode, on_error, pending]) => ({
      registry: 'r',
      table_name,
      mode,
      on_error,
      published: true,
      rows: 4,
      errors: 0,
      pending,
      built: true,
    })),
  );
});
