/** Searches over ObsCore tables as obscore.create makes them, while their registry changes. */
import test from 'ava';
import type { TestDatabase } from '../support/database.ts';
import { config, create, insertCalexps, insertRaws, square, surveyRegistry } from './survey_support.ts';

async function found(db: Pick<TestDatabase, 'query'>, search: string): Promise<string[]> {
  const rows = await db.query<{ name: string }>(
    `select coalesce(dataproduct_subtype, '-') || ' ' || obs_id as name from obscore.${search} order by 1`,
  );
  return rows.map(({ name }) => name);
}

for (const mode of ['live', 'manual', 'matview'])
  test(`observations are found where their regions are, and follow them: ${mode}`, async (t) => {
    await using db = await surveyRegistry();
    await insertRaws(db.client, 1);
    await insertCalexps(db.client, 'runs/c', 1);
    await create(db.client, {}, mode);
    const refresh = () => db.query('select obscore.refresh()');
    const both = ['- e1-002', 'lsst.calexp v1-002'];
    t.deepEqual(await found(db, 'covering(12.1, 1.1)'), both);
    t.deepEqual(await found(db, `overlapping('CIRCLE 12.1 1.3 0.15')`), both);
    t.deepEqual(await found(db, 'covering(12.1, -1.1)'), []);
    t.is((await found(db, `overlapping('RANGE 9 14.5 -1 3')`)).length, 8);
    await insertCalexps(db.client, 'runs/b', 2);
    await refresh();
    t.deepEqual(await found(db, 'covering(23.1, 1.1)'), ['lsst.calexp v2-003']);
    await db.query('update r.visit_detector_region set region = $1 where visit = 1 and detector = 2', [
      square(12, -30),
    ]);
    await refresh();
    t.deepEqual(await found(db, 'covering(12.1, 1.1)'), []);
    t.deepEqual(await found(db, 'covering(12.1, -29.9)'), both);
    await db.query('select obscore.rebuild()');
    t.deepEqual(await found(db, 'covering(12.1, -29.9)'), both);
    await db.query('select obscore._prune_footprints($1)', ['r']);
    t.deepEqual(await found(db, 'covering(23.1, 1.1)'), ['lsst.calexp v2-003']);
    await db.query('select obscore.unpublish()');
    t.deepEqual(await found(db, 'covering(12.1, -29.9)'), []);
    await db.query('select obscore.publish()');
    t.deepEqual(await found(db, 'covering(12.1, -29.9)'), both);
    await db.query('select obscore.drop()');
    t.deepEqual(await found(db, 'covering(12.1, -29.9)'), []);
  });

test('a table that is rebuilt with other columns is searched for what it then has', async (t) => {
  await using db = await surveyRegistry();
  await insertCalexps(db.client, 'runs/c', 1);
  await create(db.client);
  await db.query('select obscore.rebuild(config => $1)', [
    JSON.stringify(config({ extra_columns: { access_estsize: 1234, obs_id: 'x' } })),
  ]);
  const [row] = await db.query<{ access_estsize: bigint }>(
    'select access_estsize from obscore.covering(12.1, 1.1)',
  );
  t.is(Number(row.access_estsize), 1234);
});

test('whoever may read the registry and ivoa.obscore may search', async (t) => {
  await using db = await surveyRegistry();
  await insertCalexps(db.client, 'runs/c', 1);
  await create(db.client);
  await db.query('create role search_reader in role almagest_reader');
  try {
    await db.query('set role search_reader');
    t.deepEqual(await found(db, 'covering(12.1, 1.1)'), ['lsst.calexp v1-002']);
    t.deepEqual(await found(db, `overlapping('CIRCLE 12.1 1.1 0.1')`), ['lsst.calexp v1-002']);
  } finally {
    await db.query('reset role; drop role search_reader');
  }
});

test('a visit that is defined late brings its raws to where it is', async (t) => {
  await using db = await surveyRegistry();
  await db.query('delete from r.visit_definition where exposure = 3');
  await insertRaws(db.client, 3);
  await create(db.client);
  t.deepEqual(await found(db, 'covering(32.1, 1.1)'), []);
  await db.query(`insert into r.visit_definition (instrument, exposure, visit) values ('Cam', 3, 3)`);
  t.deepEqual(await found(db, 'covering(32.1, 1.1)'), ['- e3-002']);
});
