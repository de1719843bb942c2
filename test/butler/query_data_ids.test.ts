/** Data IDs: what a query joins unasked. */
import test from 'ava';
import { fails } from './collection_support.ts';
import { dataIds, survey } from './query_support.ts';

test('dimensions without a relation are crossed, and implied ones say nothing by themselves', async (t) => {
  await using db = await survey();
  t.deepEqual(await dataIds(db, ['detector', 'physical_filter']), [
    'Cam/1/g1',
    'Cam/1/r1',
    'Cam/2/g1',
    'Cam/2/r1',
  ]);
  t.deepEqual(await dataIds(db, ['band']), ['g', 'r']);
  t.deepEqual(await dataIds(db, ['visit', 'band']), ['Cam/11', 'Cam/12', 'Cam/21', 'Cam/22']);
  t.deepEqual(await dataIds(db, []), ['']);
  await fails(t, dataIds(db, ['visitt']), 'DimensionNameError');
});

test('visits and exposures are joined by the definitions of visits, systems by memberships', async (t) => {
  await using db = await survey();
  t.deepEqual(await dataIds(db, ['exposure', 'visit']), ['Cam/11/11', 'Cam/12/12', 'Cam/21/21', 'Cam/22/22']);
  t.deepEqual(await dataIds(db, ['visit', 'visit_system'], { data_id: '{"instrument":"Cam","visit":11}' }), [
    'Cam/0/11',
  ]);
});
