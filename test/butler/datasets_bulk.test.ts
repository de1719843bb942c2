/** Inserts of so many rows that what they refer to is looked up at once, where the caller has the right to. */
import test from 'ava';
import type pg from 'pg';
import { fails, value } from './collection_support.ts';
import { datasetRegistry, detector, everything, insert, pidOf, untilBlocked } from './dataset_support.ts';

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

test('imports, tags and validity of many datasets are those of few', async (t) => {
  await using db = await datasetRegistry();
  const given = many.map((data_id, i) => ({
    id: `00000000-0000-4000-8000-${String(i).padStart(12, '0')}`,
    data_id,
  }));
  const ids = given.map(({ id }) => id);
  await db.query(`select butler.register_dataset_type('dark', '{exposure,detector}', 'ExposureF', true)`);
  const importAll = (client: pg.Client, rows: readonly object[], assumeNew = false) =>
    value(client, 'import_datasets', 'dark', 'run1', JSON.stringify(rows), assumeNew);
  t.is(await importAll(db.client, given.slice(0, 5)), 5n);
  t.is(await importAll(db.client, given), BigInt(many.length - 5));
  t.is(await importAll(db.client, given), 0n);
  await fails(t, importAll(db.client, given, true), 'ConflictingDefinitionError');
  const wrong = { id: ids[0].replace('4', '5'), data_id: { ...many[0], exposure: 9999 } };
  await fails(t, importAll(db.client, [...given, wrong]), 'ConflictingDefinitionError');
  t.is(await value(db.client, 'associate', 't', ids), BigInt(many.length));
  t.is(await value(db.client, 'associate', 't', ids), 0n);
  t.is(await value(db.client, 'certify', 'c', ids, '[1,2)'), BigInt(many.length));
  await fails(t, value(db.client, 'certify', 'c', ids, '[1,2)'), 'ConflictingDefinitionError');
  const nobody = ids[0].replace('4', '5');
  await fails(t, value(db.client, 'associate', 't2', [...ids, nobody]), 'DatasetNotFoundError');
  await fails(t, value(db.client, 'certify', 'c2', [...ids, nobody], '[1,2)'), 'DatasetNotFoundError');
  t.is(await role(db.client), 'origin');
  t.deepEqual(await db.query(`select * from butler.check('r')`), []);
  await t.throwsAsync(db.query(`delete from r.detector where id = 1`), { code: '23503' });
});

test('two sessions insert different dataset types into one new run', async (t) => {
  await using db = await datasetRegistry();
  await db.query(`select butler.register_dataset_type('dark', '{exposure,detector}', 'ExposureF')`);
  const [one, two] = [await db.connect(), await db.connect()];
  const pid = await pidOf(two);
  await one.query('begin');
  await insert(one, 'raw', 'run1', many);
  const waiting = insert(two, 'dark', 'run1', many);
  await untilBlocked(db.client, pid);
  await one.query('commit');
  t.is(new Set(await waiting).size, many.length);
  t.deepEqual(await db.query(`select * from butler.check('r')`), []);
});

test('a foreign key that somebody added is checked', async (t) => {
  await using db = await datasetRegistry();
  await db.query(`
    create table public.approved (id bigint primary key);
    alter table r.dataset add foreign key (run_id) references public.approved`);
  await fails(t, insert(db.client, 'raw', 'run1', many), 'ConflictingDefinitionError');
  await db.query(`insert into public.approved select collection_id from r.run`);
  t.is((await insert(db.client, 'raw', 'run1', many)).length, many.length);
  await t.throwsAsync(db.query('delete from public.approved'), { code: '23503' });
});

test('a foreign key that is deferred is checked at the end', async (t) => {
  await using db = await datasetRegistry();
  await db.query(`
    create table public.approved (id bigint primary key);
    alter table r.dataset add foreign key (run_id) references public.approved deferrable initially deferred`);
  await db.query('begin');
  t.is((await insert(db.client, 'raw', 'run1', many)).length, many.length);
  await t.throwsAsync(db.query('commit'), { code: '23503' });
});
