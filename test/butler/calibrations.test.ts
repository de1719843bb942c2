import test from 'ava';
import { fails, value } from './collection_support.ts';
import { datasetRegistry, detector, everything, insert, validity } from './dataset_support.ts';

const all = '[0,4102444800000000000)';
const last = '4102444800000000000';

test('timespans are clamped, padded and empty as registries keep them', async (t) => {
  await using db = await datasetRegistry();
  const timespan = (...given: unknown[]) =>
    db
      .query<{ t: string }>(
        `select butler.timespan(${given.map((_, i) => `$${i + 1}`).join(', ')})::text as t`,
        given,
      )
      .then(([row]) => row.t);
  t.is(await timespan(null, null), all);
  t.is(await timespan('2019-04-01', '2019-04-10T00:00:00.5'), '[1554076800000000000,1554854400500000000)');
  t.is(
    await timespan('2019-01-01T00:00:00.000000001', '2019-01-01T00:00:00.000000002'),
    '[1546300800000000001,1546300800000000002)',
  );
  t.is(await timespan('2019-04-10', '2019-04-10'), '[1554854400000000000,1554854400000000001)');
  t.is(await timespan('2019-04-10', '2019-04-01'), 'empty');
  t.is(await timespan('1960-01-01', '2150-01-01'), all);
  t.is(
    await timespan('2016-12-31T23:59:60', '2017-01-01', 'utc'),
    '[1483228836000000000,1483228837000000000)',
  );
  t.is(await timespan('2019-01-01', null, 'tt'), `[1546300767816000000,${last})`);
  for (const [begin, end] of [
    ['1950-01-01', '1960-01-01'],
    [null, '1970-01-01'],
    ['2100-01-01', null],
    ['yesterday', null],
    ['2019-02-29', null],
    ['', null],
  ])
    await t.throwsAsync(timespan(begin, end), { code: '22023' }, `${begin} to ${end}`);
});

test('ranges of one type and data ID never overlap in a collection', async (t) => {
  await using db = await datasetRegistry();
  const [one, two] = await insert(db.client, 'bias', 'run1', detector(1, 2));
  const [other] = await insert(db.client, 'bias', 'run2', detector(1));
  const certify = (collection: string, ids: unknown, timespan: string | null) =>
    value(db.client, 'certify', collection, ids, timespan);
  t.is(await certify('c', [one, two, one], '[100,200)'), 2n);
  t.is(await certify('c', [other], '[200,300)'), 1n);
  t.is(await certify('c2', [other], '[0,1000)'), 1n);
  const before = await everything(db.client);
  for (const timespan of ['[100,200)', '[199,200)', '[50,101)', '(,)', '[150,160)', '[299,)', '[,101)']) {
    const error = await fails(t, certify('c', [two, other], timespan), 'ConflictingDefinitionError');
    t.true(error.detail!.includes('overlaps ['), timespan);
  }
  const itself = await fails(t, certify('c', [one], '[199,200)'), 'ConflictingDefinitionError');
  t.is(
    itself.detail,
    `{"instrument" : "Cam", "detector" : 1} of ${one} overlaps [100,200) of dataset ${one}.`,
  );
  await fails(t, certify('c', [one, other], '[500,600)'), 'ConflictingDefinitionError');
  t.deepEqual(await everything(db.client), before);
  t.is(await certify('c', [one], '[99,100)'), 1n);
  t.deepEqual(await validity(db.client, 'c'), [
    '1: [99,100)',
    '1: [100,200)',
    '1: [200,300)',
    '2: [100,200)',
  ]);
});

test('empty ranges are certified without effect, those without bounds end at the first and last instant', async (t) => {
  await using db = await datasetRegistry();
  const ids = await insert(db.client, 'bias', 'run1', detector(1, 2));
  await value(db.client, 'certify', 'c', ids, 'empty');
  await value(db.client, 'certify', 'c', ids, 'empty');
  await value(db.client, 'certify', 'c', [ids[0]], '(,5)');
  await value(db.client, 'certify', 'c', [ids[1]], '[-7,5)');
  await value(db.client, 'certify', 'c', [ids[0]], `[7,${last}]`);
  await value(db.client, 'certify', 'c', ids, '[5,6)');
  t.deepEqual(await validity(db.client, 'c'), [
    '1: empty',
    '1: empty',
    '1: [0,5)',
    '1: [5,6)',
    `1: [7,${last})`,
    '2: empty',
    '2: empty',
    '2: [0,5)',
    '2: [5,6)',
  ]);
  for (const outside of ['[-9,0)', '(,0)', `[${last},)`, `[${last},4102444800000000009)`])
    await t.throwsAsync(value(db.client, 'certify', 'c', ids, outside), { message: /lies wholly outside/ });
});

test('only calibrations are certified, and only in CALIBRATION collections', async (t) => {
  await using db = await datasetRegistry();
  const ids = await insert(db.client, 'bias', 'run1', detector(1));
  const raws = await insert(db.client, 'raw', 'run1', [{ instrument: 'Cam', detector: 1, exposure: 1 }]);
  for (const collection of ['run1', 't', 'chain'])
    await fails(t, value(db.client, 'certify', collection, ids, '[1,2)'), 'CollectionTypeError');
  await fails(t, value(db.client, 'certify', 'nowhere', ids, '[1,2)'), 'MissingCollectionError');
  await fails(t, value(db.client, 'certify', 'c', [...ids, ...raws], '[1,2)'), 'DatasetTypeError');
  const nobody = '8e5892ec-3ec3-5d79-8a5b-48d7fed48e2a';
  await fails(t, value(db.client, 'certify', 'c', [...ids, nobody], '[1,2)'), 'DatasetNotFoundError');
  await t.throwsAsync(value(db.client, 'certify', 'c', ids, null), { message: /timespan is NULL/ });
  await t.throwsAsync(value(db.client, 'certify', 'c', [null], '[1,2)'), {
    message: /ids is NULL, or holds a NULL/,
  });
  t.is(await value(db.client, 'certify', 'c', [], '[1,2)'), 0n);
  t.deepEqual(await validity(db.client, 'c'), []);
});

test('decertifying leaves nothing of a range, a part, or two', async (t) => {
  await using db = await datasetRegistry();
  const ids = await insert(db.client, 'bias', 'run1', detector(1, 2, 3));
  await value(db.client, 'certify', 'c', ids, '[100,200)');
  await value(db.client, 'certify', 'c', ids.slice(0, 1), '[200,300)');
  const decertify = (timespan: string | null, dataIds: string | null = null) =>
    value(db.client, 'decertify', 'c', 'bias', timespan, dataIds);
  t.is(await decertify('[120,130)', JSON.stringify(detector(1))), 1n);
  t.deepEqual(await validity(db.client, 'c'), [
    '1: [100,120)',
    '1: [130,200)',
    '1: [200,300)',
    '2: [100,200)',
    '3: [100,200)',
  ]);
  t.is(await decertify('[190,250)'), 4n);
  t.is(
    await decertify(
      '[50,110)',
      JSON.stringify([...detector(2, 2, 17), { instrument: 'Cam', detector: 'S3' }]),
    ),
    2n,
  );
  t.deepEqual(await validity(db.client, 'c'), [
    '1: [100,120)',
    '1: [130,190)',
    '1: [250,300)',
    '2: [110,190)',
    '3: [110,190)',
  ]);
  t.is(await decertify('[0,100)'), 0n);
  t.is(await decertify('empty'), 0n);
  t.is(await decertify(null, '[]'), 0n);
  t.is(await decertify('[189,190)'), 3n);
  t.is(await decertify(null, JSON.stringify(detector(1))), 3n);
  t.is(await decertify(null), 2n);
  t.deepEqual(await validity(db.client, 'c'), []);
  t.is(await value(db.client, 'certify', 'c', ids, '[100,200)'), 3n);
});

test('decertifying refuses what has no validity by name', async (t) => {
  await using db = await datasetRegistry();
  const decertify = (...given: unknown[]) => value(db.client, 'decertify', ...given);
  await fails(t, decertify('nowhere', 'bias'), 'MissingCollectionError');
  await fails(t, decertify('c', 'nothing'), 'MissingDatasetTypeError');
  await fails(t, decertify('run1', 'bias'), 'CollectionTypeError');
  await fails(t, decertify('c', 'raw'), 'DatasetTypeError');
  await fails(t, decertify('c', 'bias', '[1,2)', '[{"instrument":"Cam"}]'), 'DimensionNameError');
  await t.throwsAsync(decertify('c', 'bias', '[-2,-1)'), { message: /lies wholly outside/ });
});
