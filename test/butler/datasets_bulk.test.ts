/** Inserts of so many rows that what they refer to is looked up at once, where the caller has the right to. */
import test from 'ava';
import type pg from 'pg';
import { fails } from './collection_support.ts';
import { datasetRegistry, detector, everything, insert } from './dataset_support.ts';

const many = Array.from({ length: 500 }, (_, i) =>
  [1, 2, 3].map((n) => ({ instrument: 'Cam', exposure: i + 1, detector: n })),
).flat();

const role = async (session: pg.Client) =>
  (await session.query<{ role: string }>(`select current_setting('session_replication_role') as role`))
    .rows[0].role;

test('rows and summaries are those of a small insert, and foreign keys are checked again afterwards', async (t) => {
  await using db = await datasetRegistry();
  t.is(new Set(await insert(db.client, 'raw', 'run1', many)).size, many.length);
  t.is(await role(db.client), 'origin');
  t.deepEqual(await db.query(`select * from butler.collection_summary('run1')`), [
    { dataset_types: ['raw'], governors: { instrument: ['Cam'] } },
  ]);
  t.deepEqual(await db.query(`select * from butler.check('r')`), []);
  await t.throwsAsync(db.query(`delete from r.detector where id = 1`), { code: '23503' });
  await t.throwsAsync(db.query(`insert into r.dataset select gen_random_uuid(), 1, 0, 99`), {
    code: '23503',
  });
});

test('references that do not exist are refused by name, and nothing stays', async (t) => {
  await using db = await datasetRegistry();
  const before = await everything(db.client);
  const wrong = [
    { instrument: 'Cam', exposure: 1, detector: 99 },
    { instrument: 'Cam', exposure: 9999, detector: 9 },
    { instrument: 'Nowhere', exposure: 1, detector: 1 },
    many[7],
  ];
  for (const row of wrong)
    await fails(t, insert(db.client, 'raw', 'run1', [...many, row]), 'ConflictingDefinitionError');
  t.deepEqual(await everything(db.client), before);
  t.is(await role(db.client), 'origin');
  await insert(db.client, 'raw', 'run1', many);
  await fails(t, insert(db.client, 'raw', 'run1', many), 'ConflictingDefinitionError');
});

test('a loader without that right inserts the same', async (t) => {
  await using db = await datasetRegistry();
  const loader = await db.connect();
  await loader.query('set role almagest_loader');
  t.is((await insert(loader, 'raw', 'run1', many)).length, many.length);
  const wrong = insert(loader, 'raw', 'run2', [
    ...many,
    ...detector(1).map((one) => ({ ...one, exposure: 9999 })),
  ]);
  await fails(t, wrong, 'ConflictingDefinitionError');
  t.deepEqual(await db.query(`select * from butler.check('r')`), []);
});

test('triggers that somebody put on the tables fire', async (t) => {
  await using db = await datasetRegistry();
  await db.query(`
    create table public.seen (n bigint);
    create function public.note() returns trigger language plpgsql as $$
      begin insert into public.seen select count(*) from added; return null; end $$;
    create trigger note after insert on r.dataset referencing new table as added
      for each statement execute function public.note()`);
  await insert(db.client, 'raw', 'run1', many);
  t.deepEqual(await db.query('select n from public.seen'), [{ n: BigInt(many.length) }]);
});
