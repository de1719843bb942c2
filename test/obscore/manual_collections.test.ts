/** Tables in mode manual follow their collections when they are refreshed, and verify knows before what is to come. */
import test from 'ava';
import {
  create,
  differences,
  insertCalexps,
  insertRaws,
  isTrue,
  shown,
  surveyRegistry,
} from './survey_support.ts';

test('a chain that was edited is followed by the next refresh, and verify tells before', async (t) => {
  await using db = await surveyRegistry();
  await insertCalexps(db.client, 'runs/b', 1);
  await insertCalexps(db.client, 'runs/a', 1, 2);
  t.is(await create(db.client, {}, 'manual'), 4);
  await db.query(`select butler.prepend_chain('DR', '{runs/a}')`);
  t.is((await differences(db.client)).length, 12);
  await db.query('select obscore.refresh()');
  t.true((await shown(db.client)).every((row) => row.endsWith('runs/a')));
  await isTrue(t, db.client);
  await db.query(`select butler.remove_from_chain('DR', '{runs/a}')`);
  await db.query('select * from obscore.verify(repair => true)');
  t.true((await shown(db.client)).every((row) => row.endsWith('runs/b')));
  await isTrue(t, db.client);
});

test('a run that a pattern matches is found when it is new, and let go when it is called otherwise', async (t) => {
  await using db = await surveyRegistry();
  await insertRaws(db.client, 1);
  t.is(await create(db.client, { collection_type: 'RUN', collections: ['raw/.*', 'new[12]'] }, 'manual'), 4);
  await db.query(`select butler.register_collection('new1'), butler.register_collection('new3')`);
  await insertCalexps(db.client, 'new1', 1);
  await insertCalexps(db.client, 'new3', 1);
  t.is((await differences(db.client)).length, 4);
  await db.query('select obscore.refresh()');
  t.is((await shown(db.client)).length, 8);
  await isTrue(t, db.client);
  await db.query(`update r.collection set name = 'old1' where name = 'new1'`);
  t.is((await differences(db.client)).length, 4);
  await db.query('select obscore.refresh()');
  t.is((await shown(db.client)).length, 4);
  await isTrue(t, db.client);
});

test('verify looks at the collections themselves, not at what is kept of them', async (t) => {
  await using db = await surveyRegistry();
  await insertCalexps(db.client, 'runs/b', 1);
  await create(db.client);
  await db.query('delete from r.almagest_obscore_member; delete from r.obscore');
  t.is((await differences(db.client)).length, 4);
  await db.query('select * from obscore.verify(repair => true)');
  t.is((await shown(db.client)).length, 4);
  await isTrue(t, db.client);
});
