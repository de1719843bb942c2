/** Collections of a registry: registering, looking at them, and finding them by names and patterns. */
import test from 'ava';
import { fails, register, registry, value } from './collection_support.ts';

test('a collection is made once, and one that exists stays as it is whatever the type', async (t) => {
  await using db = await registry();
  t.true(await value(db.client, 'register_collection', 'DECam/raw/all'));
  t.deepEqual(await register(db.client, 'RUN', 'DECam/raw/all'), [false]);
  t.deepEqual(await register(db.client, 'TAGGED', 'DECam/raw/all'), [false]);
  t.deepEqual(await db.query(`select * from butler.get_collection('DECam/raw/all')`), [
    { name: 'DECam/raw/all', type: 'RUN', doc: null, children: [], parents: [], dataset_types: [] },
  ]);
  t.is((await db.query('select from r.run')).length, 1);
});

test('only RUN, TAGGED, CHAINED and CALIBRATION are types, in whatever case', async (t) => {
  await using db = await registry();
  t.deepEqual(await register(db.client, 'tagged', 'a'), [true]);
  for (const type of ['', 'RUNS', 'constructor'])
    await fails(t, register(db.client, type, 'b'), 'CollectionTypeError');
});
