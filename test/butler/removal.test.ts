/** Removal of collections and runs: what goes, what stays, what forbids it; and summaries, which only a refresh shrinks. */
import test from 'ava';
import type pg from 'pg';
import type { TestDatabase } from '../support/database.ts';
import { edit, fails, flatIsRight, overtaken, register, registry, value } from './collection_support.ts';

/**
 * Two instruments and a sky map; types raw, bias (a calibration) and coadd; runs r1 to r3, tags t, calibrations c,
 * chains A and B.
 */
async function datasets(): Promise<TestDatabase> {
  const db = await registry();
  const records = (element: string, ...rows: object[]) =>
    db.query('select butler.insert_dimension_records($1, $2)', [element, JSON.stringify(rows)]);
  await records(
    'instrument',
    ...['Cam', 'Other'].map((name) => ({ name, detector_max: 10, class_name: 'x' })),
  );
  await records(
    'detector',
    ...['Cam', 'Other'].flatMap((instrument) =>
      [1, 2, 3].map((id) => ({ instrument, id, full_name: `D${id}`, purpose: 'SCIENCE' })),
    ),
  );
  await records('skymap', { name: 'rings', hash: '00', tract_max: 9, patch_nx_max: 9, patch_ny_max: 9 });
  await db.query(`
    select butler.register_dataset_type('raw', '{instrument,detector}', 'StructuredDataDict');
    select butler.register_dataset_type('bias', '{instrument,detector}', 'StructuredDataDict', true);
    select butler.register_dataset_type('coadd', '{skymap}', 'StructuredDataDict')`);
  await register(db.client, 'RUN', 'r1', 'r2', 'r3');
  await register(db.client, 'TAGGED', 't');
  await register(db.client, 'CALIBRATION', 'c');
  await register(db.client, 'CHAINED', 'A', 'B');
  return db;
}

async function insert(
  session: pg.Client,
  type: string,
  run: string,
  ...dataIds: object[]
): Promise<string[]> {
  const { rows } = await session.query<{ id: string }>('select butler.insert_datasets($1, $2, $3) as id', [
    type,
    run,
    JSON.stringify(dataIds),
  ]);
  return rows.map(({ id }) => id);
}

const detectors = (...ids: number[]) => ids.map((detector) => ({ instrument: 'Cam', detector }));

async function counts(db: TestDatabase): Promise<{ datasets: number; tags: number; calibs: number }> {
  const [row] = await db.query<{ datasets: number; tags: number; calibs: number }>(
    `select (select count(*)::int from r.dataset) as datasets,
            (select count(*)::int from r.dataset_tags_00000001) as tags,
            (select count(*)::int from r.dataset_calibs_00000001) as calibs`,
  );
  return row;
}

const names = async (db: TestDatabase) =>
  (await db.query<{ name: string }>('select name from butler.query_collections()')).map(({ name }) => name);

const summary = async (db: TestDatabase, name: string) =>
  (await db.query('select * from butler.collection_summary($1)', [name]))[0];

test('every foreign key that a removal follows has an index', async (t) => {
  await using db = await datasets();
  const keys = await db.query<{ key: string; indexed: boolean }>(
    `select format('%s: %s', k.conrelid::regclass, k.conname) as key,
       exists (
         select from pg_index i
         where i.indrelid = k.conrelid and i.indpred is null
           and (i.indkey::int2[])[0 : cardinality(k.conkey) - 1] @> k.conkey
       ) as indexed
     from pg_constraint k
     where k.contype = 'f' and k.confrelid in ('r.collection'::regclass, 'r.run'::regclass, 'r.dataset'::regclass,
       'r.collection_summary_dataset_type'::regclass, 'r.collection_summary_instrument'::regclass,
         'r.collection_summary_skymap'::regclass)`,
  );
  t.true(keys.length >= 20);
  t.deepEqual(
    keys.filter(({ indexed }) => !indexed),
    [],
  );
});

test('a collection that a chain holds is not removed, and DETAIL names the chains', async (t) => {
  await using db = await datasets();
  await edit(db.client, 'set_chain', 'B', ['r1', 't']);
  await edit(db.client, 'set_chain', 'A', ['B', 'r1']);
  await insert(db.client, 'bias', 'r1', ...detectors(1));
  for (const name of ['r1', 't', 'B']) {
    const error = await fails(t, value(db.client, 'remove_collection', name), 'OrphanedRecordError');
    t.is(error.code, 'BR006');
    t.is(
      error.detail,
      name === 'r1' ? `'r1' is in 'A', 'B'.` : `'${name}' is in '${name === 'B' ? 'A' : 'B'}'.`,
    );
  }
  const error = await fails(t, value(db.client, 'remove_runs', ['r2', 'r1']), 'OrphanedRecordError');
  t.is(error.detail, `'r1' is in 'A', 'B'.`);
  t.deepEqual(await counts(db), { datasets: 1, tags: 1, calibs: 0 });
  t.deepEqual(await names(db), ['A', 'B', 'c', 'r1', 'r2', 'r3', 't']);
});

test('a chain goes without its children, tags and calibrations without their datasets', async (t) => {
  await using db = await datasets();
  const ids = await insert(db.client, 'bias', 'r1', ...detectors(1, 2));
  await value(db.client, 'associate', 't', ids);
  await value(db.client, 'certify', 'c', ids, '[0,100)');
  await edit(db.client, 'set_chain', 'A', ['r1', 't', 'c']);
  t.deepEqual(await counts(db), { datasets: 2, tags: 4, calibs: 2 });
  await value(db.client, 'remove_collection', 'A');
  await value(db.client, 'remove_collection', 't');
  t.deepEqual(await counts(db), { datasets: 2, tags: 2, calibs: 2 });
  await value(db.client, 'remove_collection', 'c');
  t.deepEqual(await counts(db), { datasets: 2, tags: 2, calibs: 0 });
  t.deepEqual(await names(db), ['B', 'r1', 'r2', 'r3']);
  await fails(t, value(db.client, 'remove_collection', 't'), 'MissingCollectionError');
  await flatIsRight(t, db);
});

test('a run goes with its datasets, wherever they are tagged or certified', async (t) => {
  await using db = await datasets();
  const gone = await insert(db.client, 'bias', 'r1', ...detectors(1, 2));
  const kept = await insert(db.client, 'bias', 'r2', ...detectors(3));
  await value(db.client, 'associate', 't', [...gone, ...kept]);
  await value(db.client, 'certify', 'c', [...gone, ...kept], '[0,100)');
  await value(db.client, 'remove_collection', 'r1');
  t.deepEqual(await counts(db), { datasets: 1, tags: 2, calibs: 1 });
  await value(db.client, 'remove_runs', ['r2', 'r3']);
  t.deepEqual(await counts(db), { datasets: 0, tags: 0, calibs: 0 });
  t.deepEqual(await names(db), ['A', 'B', 'c', 't']);
});

test('runs leave every chain where that is asked, and the rest of a chain keeps its order', async (t) => {
  await using db = await datasets();
  await edit(db.client, 'set_chain', 'B', ['r1', 't', 'r2']);
  await edit(db.client, 'set_chain', 'A', ['r2', 'B', 'c', 'r3']);
  await insert(db.client, 'raw', 'r2', ...detectors(1, 2, 3));
  await value(db.client, 'remove_runs', ['r1', 'r2', 'r1'], true);
  t.deepEqual(await value(db.client, 'get_chain', 'A'), ['B', 'c', 'r3']);
  t.deepEqual(await value(db.client, 'get_chain', 'B'), ['t']);
  t.is((await counts(db)).datasets, 0);
  await flatIsRight(t, db);
});

test('only runs are removed as runs, all or none', async (t) => {
  await using db = await datasets();
  await insert(db.client, 'raw', 'r1', ...detectors(1));
  await fails(t, value(db.client, 'remove_runs', ['r1', 't']), 'CollectionTypeError');
  await fails(t, value(db.client, 'remove_runs', ['r1', 'nope']), 'MissingCollectionError');
  await fails(t, value(db.client, 'remove_runs', ['r1', null]), 'CollectionExpressionError');
  await fails(t, value(db.client, 'remove_runs', ['r*'], true), 'MissingCollectionError');
  await value(db.client, 'remove_runs', []);
  t.is((await counts(db)).datasets, 1);
  t.is((await names(db)).length, 7);
});

test('a run whose datasets a datastore still holds is not removed', async (t) => {
  await using db = await datasets();
  const [id] = await insert(db.client, 'raw', 'r1', ...detectors(1, 2));
  await edit(db.client, 'set_chain', 'A', ['r1']);
  await db.query(`insert into r.dataset_location (datastore_name, dataset_id) values ('file store', $1)`, [
    id,
  ]);
  const error = await fails(t, value(db.client, 'remove_runs', ['r2', 'r1'], true), 'OrphanedRecordError');
  t.is(error.detail, `Datastore 'file store' holds 1 datasets of 'r1', such as ${id}.`);
  t.is((await counts(db)).datasets, 2);
  t.deepEqual(await value(db.client, 'get_chain', 'A'), ['r1']);
  await db.query('delete from r.dataset_location');
  await value(db.client, 'remove_runs', ['r2', 'r1'], true);
  t.is((await counts(db)).datasets, 0);
});

test('a table of others that refers to a collection keeps it, and the error says which', async (t) => {
  await using db = await datasets();
  await db.query(`create table notes (run int8 references r.collection);
    insert into notes select collection_id from r.collection where name = 'r1'`);
  await insert(db.client, 'raw', 'r1', ...detectors(1));
  const error = await fails(t, value(db.client, 'remove_collection', 'r1'), 'OrphanedRecordError');
  t.regex(error.detail!, /"notes"/);
  t.is((await counts(db)).datasets, 1);
});

test('datasets that another session inserts into a run that is removed go with it, or are refused', async (t) => {
  await using db = await datasets();
  await insert(db.client, 'raw', 'r1', ...detectors(1));
  const [removal] = await overtaken(
    db,
    (session) => insert(session, 'raw', 'r1', ...detectors(2)),
    (session) => value(session, 'remove_runs', ['r1']),
  );
  await t.notThrowsAsync(removal);
  t.deepEqual(await counts(db), { datasets: 0, tags: 0, calibs: 0 });
  const [insertion] = await overtaken(
    db,
    (session) => value(session, 'remove_runs', ['r2']),
    (session) => insert(session, 'raw', 'r2', ...detectors(2)),
  );
  await t.throwsAsync(insertion);
  t.is((await counts(db)).datasets, 0);
});

test('a dataset that a datastore takes while its run is removed keeps the run', async (t) => {
  await using db = await datasets();
  const [id] = await insert(db.client, 'raw', 'r1', ...detectors(1));
  const [removal] = await overtaken(
    db,
    (session) =>
      session.query(`insert into r.dataset_location (datastore_name, dataset_id) values ('s', $1)`, [id]),
    (session) => value(session, 'remove_runs', ['r1']),
  );
  const error = await fails(t, removal, 'OrphanedRecordError');
  t.regex(error.detail!, /Datastore 's'/);
  t.is((await counts(db)).datasets, 1);
});

test('of two sessions that remove the same run, one is told that it is gone', async (t) => {
  await using db = await datasets();
  await insert(db.client, 'raw', 'r1', ...detectors(1, 2, 3));
  const [second] = await overtaken(
    db,
    (session) => value(session, 'remove_runs', ['r1']),
    (session) => value(session, 'remove_runs', ['r2', 'r1']),
  );
  await fails(t, second, 'MissingCollectionError');
  t.true((await names(db)).includes('r2'));
});

test('a summary holds types and governor values by name, that of a chain those of its members', async (t) => {
  await using db = await datasets();
  t.deepEqual(await summary(db, 'r1'), { dataset_types: [], governors: {} });
  const ids = await insert(db.client, 'raw', 'r1', ...detectors(1), { instrument: 'Other', detector: 2 });
  await insert(db.client, 'bias', 'r1', ...detectors(1));
  await insert(db.client, 'coadd', 'r2', { skymap: 'rings' });
  await value(db.client, 'associate', 't', ids.slice(0, 1));
  await edit(db.client, 'set_chain', 'B', ['r2']);
  await edit(db.client, 'set_chain', 'A', ['t', 'B']);
  t.deepEqual(await summary(db, 'r1'), {
    dataset_types: ['bias', 'raw'],
    governors: { instrument: ['Cam', 'Other'] },
  });
  t.deepEqual(await summary(db, 'A'), {
    dataset_types: ['coadd', 'raw'],
    governors: { instrument: ['Cam'], skymap: ['rings'] },
  });
  const [row] = await db.query(`select dataset_types from butler.get_collection('A')`);
  t.deepEqual(row, { dataset_types: ['coadd', 'raw'] });
});

test('a refresh takes out of summaries what is gone, and says of how many collections', async (t) => {
  await using db = await datasets();
  const [first, other] = await insert(db.client, 'raw', 'r1', ...detectors(1), {
    instrument: 'Other',
    detector: 2,
  });
  const [bias] = await insert(db.client, 'bias', 'r1', ...detectors(1));
  await value(db.client, 'associate', 't', [first, other]);
  await value(db.client, 'certify', 'c', [bias], '[0,100)');
  await insert(db.client, 'coadd', 'r2', { skymap: 'rings' });
  await edit(db.client, 'set_chain', 'A', ['r1', 't']);
  t.is(await value(db.client, 'refresh_collection_summaries'), 0n);
  await value(db.client, 'remove_datasets', [other]);
  await value(db.client, 'disassociate', 't', [first]);
  await value(db.client, 'decertify', 'c', 'bias');
  t.deepEqual(await summary(db, 't'), {
    dataset_types: ['raw'],
    governors: { instrument: ['Cam', 'Other'] },
  });
  t.is(await value(db.client, 'refresh_collection_summaries', ['A']), 2n);
  t.deepEqual(await summary(db, 't'), { dataset_types: [], governors: {} });
  t.deepEqual(await summary(db, 'r1'), {
    dataset_types: ['bias', 'raw'],
    governors: { instrument: ['Cam'] },
  });
  t.deepEqual(await summary(db, 'c'), { dataset_types: ['bias'], governors: { instrument: ['Cam'] } });
  t.is(await value(db.client, 'refresh_collection_summaries', ['?']), 1n);
  t.deepEqual(await summary(db, 'c'), { dataset_types: [], governors: {} });
  t.deepEqual(await summary(db, 'r2'), { dataset_types: ['coadd'], governors: { skymap: ['rings'] } });
  await fails(t, value(db.client, 'refresh_collection_summaries', ['nope']), 'MissingCollectionError');
});

test('an insert that waits for a refresh finds its summary, whatever the refresh took away', async (t) => {
  await using db = await datasets();
  const ids = await insert(db.client, 'raw', 'r1', ...detectors(1));
  await value(db.client, 'remove_datasets', ids);
  const [insertion] = await overtaken(
    db,
    (session) => value(session, 'refresh_collection_summaries'),
    (session) => insert(session, 'raw', 'r1', ...detectors(2)),
  );
  await t.notThrowsAsync(insertion);
  t.deepEqual(await summary(db, 'r1'), { dataset_types: ['raw'], governors: { instrument: ['Cam'] } });
  const [refresh] = await overtaken(
    db,
    (session) => insert(session, 'raw', 'r2', ...detectors(2)),
    (session) => value(session, 'refresh_collection_summaries'),
  );
  t.is(await refresh, 0n);
  t.deepEqual(await summary(db, 'r2'), { dataset_types: ['raw'], governors: { instrument: ['Cam'] } });
});
