/** ObsCore tables that are materialized views: the registry as of the last refresh. */
import test from 'ava';
import { fails } from '../butler/collection_support.ts';
import { insert } from '../butler/dataset_support.ts';
import {
  config,
  create,
  differences,
  insertCalexps,
  insertRaws,
  isTrue,
  shown,
  surveyRegistry,
} from './survey_support.ts';

const refresh = 'select obscore.refresh()::int as n';

test('a materialized view has the rows of a live table, and stays as it is until it is refreshed', async (t) => {
  await using db = await surveyRegistry();
  await insertRaws(db.client, 1);
  await insertCalexps(db.client, 'runs/b', 1);
  t.is(await create(db.client, {}, 'matview'), 8);
  t.is(await create(db.client, { table_name: 'live' }), 8);
  const compare = (one: string, other: string) =>
    db.query(`select to_jsonb(x) from r.${one} x except select to_jsonb(x) from r.${other} x`);
  t.deepEqual(await compare('obscore', 'live'), []);
  t.deepEqual(await compare('live', 'obscore'), []);
  await insertCalexps(db.client, 'runs/c', 1, 2);
  t.is((await shown(db.client)).length, 8);
  t.is((await differences(db.client)).length, 12);
  t.deepEqual(await db.query(refresh), [{ n: 8 }]);
  t.deepEqual(await shown(db.client), await shown(db.client, 'live'));
  await isTrue(t, db.client);
  t.deepEqual(await db.query(refresh), [{ n: 0 }]);
});

test('a refresh follows chains, and dataset types that are registered after the view was made', async (t) => {
  await using db = await surveyRegistry();
  const types = config().dataset_types as object;
  await create(
    db.client,
    {
      dataset_types: {
        ...types,
        late: { dataproduct_type: 'image', calib_level: 3, obs_id_fmt: 'late {visit}' },
      },
      extra_columns: {},
    },
    'matview',
  );
  await insertCalexps(db.client, 'runs/a', 1);
  await db.query(`select butler.prepend_chain('DR', '{runs/a}')`);
  t.deepEqual(await db.query(refresh), [{ n: 4 }]);
  await db.query(`select butler.register_dataset_type('late', '{visit}', 'ExposureF')`);
  await insert(db.client, 'late', 'runs/a', [{ instrument: 'Cam', visit: 4 }]);
  await db.query(refresh);
  await isTrue(t, db.client);
  t.is((await db.query(`select from r.obscore where obs_id = 'late 4'`)).length, 1);
});

test('a reader goes on while the view is refreshed, and sees rows from before or after', async (t) => {
  await using db = await surveyRegistry();
  await insertCalexps(db.client, 'runs/b', 1);
  await create(db.client, {}, 'matview');
  const reader = await db.connect();
  await reader.query('begin isolation level repeatable read');
  t.is((await reader.query('select from r.obscore')).rowCount, 4);
  await insertCalexps(db.client, 'runs/b', 2);
  await db.query(refresh);
  t.is((await reader.query('select from r.obscore')).rowCount, 4);
  await reader.query('commit');
  t.is((await reader.query('select from r.obscore')).rowCount, 8);
});

test('errors of rows are recorded by each refresh, and go when they are repaired', async (t) => {
  await using db = await surveyRegistry();
  await insertCalexps(db.client, 'runs/b', 1);
  await db.query('delete from r.visit_detector_region where visit = 1 and detector = 0');
  t.is(await create(db.client, {}, 'matview'), 4);
  const errors = () => db.query(`select dataset_type, column_name from obscore.error`);
  t.deepEqual(await errors(), [{ dataset_type: 'calexp', column_name: 's_region' }]);
  await db.query(`insert into r.visit_detector_region (instrument, visit, detector, region)
                  select instrument, visit, 0, region from r.visit_detector_region where visit = 1 and detector = 1`);
  t.deepEqual(await db.query(refresh), [{ n: 1 }]);
  t.deepEqual(await errors(), []);
  await isTrue(t, db.client);
});

test('verify repairs a view by refreshing it, and its mode does not change', async (t) => {
  await using db = await surveyRegistry();
  await create(db.client, {}, 'matview');
  await insertCalexps(db.client, 'runs/b', 1);
  t.is((await db.query('select * from obscore.verify(repair => true)')).length, 4);
  await isTrue(t, db.client);
  await fails(t, db.query(`select obscore.set_mode('obscore', 'live')`), 'ObsCoreStateError');
});

test('a view is rebuilt with another configuration, and views on it follow', async (t) => {
  await using db = await surveyRegistry();
  await insertCalexps(db.client, 'runs/b', 1);
  await create(db.client, {}, 'matview');
  await db.query(`create view public.mine as select obs_id, s_ra from r.obscore;
                  grant select on r.obscore to public; create index mine on r.obscore (obs_id)`);
  const renewed = config({
    facility_name: 'Elsewhere',
    extra_columns: { lsst_run: { template: '{run}' }, n: 3 },
  });
  t.deepEqual(
    await db.query(`select obscore.rebuild('obscore', $1::json)::int as n`, [JSON.stringify(renewed)]),
    [{ n: 4 }],
  );
  await isTrue(t, db.client);
  t.is((await db.query('select from public.mine')).length, 4);
  t.deepEqual(await db.query('select distinct facility_name, n::int from r.obscore'), [
    { facility_name: 'Elsewhere', n: 3 },
  ]);
  t.deepEqual(
    await db.query(`select has_table_privilege('almagest_reader', 'r.obscore', 'select') as reads,
                           to_regclass('r.mine') is not null as indexed, to_regclass('r.obscore_pkey') is not null as key`),
    [{ reads: true, indexed: true, key: true }],
  );
  await db.query(refresh);
  await insertCalexps(db.client, 'runs/b', 2);
  t.deepEqual(await db.query(refresh), [{ n: 4 }]);
  await db.query('drop view public.mine');
  await db.query('select obscore.drop()');
  t.deepEqual(
    await db.query(
      `select relname from pg_class where relname ~ 'obscore|almagest_(foot|obs|new|old)' and relnamespace = 'r'::regnamespace`,
    ),
    [],
  );
});
