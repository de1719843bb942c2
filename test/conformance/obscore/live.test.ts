/**
 * ObsCore tables that are kept in step, against the rows of the reference's live manager after each of its steps.
 * Each step is made through the functions of schema butler; a second table, of mode manual, is refreshed after it.
 */
import { readFileSync } from 'node:fs';
import type { ExecutionContext } from 'ava';
import { registryDump, restore } from '../../butler/registry_catalog.ts';
import { database, type TestDatabase } from '../../support/database.ts';
import { fixturePath, fixtureTest } from '../../support/fixtures.ts';
import { circumstancesOf } from './circumstances.ts';
import { type Config, compareRows, csvRows, fullConfig, ownRows } from './rows.ts';

const key = 'registry_dataset_id';

/** Tables `live` and `manual` of one configuration, and a TAGGED collection `live/tag`. */
async function tables(dump: string, config: Config): Promise<TestDatabase> {
  const db = await database();
  restore(db.url, readFileSync(dump, 'utf8'));
  await db.query(`select butler.attach('public')`);
  await db.query(`select butler.register_collection('live/tag', 'TAGGED')`);
  for (const mode of ['live', 'manual'])
    await db.query('select obscore.create($1, $2, $3)', [
      'public',
      JSON.stringify({ ...config, table_name: mode }),
      mode,
    ]);
  return db;
}

/** Compares both tables with a file of the reference, and each with the truth. */
async function compare(t: ExecutionContext, db: TestDatabase, file: string): Promise<void> {
  await db.query(`select obscore.refresh('manual')`);
  const types = Object.fromEntries(
    (
      await db.query<{ name: string; type: string }>(`
        select attname::text as name, format_type(atttypid, null) as type
        from pg_attribute where attrelid = 'public.live'::regclass and attnum > 0`)
    ).map(({ name, type }) => [name, type]),
  );
  const theirs = csvRows(`${file}.csv`, types);
  const facts = await circumstancesOf(db);
  for (const mode of ['live', 'manual']) {
    const ours = ownRows(await db.query(`select * from public.${mode}`));
    const { wrong, better } = compareRows(ours, theirs, key, facts);
    if (mode === 'live') for (const difference of better) t.log(`${file}: ${difference}`);
    t.deepEqual(wrong, [], `${file}, ${mode}`);
    t.deepEqual(
      await db.query('select * from obscore.verify($1)', [mode]),
      [],
      `${file}, ${mode}: the truth`,
    );
  }
}

function idsOf(file: string): string[] {
  return csvRows(`${file}.csv`, {}).map((row) => row[key] as string);
}

/** Ids of the first file that the second lacks. */
function gone(before: string, after: string): string[] {
  const left = new Set(idsOf(after));
  return idsOf(before).filter((id) => !left.has(id));
}

const step = (number: number, name: string) => `live_run_all_${number}_after_${name}`;

fixtureTest('all runs: insertion, tags, removal of datasets, chains, removal of a run', async (t) => {
  const dump = fixturePath('obscore', 'repo', 'butler_repo_live_run_all.sql');
  await using db = await tables(dump, { ...fullConfig(), collection_type: 'RUN', collections: [] });
  await compare(t, db, 'live_run_all');

  const some = idsOf('live_run_all').slice(0, 5);
  await db.query(`select butler.associate('live/tag', $1)`, [some]);
  await compare(t, db, step(1, 'associate_tagged'));

  await db.query(`select butler.disassociate('live/tag', $1)`, [some.slice(0, 2)]);
  await compare(t, db, step(2, 'disassociate'));

  const removed = gone(step(2, 'disassociate'), step(3, 'removeDatasets_runs_b_calexp'));
  t.is(removed.length, 10);
  await db.query(`select butler.remove_datasets($1)`, [removed]);
  await compare(t, db, step(3, 'removeDatasets_runs_b_calexp'));

  await db.query(`select butler.set_chain('DR', '{runs/a,runs/c,raw/all}')`);
  await compare(t, db, step(4, 'chain_change'));

  const [member] = gone(step(4, 'chain_change'), step(5, 'removeCollection_run'));
  const [{ run }] = (await db.query(
    `select c.name as run from public.dataset d join public.collection c on c.collection_id = d.run_id where d.id = $1`,
    [member],
  )) as [{ run: string }];
  await db.query('select butler.remove_runs($1)', [[run]]);
  await compare(t, db, step(5, 'removeCollection_run'));
});

fixtureTest('one tagged collection: associate, again, disassociate, remove, conflict', async (t) => {
  await using db = await tables(registryDump, {
    ...fullConfig(),
    collection_type: 'TAGGED',
    collections: ['live/tag'],
  });
  await compare(t, db, 'live_tagged_0_before');

  const members = idsOf('live_tagged_1_after_associate');
  await db.query(`select butler.associate('live/tag', $1)`, [members]);
  await compare(t, db, 'live_tagged_1_after_associate');

  await db.query(`select butler.associate('live/tag', $1)`, [members]);
  await compare(t, db, 'live_tagged_2_repeat_associate');

  const [first, second, third] = gone('live_tagged_2_repeat_associate', 'live_tagged_5_after_conflict');
  await db.query(`select butler.disassociate('live/tag', $1)`, [[first, second]]);
  await db.query(`select butler.remove_datasets($1)`, [[third]]);
  await compare(t, db, 'live_tagged_5_after_conflict');

  const [rival] = await db.query<{ id: string }>(`
    select other.dataset_id as id
    from public.dataset_tags_00000002 member
    join public.collection c using (collection_id)
    join public.dataset_tags_00000002 other using (dataset_type_id, instrument, detector, visit)
    where c.name = 'live/tag' and other.dataset_id <> member.dataset_id
    order by 1 limit 1`);
  await t.throwsAsync(db.query(`select butler.associate('live/tag', $1)`, [[rival!.id]]), {
    message: /^ConflictingDefinitionError/,
  });
  await compare(t, db, 'live_tagged_5_after_conflict');

  // The reference leaves the rows of a collection that is gone (7).
  await db.query(`select butler.remove_collection('live/tag')`);
  t.deepEqual(await db.query('select from public.live'), []);
  t.deepEqual(await db.query(`select * from obscore.verify('live')`), []);
});
