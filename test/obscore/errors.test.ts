/** Rows that cannot be made whole: what is recorded, what is raised, and how it is repaired. */
import test from 'ava';
import { fails } from '../butler/collection_support.ts';
import {
  config,
  create,
  insertCalexps,
  insertRaws,
  isTrue,
  square,
  surveyRegistry,
} from './survey_support.ts';

const errors = 'select dataset_type, column_name, reason from obscore.error order by 1, 2, 3';

test('a missing region is recorded when the table is made, and gone when it comes', async (t) => {
  await using db = await surveyRegistry();
  await db.query('delete from r.visit_detector_region where visit = 1 and detector = 0');
  await insertCalexps(db.client, 'runs/b', 1);
  t.is(await create(db.client), 4);
  const [error, ...others] = await db.query<{ dataset_type: string; column_name: string }>(errors);
  t.like(error, { dataset_type: 'calexp', column_name: 's_region' });
  t.is(others.length, 0);
  t.deepEqual(await db.query('select s_ra, s_dec, s_fov, s_region from r.obscore where lsst_detector = 0'), [
    { s_ra: null, s_dec: null, s_fov: null, s_region: null },
  ]);
  await db.query(
    `insert into r.visit_detector_region (instrument, visit, detector, region) values ('Cam', 1, 0, $1)`,
    [square(10, 1)],
  );
  t.deepEqual(await db.query(errors), []);
  await isTrue(t, db.client);
});

test('an insert whose row cannot be made whole is not blocked; a region that cannot be decoded is told', async (t) => {
  await using db = await surveyRegistry();
  await create(db.client);
  await db.query(`update r.visit_detector_region set region = 'AAAA' where visit = 2 and detector = 1`);
  await insertCalexps(db.client, 'runs/b', 2);
  t.is((await db.query(errors)).length, 1);
  t.is((await db.query('select from r.obscore')).length, 4);
  await db.query(`update r.visit_detector_region set region = $1 where visit = 2 and detector = 1`, [
    square(20, 1),
  ]);
  t.deepEqual(await db.query(errors), []);
  await isTrue(t, db.client);
});

test('a raw whose exposure has no visit yet is no error', async (t) => {
  await using db = await surveyRegistry();
  await db.query('delete from r.visit_definition where exposure = 1');
  await insertRaws(db.client, 1);
  await create(db.client);
  t.deepEqual(await db.query(errors), []);
  await db.query(`insert into r.visit_definition (instrument, exposure, visit) values ('Cam', 1, 1)`);
  t.is((await db.query('select from r.obscore where s_region is not null')).length, 4);
  await isTrue(t, db.client);
});

test('with on_error raise the table is not made, and an insert fails', async (t) => {
  await using db = await surveyRegistry();
  await db.query('delete from r.visit_detector_region where visit = 1 and detector = 0');
  await insertCalexps(db.client, 'runs/b', 1);
  for (const mode of ['live', 'manual', 'matview'])
    await fails(t, create(db.client, {}, mode, 'raise'), 'ObsCoreRecordError');
  await db.query(`select butler.remove_runs('{runs/b}', true)`);
  t.is(await create(db.client, {}, 'live', 'raise'), 0);
  await fails(t, insertCalexps(db.client, 'runs/c', 1), 'ObsCoreRecordError');
  await insertCalexps(db.client, 'runs/c', 2);
  await isTrue(t, db.client);
  t.is((await db.query('select from r.obscore')).length, 4);
});

test('a refresh tries errors again', async (t) => {
  await using db = await surveyRegistry();
  await insertCalexps(db.client, 'runs/b', 1);
  await create(db.client);
  await db.query('delete from r.visit_detector_region where visit = 1 and detector = 2');
  t.is((await db.query(errors)).length, 1);
  const trigger = 'trigger almagest_obscore_insert';
  await db.query(`alter table r.visit_detector_region disable ${trigger}`);
  await db.query(`insert into r.visit_detector_region (instrument, visit, detector, region)
                  select instrument, visit, 2, region from r.visit_detector_region where visit = 1 and detector = 1`);
  await db.query(`alter table r.visit_detector_region enable always ${trigger}`);
  t.is((await db.query(errors)).length, 1);
  t.deepEqual(await db.query('select obscore.refresh()::int as n'), [{ n: 1 }]);
  t.deepEqual(await db.query(errors), []);
  await isTrue(t, db.client);
});

test('a template that cannot be converted leaves its column NULL', async (t) => {
  await using db = await surveyRegistry();
  await insertCalexps(db.client, 'runs/b', 1);
  await create(db.client, {
    extra_columns: {
      lsst_run: { template: '{run}' },
      number: { template: '{records[visit].name}', type: 'int' },
    },
  });
  t.deepEqual(
    (await db.query<{ column_name: string }>(errors)).map(({ column_name }) => column_name),
    Array(4).fill('number'),
  );
  t.deepEqual(await db.query('select distinct number from r.obscore'), [{ number: null }]);
  await db.query('select obscore.rebuild($1, $2::json)', ['obscore', JSON.stringify(config())]);
  t.deepEqual(await db.query(errors), []);
});
