import test from 'ava';
import { fails, value } from './collection_support.ts';
import { datasetRegistry, detector, insert } from './dataset_support.ts';

async function scene() {
  const db = await datasetRegistry();
  const [one, two] = await insert(db.client, 'bias', 'run1', detector(1, 2));
  const [other] = await insert(db.client, 'bias', 'run2', detector(1));
  const find = async (
    number: number | string,
    collections: readonly string[] | null,
    timespan: string | null = null,
  ) => {
    const rows = await db.query<{ id: string }>(`select id from butler.find_dataset('bias', $1, $2, $3)`, [
      JSON.stringify({ instrument: 'Cam', detector: number }),
      collections,
      timespan,
    ]);
    return rows.length === 0 ? null : rows[0].id;
  };
  return { db, one, two, other, find, [Symbol.asyncDispose]: () => db.close() };
}

test('the first collection that has the data ID decides, through chains of chains', async (t) => {
  await using s = await scene();
  await s.db.query(`select butler.register_collection('outer', 'CHAINED')`);
  await value(s.db.client, 'set_chain', 'chain', ['run3', 'run2']);
  await value(s.db.client, 'set_chain', 'outer', ['chain', 'run1']);
  t.is(await s.find(1, ['run1', 'run2']), s.one);
  t.is(await s.find(1, ['run2', 'run1']), s.other);
  t.is(await s.find(1, ['outer']), s.other);
  t.is(await s.find(2, ['outer']), s.two);
  t.is(await s.find(3, ['outer']), null);
  t.is(await s.find(1, ['run1', 'outer']), s.one);
  t.is(await s.find(1, ['run3', 'outer', 'run1']), s.other);
  await value(s.db.client, 'set_chain', 'chain', ['run1', 'run2']);
  t.is(await s.find(1, ['outer']), s.one);
  t.is(await s.find(1, []), null);
  t.is(await s.find('S1', ['outer']), s.one);
  t.deepEqual(
    await s.db.query(
      `select * from butler.find_dataset('bias', '{"instrument":"Cam","detector":1,"exposure":7}', '{run2}')`,
    ),
    [{ id: s.other, dataset_type: 'bias', run: 'run2', data_id: { instrument: 'Cam', detector: 1 } }],
  );
});

test('CALIBRATION collections count only with a timespan, and must then have one answer', async (t) => {
  await using s = await scene();
  await value(s.db.client, 'certify', 'c', [s.other], '[100,200)');
  await value(s.db.client, 'certify', 'c', [s.one], '[200,300)');
  t.is(await s.find(1, ['c']), null);
  t.is(await s.find(1, ['c', 'run1']), s.one);
  t.is(await s.find(1, ['c'], '[150,160)'), s.other);
  t.is(await s.find(1, ['c'], '[199,200)'), s.other);
  t.is(await s.find(1, ['c'], '[200,201)'), s.one);
  t.is(await s.find(1, ['c'], '(,101)'), s.other);
  t.is(await s.find(1, ['c'], '[300,400)'), null);
  t.is(await s.find(1, ['c'], 'empty'), null);
  t.is(
    await s.find(1, ['c', 'run1'], 'empty'),
    null,
    'a calibration is not in a run for an empty timespan either',
  );
  t.is(await s.find(1, ['c', 'run2'], '[300,400)'), s.other);
  t.is(await s.find(1, ['run1', 'c'], '[150,160)'), s.one);
  const error = await fails(t, s.find(1, ['run3', 'c', 'run1'], '[199,201)'), 'CalibrationLookupError');
  t.is(error.code, 'BR014');
  t.is(error.detail, `dataset ${s.other} is valid in [100,200); dataset ${s.one} is valid in [200,300).`);
  await value(s.db.client, 'set_chain', 'chain', ['c2', 'c', 'run2']);
  await fails(t, s.find(1, ['chain'], '(,)'), 'CalibrationLookupError');
  await value(s.db.client, 'certify', 'c2', [s.one], '[150,250)');
  t.is(await s.find(1, ['chain'], '[199,201)'), s.one);
  t.is(await s.find(1, ['chain']), s.other);
});

test('two ranges of one dataset are two answers', async (t) => {
  await using s = await scene();
  await value(s.db.client, 'certify', 'c', [s.one], '[100,200)');
  await value(s.db.client, 'certify', 'c', [s.one], '[200,300)');
  await fails(t, s.find(1, ['c'], '[150,250)'), 'CalibrationLookupError');
});

test('a search needs a data ID, a dataset type and collections that exist, in an order', async (t) => {
  await using s = await scene();
  const find = (type: string, dataId: string | null, collections: readonly string[] | null) =>
    s.db.query('select * from butler.find_dataset($1, $2, $3)', [type, dataId, collections]);
  await fails(t, find('bias', '{"instrument":"Cam"}', ['run1']), 'DimensionNameError');
  await fails(t, find('bias', '{"instrument":"Cam","detector":"nobody"}', ['run1']), 'DataIdValueError');
  await fails(t, find('nothing', '{}', ['run1']), 'MissingDatasetTypeError');
  await fails(t, find('bias', '{"instrument":"Cam","detector":1}', ['nowhere']), 'MissingCollectionError');
  await fails(t, find('bias', '{"instrument":"Cam","detector":1}', ['run*']), 'InvalidQueryError');
  await fails(t, find('bias', '{"instrument":"Cam","detector":1}', null), 'NoDefaultCollectionError');
  await t.throwsAsync(find('bias', null, ['run1']), { message: /data_id is NULL/ });
  t.deepEqual(await find('bias', '{"instrument":"Cam","detector":9223372036854775807}', ['run1']), []);
});
