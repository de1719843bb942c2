/** Dataset types: what they may be, when they are the same, and when they can go. */
import test from 'ava';
import { database } from '../support/database.ts';
import { fails, value } from './collection_support.ts';
import { survey } from './record_support.ts';

test('a type is registered once; what is the same after the dimensions are completed is no other', async (t) => {
  await using db = await survey();
  const register = (...given: unknown[]) => value<boolean>(db.client, 'register_dataset_type', ...given);
  t.true(await register('raw', ['instrument', 'exposure', 'detector'], 'Exposure'));
  t.false(await register('raw', ['detector', 'exposure'], 'Exposure', false));
  for (const other of [
    [['instrument', 'detector'], 'Exposure', false],
    [['exposure', 'detector'], 'ExposureF', false],
    [['exposure', 'detector'], 'Exposure', true],
  ]) {
    const error = await fails(t, register('raw', ...other), 'ConflictingDefinitionError');
    t.regex(
      error.detail ?? '',
      /The registry has \{instrument, detector, exposure\}, Exposure; asked for is/,
    );
  }
  t.true(await register('packages', [], 'Packages'));
  t.true(await register('bias', ['detector'], 'ExposureF', true));
  t.deepEqual(await db.query(`select * from butler.get_dataset_type('bias')`), [
    {
      name: 'bias',
      dimensions_required: ['instrument', 'detector'],
      dimensions_implied: [],
      storage_class: 'ExposureF',
      is_calibration: true,
    },
  ]);
  await fails(t, db.query(`select * from butler.get_dataset_type('nope')`), 'MissingDatasetTypeError');
});

test('names, dimensions and storage classes are checked', async (t) => {
  await using db = await survey();
  const register = (...given: unknown[]) => value<boolean>(db.client, 'register_dataset_type', ...given);
  for (const name of ['a.b', 'bad name', '', '1a', 'é', "a'b", null])
    await fails(t, register(name, ['detector'], 'Exposure'), 'DatasetTypeError');
  await fails(t, register('x', ['detectr'], 'Exposure'), 'DimensionNameError');
  await fails(t, register('x', ['visit_definition'], 'Exposure'), 'DimensionNameError');
  const error = await fails(t, register('x', ['detector'], 'MyClass'), 'DatasetTypeError');
  t.regex(error.hint ?? '', /insert into butler\.storage_class/);
  await db.query(`insert into butler.storage_class values ('MyClass')`);
  t.true(await register('x', ['detector'], 'MyClass'));
});

test('types are found by name and pattern, by name in order', async (t) => {
  await using db = await survey();
  for (const name of ['raw', 'isr_log', 'isr_metadata', 'isrXlog', 'Bias'])
    await value(db.client, 'register_dataset_type', name, ['detector'], 'Exposure');
  const found = async (...expression: string[]) =>
    (await db.query<{ name: string }>('select name from butler.query_dataset_types($1)', [expression])).map(
      ({ name }) => name,
    );
  t.deepEqual(await found('*'), ['Bias', 'isrXlog', 'isr_log', 'isr_metadata', 'raw']);
  t.deepEqual(await found('isr_*'), ['isr_log', 'isr_metadata']);
  t.deepEqual(await found('raw', 'nope', '[A-C]*'), ['Bias', 'raw']);
  t.deepEqual(await found('nope'), []);
  t.deepEqual(await found(), []);
});

test('a type goes once nothing is of it, and its removal when it is not there is no error', async (t) => {
  await using db = await survey();
  await value(db.client, 'register_dataset_type', 'bias', ['detector'], 'Exposure', true);
  await value(db.client, 'register_collection', 'run');
  await db.query(`select butler.insert_datasets('bias', 'run', '[{"instrument": "Cam", "detector": 1}]')`);
  const error = await fails(t, value(db.client, 'remove_dataset_type', 'bias'), 'OrphanedRecordError');
  t.regex(error.detail ?? '', /1 datasets, such as .* of run 'run'/);
  await value(db.client, 'remove_collection', 'run');
  await value(db.client, 'remove_dataset_type', 'bias');
  await value(db.client, 'remove_dataset_type', 'bias');
  t.deepEqual(await db.query('select * from butler.query_dataset_types()'), []);
});

test('of two sessions that register a type, one makes it', async (t) => {
  await using db = await survey();
  const [one, two] = [await db.connect(), await db.connect()];
  const register = (session: typeof one, storage: string) =>
    value<boolean>(session, 'register_dataset_type', 'bias', ['detector'], storage, true);
  await one.query('begin');
  t.true(await register(one, 'Exposure'));
  const same = register(two, 'Exposure');
  await one.query('commit');
  t.false(await same);
  await value(db.client, 'remove_dataset_type', 'bias');
  await one.query('begin');
  t.true(await register(one, 'Exposure'));
  const other = fails(t, register(two, 'ExposureF'), 'ConflictingDefinitionError');
  await one.query('commit');
  await other;
});

test('a role that may not make tables is told so, and registers types whose dimensions are known', async (t) => {
  await using db = await database();
  await db.client.query(`
    select butler.create_registry('deep');
    select butler.register_dataset_type('bias', '{instrument,detector}', 'Exposure');
    set role almagest_loader`);
  const error = await t.throwsAsync<Error & { code: string; hint: string }>(
    db.query(`select butler.register_dataset_type('raw', '{instrument,exposure}', 'Exposure')`),
  );
  t.is(error!.code, '42501');
  t.is(error!.message, 'permission denied: datasets of instrument, exposure are new in registry deep');
  t.regex(error!.hint, /almagest_owner register the first dataset type/);
  t.deepEqual(
    await db.query(`select butler.register_dataset_type('flat', '{detector}', 'Exposure') as registered`),
    [{ registered: true }],
  );
});
