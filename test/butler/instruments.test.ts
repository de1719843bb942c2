/** Instruments, certification of calibrations, and files of datasets, by what they promise. */
import test from 'ava';
import { database } from '../support/database.ts';
import { fails, value } from './collection_support.ts';
import { datasetRegistry, detector, insert, validity } from './dataset_support.ts';

test('register_instrument: what translators and cameras know; what is there stays', async (t) => {
  await using db = await datasetRegistry();
  t.is(await value<bigint>(db.client, 'register_instrument', 'HSC'), 0n);
  t.deepEqual(await db.query(`select class_name, detector_max::text from r.instrument where name = 'HSC'`), [
    { class_name: 'lsst.obs.subaru.HyperSuprimeCam', detector_max: '200' },
  ]);
  const unknown = await fails(t, value(db.client, 'register_instrument', 'Nobody'), 'DataIdValueError');
  t.regex(unknown.hint!, /butler\.load_camera/);
  await fails(t, value(db.client, 'register_instrument', 'HSC', 'no such camera'), 'DataIdValueError');
});

test('certify_calibrations: the first child of a chain, or all; nothing found and ranges that overlap', async (t) => {
  await using db = await datasetRegistry();
  await insert(db.client, 'bias', 'run1', detector(1));
  await insert(db.client, 'bias', 'run2', detector(1, 2));
  await value(db.client, 'set_chain', 'chain', ['run1', 'run2']);
  const certify = (...more: unknown[]) => value<bigint>(db.client, 'certify_calibrations', ...more);
  t.is(await certify('chain', 'made', 'bias', '2019-04-01', '2019-05-01'), 1n);
  t.is((await validity(db.client, 'made')).length, 1);
  await fails(t, certify('run2', 'made', 'bias', '2019-04-15', null), 'ConflictingDefinitionError');
  t.is((await validity(db.client, 'made')).length, 1, 'all or nothing');
  t.is(await certify('chain', 'other', 'bias', null, null, true), 2n);
  const none = await fails(t, certify('chain', 'made', 'flat'), 'DatasetNotFoundError');
  t.regex(none.hint!, /search_all_inputs/);
  await fails(t, certify('nowhere', 'made', 'bias'), 'MissingCollectionError');
});

test('import_file_records: a dataset that has a file keeps it', async (t) => {
  await using db = await datasetRegistry();
  const [id] = await insert(db.client, 'bias', 'run1', detector(1));
  const add = (path: string) =>
    value<bigint>(
      db.client,
      'import_file_records',
      JSON.stringify([{ id, path, file_size: '9007199254740993' }]),
    );
  t.is(await add('a.fits'), 1n);
  t.is(await add('b.fits'), 0n);
  t.deepEqual(await db.query('select path, file_size::text from r.file_datastore_records'), [
    { path: 'a.fits', file_size: '9007199254740993' },
  ]);
});

test('a loader who may not make the table of files is told who may', async (t) => {
  await using db = await database();
  await db.client.query(`select butler.create_registry('deep'); set role almagest_loader`);
  const error = await t.throwsAsync<Error & { code: string; hint: string }>(
    db.query(`select butler.import_file_records('[]')`),
  );
  t.is(error!.code, '42501');
  t.is(error!.message, 'permission denied: registry deep has no table of files yet');
  t.regex(error!.hint, /almagest_owner import the first files/);
});
