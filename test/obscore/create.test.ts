/** ObsCore tables made: their rows, what is refused, and what a registry has afterwards. */
import test from 'ava';
import { create, insertCalexps, insertRaws, isTrue, shown, surveyRegistry } from './survey_support.ts';

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
