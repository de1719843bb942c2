/** Conditions of a configuration on datasets: which rows there are, as registry and conditions go. */
import test from 'ava';
import { fails } from '../../butler/collection_support.ts';
import { create, insertCalexps, insertRaws, isTrue, shown, surveyRegistry } from '../survey_support.ts';

test('a condition on a data ID and its records holds for rows built, and for rows kept', async (t) => {
  await using db = await surveyRegistry();
  await insertCalexps(db.client, 'runs/b', 1, 2);
  const where = `instrument = 'Cam' AND band = :b AND visit.exposure_time > 10 AND detector IN (0, 2)`;
  const dataset_type_constraints = { calexp: [{ where, bind: { b: 'g' } }] };
  t.is(await create(db.client, { dataset_type_constraints }), 2);
  await insertCalexps(db.client, 'runs/b', 3, 4);
  t.deepEqual(await shown(db.client), [
    'lsst.calexp v2-000 runs/b',
    'lsst.calexp v2-002 runs/b',
    'lsst.calexp v4-000 runs/b',
    'lsst.calexp v4-002 runs/b',
  ]);
  await isTrue(t, db.client);
  await db.query('update r.visit set exposure_time = 1 where id = 4');
  await db.query(`update r.visit set physical_filter = 'g1' where id = 1`);
  t.deepEqual(
    (await shown(db.client)).map((line) => line.split(' ')[1]),
    ['v1-000', 'v1-002', 'v2-000', 'v2-002'],
  );
  await isTrue(t, db.client);
});

test('several conditions of a type are alternatives, and a dataset of two has one row', async (t) => {
  await using db = await surveyRegistry();
  await insertCalexps(db.client, 'runs/b', 1, 2);
  await insertRaws(db.client, 1);
  const conditions = [`instrument = 'Cam' AND visit = 1`, `instrument = 'Cam' AND detector = 1`];
  const dataset_type_constraints = { calexp: conditions.map((where) => ({ where })) };
  t.is(await create(db.client, { dataset_type_constraints }), 5 + 4);
  await isTrue(t, db.client);
});

test('a condition on what a data ID does not say needs a snapshot', async (t) => {
  await using db = await surveyRegistry();
  await insertCalexps(db.client, 'runs/b', 1, 2);
  await insertCalexps(db.client, 'runs/c', 2);
  for (const [n, options] of [
    [4, { where: `instrument = 'Cam' AND exposure = 2`, extra_dims: ['exposure'] }],
    [4, { where: `instrument = 'Cam' AND exposure = 2 AND exposure.exposure_time > 1` }],
    [8, { where: `calexp.run = 'runs/b'` }],
  ] as const) {
    const dataset_type_constraints = {
      calexp: [options],
      raw: [{ where: `instrument = 'Cam' AND exposure = 0` }],
    };
    const error = await fails(t, create(db.client, { dataset_type_constraints }), 'ObsCoreConfigError');
    t.regex(error.hint!, /matview/);
    t.is(await create(db.client, { dataset_type_constraints, table_name: 'snapshot' }, 'matview'), n);
    await db.query(`select obscore.drop('snapshot')`);
  }
});

test('constants of a condition are values, whatever is in them', async (t) => {
  await using db = await surveyRegistry();
  await insertCalexps(db.client, 'runs/b', 1);
  const name = `'; drop table r.dataset; -- \\ ($1)[1] $$`;
  await db.query('update r.visit set target_name = $1 where id = 1', [name]);
  const where = { where: `instrument = 'Cam' AND visit.target_name = :name`, bind: { name } };
  t.is(
    await create(db.client, {
      where,
      dataset_types: { calexp: { dataproduct_type: 'image', calib_level: 1 } },
    }),
    4,
  );
  await isTrue(t, db.client);
});
