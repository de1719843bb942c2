/** Queries for datasets: which collection wins, what orders and limits, calibrations that are not one. */
import test from 'ava';
import fc from 'fast-check';
import { fails, value } from './collection_support.ts';
import { type DataId, datasets, idOf, importInto, survey } from './query_support.ts';

const bias = (detector: number): DataId => ({ instrument: 'Cam', detector });

test('the first collection that has a data ID wins, whether chains or lists say which is first', async (t) => {
  await using db = await survey();
  await importInto(db, 'r1', 'bias', { 1: bias(1), 2: bias(2) });
  await importInto(db, 'r2', 'bias', { 3: bias(1) });
  await value(db.client, 'register_collection', 'A', 'CHAINED');
  await value(db.client, 'register_collection', 'tag', 'TAGGED');
  await value(db.client, 'set_chain', 'A', ['r2', 'r1']);
  await db.query('select butler.associate($1, array[$2]::uuid[])', ['tag', idOf(1)]);
  t.deepEqual(await datasets(db, 'bias', ['A']), [2, 3]);
  t.deepEqual(await datasets(db, 'bias', ['r1', 'A']), [1, 2]);
  t.deepEqual(await datasets(db, 'bias', ['A', 'r1']), [2, 3]);
  t.deepEqual(await datasets(db, 'bias', ['tag', 'r2', 'r1']), [1, 2]);
  t.deepEqual(await datasets(db, 'bias', ['r1'], { where: `instrument='Cam' and visit=11` }), [1, 2]);
  t.deepEqual(await datasets(db, 'bias', ['r1', 'A', 'tag'], { find_first: false }), [1, 1, 2, 3]);
  t.deepEqual(await datasets(db, 'bias', ['r?'], { find_first: false }), [1, 2, 3]);
  t.deepEqual(await datasets(db, 'bias', ['r1', 'r2'], { where: `bias.collection = 'r2'` }), [3]);
  t.deepEqual(await datasets(db, 'bias', ['tag'], { where: `bias.run = 'r1'` }), [1]);
  t.deepEqual(await datasets(db, 'bias', [], {}), []);
  await fails(t, datasets(db, 'bias', ['r*']), 'InvalidQueryError');
  await fails(t, datasets(db, 'bias', ['none']), 'MissingCollectionError');
  await fails(t, datasets(db, 'b*', ['r1']), 'MissingDatasetTypeError');
});

test('a dataset type without dimensions has one data ID', async (t) => {
  await using db = await survey();
  await importInto(db, 'r1', 'packages', { 1: {} });
  await importInto(db, 'r2', 'packages', { 2: {} });
  t.deepEqual(await datasets(db, 'packages', ['r2', 'r1']), [2]);
  t.deepEqual(await datasets(db, 'packages', ['r2', 'r1'], { find_first: false }), [1, 2]);
});

test('rows are ordered by keys and fields, either way, and limited after that', async (t) => {
  await using db = await survey();
  const cam = (exposure: number, detector: number) => ({ instrument: 'Cam', exposure, detector });
  await importInto(db, 'r1', 'raw', { 1: cam(11, 1), 2: cam(11, 2), 3: cam(20, 1), 4: cam(22, 1) });
  const ordered = (order_by: readonly string[], limit?: number) =>
    datasets(db, 'raw', ['r1'], { order_by, ...(limit === undefined ? {} : { limit }) });
  t.deepEqual(await ordered(['-exposure', 'detector']), [4, 3, 1, 2]);
  t.deepEqual(await ordered(['band', '-exposure.timespan.begin', '-detector'], 3), [3, 2, 1]);
  t.deepEqual(await ordered(['raw.dataset_id'], 0), []);
  t.deepEqual(await ordered(['-raw.run', '-dataset_id'], 1), [4]);
  for (const order of ['nope', 'timespan.begin', 'exposure.timespan', 'visit', 'patch'])
    await fails(t, ordered([order]), 'InvalidQueryError');
  await fails(t, ordered(['exposure'], -1), 'InvalidQueryError');
});

test('two calibrations valid for one data ID in the collection that wins are an error, but not one twice', async (t) => {
  await using db = await survey();
  await importInto(db, 'r1', 'bias', { 1: bias(1), 2: bias(2) });
  await importInto(db, 'r2', 'bias', { 3: bias(1) });
  await value(db.client, 'register_collection', 'c', 'CALIBRATION');
  const nights = await db.query<{ night: string }>(
    'select timespan::text as night from r.day_obs order by id',
  );
  const certify = (dataset: number, night: number) =>
    db.query('select butler.certify($1, array[$2]::uuid[], $3::int8range)', [
      'c',
      idOf(dataset),
      nights[night - 1].night,
    ]);
  await certify(1, 1);
  await certify(2, 1);
  await certify(2, 2);
  t.deepEqual(await datasets(db, 'bias', ['c']), [1, 2]);
  await certify(3, 2);
  const error = await fails(t, datasets(db, 'bias', ['c']), 'CalibrationLookupError');
  t.regex(error.message, /"instrument" : "Cam", "detector" : 1/);
  t.true(error.detail!.includes(idOf(1)) && error.detail!.includes(idOf(3)));
  t.deepEqual(await datasets(db, 'bias', ['c'], { find_first: false }), [1, 2, 3]);
  t.deepEqual(await datasets(db, 'bias', ['c'], { where: `instrument='Cam' and exposure=21` }), [2, 3]);
  t.deepEqual(await datasets(db, 'bias', ['c'], { where: `instrument='Cam' and detector=2` }), [2]);
  // A collection before it that has the data ID hides what is ambiguous.
  t.deepEqual(await datasets(db, 'bias', ['r1', 'c']), [1, 2]);
  t.deepEqual(await datasets(db, 'bias', ['c', 'r1'], { where: `instrument='Cam' and day_obs=1` }), [1, 2]);
  await fails(
    t,
    datasets(db, 'bias', ['c'], { where: `instrument='Cam' and exposure in (11, 21)` }),
    'CalibrationLookupError',
  );
});

test('find-first over random nests of chains is what a walk in their order finds', async (t) => {
  await using db = await survey();
  const runs = ['r0', 'r1', 'r2', 'r3'];
  const chains = ['k0', 'k1', 'k2'];
  const held = new Map<string, Map<number, number>>();
  let n = 0;
  for (const [index, run] of runs.entries()) {
    // Each run holds another subset of the six data IDs.
    const pairs = [1, 2].flatMap((detector) => [0, 1, 2].map((e) => ({ detector, exposure: 10 + e })));
    const kept = pairs.filter((_, place) => (place * 7 + index * 3) % 4 !== 0);
    const own = new Map(kept.map(({ detector, exposure }) => [detector * 100 + exposure, ++n]));
    held.set(run, own);
    await importInto(
      db,
      run,
      'raw',
      Object.fromEntries(
        [...own].map(([key, number]) => [
          number,
          { instrument: 'Cam', detector: Math.floor(key / 100), exposure: key % 100 },
        ]),
      ),
    );
  }
  for (const chain of chains) await value(db.client, 'register_collection', chain, 'CHAINED');
  // A chain holds runs and chains of higher number, so that there is no cycle.
  const childrenOf = (chain: number) =>
    fc.uniqueArray(fc.constantFrom(...runs, ...chains.slice(chain + 1)), { maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(
      fc.tuple(childrenOf(0), childrenOf(1), childrenOf(2)),
      fc.array(fc.constantFrom(...runs, ...chains), { minLength: 1, maxLength: 4 }),
      async (children, searched) => {
        for (const chain of chains) await value(db.client, 'set_chain', chain, []);
        for (const [index, chain] of chains.entries())
          await value(db.client, 'set_chain', chain, children[index]);
        const found = new Map<number, number>();
        const walk = (name: string): void => {
          const chain = chains.indexOf(name);
          if (chain >= 0) children[chain].forEach(walk);
          else for (const [key, number] of held.get(name)!) if (!found.has(key)) found.set(key, number);
        };
        searched.forEach(walk);
        t.deepEqual(
          await datasets(db, 'raw', searched),
          [...found.values()].sort((a, b) => a - b),
        );
      },
    ),
    { numRuns: 40 },
  );
});
