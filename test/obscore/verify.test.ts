/** Verification: what differs between a table and its registry, and its repair. */
import test from 'ava';
import { fails } from '../butler/collection_support.ts';
import { create, differences, insertCalexps, insertRaws, isTrue, surveyRegistry } from './survey_support.ts';

test('rows that are missing, extra or different are told by dataset, type and column, and repaired', async (t) => {
  await using db = await surveyRegistry();
  const ids = await insertCalexps(db.client, 'runs/b', 1);
  const [raw] = await insertRaws(db.client, 1);
  await create(db.client);
  await isTrue(t, db.client);
  const gone = '00000000-0000-0000-0000-000000000001';
  await db.query('delete from r.obscore where registry_dataset_id = $1', [raw]);
  await db.query(
    `update r.obscore set s_ra = 'NaN', obs_id = null, footprint = null where registry_dataset_id = $1`,
    [ids[0]],
  );
  await db.query(`insert into r.obscore (registry_dataset_id, obs_id) values ($1, 'stale')`, [gone]);
  const found = [
    { dataset_id: gone, dataset_type: null, difference: 'extra', columns: null },
    {
      dataset_id: ids[0],
      dataset_type: 'calexp',
      difference: 'different',
      columns: ['obs_id', 's_ra', 'footprint'],
    },
    { dataset_id: raw, dataset_type: 'raw', difference: 'missing', columns: null },
  ].sort((a, b) => (a.dataset_id < b.dataset_id ? -1 : 1));
  const sorted = async (query: string) =>
    (await db.query<{ dataset_id: string }>(query)).sort((a, b) => (a.dataset_id < b.dataset_id ? -1 : 1));
  t.deepEqual(await sorted('select * from obscore.verify()'), found);
  t.deepEqual(await sorted('select * from obscore.verify(repair => true)'), found);
  await isTrue(t, db.client);
});

test('a dataset that is not found first any more is extra, with its type', async (t) => {
  await using db = await surveyRegistry();
  await insertCalexps(db.client, 'runs/b', 1);
  await create(db.client);
  await db.query('alter table r.dataset_tags_00000002 disable trigger user');
  await insertCalexps(db.client, 'runs/c', 1);
  await db.query('alter table r.dataset_tags_00000002 enable trigger user');
  const kinds = (await differences(db.client)).map((row) => Object.values(row).slice(1, 3).join(' '));
  t.deepEqual(kinds.sort(), [...Array(4).fill('calexp extra'), ...Array(4).fill('calexp missing')]);
  await db.query('select * from obscore.verify(repair => true)');
  await isTrue(t, db.client);
});

test('a table of no dataset type that the registry has is verified, too', async (t) => {
  await using db = await surveyRegistry();
  t.is(
    await create(db.client, { dataset_types: { later: { dataproduct_type: 'image', calib_level: 1 } } }),
    0,
  );
  await isTrue(t, db.client);
  await db.query(`insert into r.obscore (registry_dataset_id) values (gen_random_uuid())`);
  t.is((await differences(db.client)).length, 1);
  await db.query('select * from obscore.verify(repair => true)');
  await isTrue(t, db.client);
});

test('only a table that is there can be verified', async (t) => {
  await using db = await surveyRegistry();
  const error = await fails(t, differences(db.client), 'MissingObsCoreTableError');
  t.regex(error.hint ?? '', /obscore\.create/);
  await create(db.client, { table_name: 'other' });
  t.regex((await fails(t, differences(db.client), 'MissingObsCoreTableError')).hint ?? '', /'other'/);
});
