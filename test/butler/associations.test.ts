import test from 'ava';
import { fails, value } from './collection_support.ts';
import { datasetRegistry, detector, everything, held, insert } from './dataset_support.ts';

const nobody = '8e5892ec-3ec3-5d79-8a5b-48d7fed48e2a';

test('tags take datasets of any types, each once, and give them back', async (t) => {
  await using db = await datasetRegistry();
  const biases = await insert(db.client, 'bias', 'run1', detector(1, 2));
  const flats = await insert(db.client, 'flat', 'run2', [{ ...detector(1)[0], physical_filter: 'g1' }]);
  const all = [...biases, ...flats];
  t.is(await value(db.client, 'associate', 't', [...all, biases[0]]), 3n);
  t.is(await value(db.client, 'associate', 't', all), 0n);
  t.is((await held(db.client, 'bias', 't')).length, 2);
  const [summary] = await db.query(`select * from butler.collection_summary('t')`);
  t.deepEqual(summary, { dataset_types: ['bias', 'flat'], governors: { instrument: ['Cam'] } });
  t.is(await value(db.client, 'disassociate', 't', [biases[0], flats[0], nobody]), 2n);
  t.is(await value(db.client, 'disassociate', 't', [biases[0], flats[0]]), 0n);
  t.is((await held(db.client, 'bias', 't')).length, 1);
  t.is((await held(db.client, 'bias', 'run1')).length, 2);
});

test('tags hold one dataset of a type and data ID, and a call that brings another changes nothing', async (t) => {
  await using db = await datasetRegistry();
  const [one, two] = await insert(db.client, 'bias', 'run1', detector(1, 2));
  const [other, third] = await insert(db.client, 'bias', 'run2', detector(1, 3));
  await value(db.client, 'associate', 't', [one]);
  const before = await everything(db.client);
  const error = await fails(
    t,
    value(db.client, 'associate', 't', [two, third, other]),
    'ConflictingDefinitionError',
  );
  t.is(error.detail, `{"instrument" : "Cam", "detector" : 1} of ${other} is ${one}.`);
  const together = await fails(
    t,
    value(db.client, 'associate', 't2', [one, other]),
    'ConflictingDefinitionError',
  );
  t.true(together.detail!.includes(one) && together.detail!.includes(other));
  const missing = await fails(t, value(db.client, 'associate', 't', [two, nobody]), 'DatasetNotFoundError');
  t.is(missing.detail, `There is no dataset ${nobody}.`);
  t.deepEqual(await everything(db.client), before);
});

test('only tags are associated with, and lists of ids hold no NULL', async (t) => {
  await using db = await datasetRegistry();
  const ids = await insert(db.client, 'bias', 'run1', detector(1));
  for (const operation of ['associate', 'disassociate']) {
    for (const collection of ['run1', 'c', 'chain'])
      await fails(t, value(db.client, operation, collection, ids), 'CollectionTypeError');
    await fails(t, value(db.client, operation, 'nowhere', ids), 'MissingCollectionError');
    await t.throwsAsync(value(db.client, operation, 't', [null]), {
      message: /ids is NULL, or holds a NULL/,
    });
    await t.throwsAsync(value(db.client, operation, 't', null), { message: /ids is NULL/ });
    await t.throwsAsync(value(db.client, operation, 't', ['xyz']), {
      message: /invalid input syntax for type uuid/,
    });
    t.is(await value(db.client, operation, 't', []), 0n);
  }
});

test('associations are found by name, pattern and type of the collection', async (t) => {
  await using db = await datasetRegistry();
  const ids = await insert(db.client, 'bias', 'run1', detector(1));
  await value(db.client, 'associate', 't', ids);
  await value(db.client, 'certify', 'c', ids, '[5,7)');
  const collections = async (...given: unknown[]) => {
    const places = given.map((_, i) => `$${i + 1}`).join(', ');
    const rows = await db.query<{ collection: string; timespan: string | null }>(
      `select collection, timespan::text from butler.query_associations(${places}) order by 1`,
      given,
    );
    return rows.map(({ collection, timespan }) => `${collection} ${timespan}`);
  };
  t.deepEqual(await collections('bias'), ['c [5,7)', 'run1 null', 't null']);
  t.deepEqual(await collections('bias', ['*'], ['TAGGED', 'CALIBRATION']), ['c [5,7)', 't null']);
  t.deepEqual(await collections('bias', ['run*', 't']), ['run1 null', 't null']);
  t.deepEqual(await collections('bias', ['run?', 'c'], ['RUN']), ['run1 null']);
  t.deepEqual(await collections('bias', []), []);
  t.deepEqual(await collections('flat'), []);
  await fails(t, collections('nothing'), 'MissingDatasetTypeError');
  await fails(t, collections('bias', ['nowhere']), 'MissingCollectionError');
});

test('a removed dataset is gone from every collection, and its data ID is free', async (t) => {
  await using db = await datasetRegistry();
  const ids = await insert(db.client, 'bias', 'run1', detector(1, 2));
  await value(db.client, 'associate', 't', ids);
  await value(db.client, 'certify', 'c', ids, '[5,7)');
  t.is(await value(db.client, 'remove_datasets', [ids[0], ids[0], nobody]), 1n);
  t.is(await value(db.client, 'remove_datasets', [ids[0]]), 0n);
  for (const collection of ['run1', 't', 'c'])
    t.is((await held(db.client, 'bias', collection)).length, 1, collection);
  await insert(db.client, 'bias', 'run1', detector(1));
  t.is(await value(db.client, 'remove_datasets', []), 0n);
});

test('a dataset that a datastore holds stays until it is unstored', async (t) => {
  await using db = await datasetRegistry();
  const [id, other] = await insert(db.client, 'bias', 'run1', detector(1, 2));
  await db.query(`insert into r.dataset_location (datastore_name, dataset_id) values ('files', $1)`, [id]);
  const error = await fails(t, value(db.client, 'remove_datasets', [other, id]), 'OrphanedRecordError');
  t.is(error.detail, `Datastore 'files' holds ${id}.`);
  t.is((await held(db.client, 'bias', 'run1')).length, 2);
  await db.query(`select butler.prune_datasets(array[$1::uuid], unstore => true, purge => true)`, [id]);
  t.is((await held(db.client, 'bias', 'run1')).length, 1);
  t.deepEqual(await db.query('select datastore_name, dataset_id from r.dataset_location_trash'), [
    { datastore_name: 'files', dataset_id: id },
  ]);
});

test('pruning asks for arguments that agree', async (t) => {
  await using db = await datasetRegistry();
  const ids = await insert(db.client, 'bias', 'run1', detector(1));
  await value(db.client, 'associate', 't', ids);
  await value(db.client, 'associate', 't2', ids);
  const prune = (more: string) => db.query(`select butler.prune_datasets($1::uuid[]${more})`, [ids]);
  const before = await everything(db.client);
  await t.throwsAsync(prune(''), { message: /disassociate without tags/ });
  await t.throwsAsync(prune(', purge => true'), { message: /purge without unstore/ });
  await t.throwsAsync(prune(', purge => true, unstore => true, disassociate => false'), {
    message: /purge without disassociate/,
  });
  await fails(t, prune(`, tags => '{t,run1}'`), 'CollectionTypeError');
  await fails(t, prune(`, tags => '{t,nowhere}'`), 'MissingCollectionError');
  await prune(', disassociate => false');
  t.deepEqual(await everything(db.client), before);
  await prune(`, tags => '{t}'`);
  t.is((await held(db.client, 'bias', 't')).length, 0);
  t.is((await held(db.client, 'bias', 't2')).length, 1);
  await prune(', unstore => true, purge => true');
  t.deepEqual(await db.query('select from r.dataset'), []);
});
