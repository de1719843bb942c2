/** Data IDs: what a query joins unasked. */
import test from 'ava';
import { fails } from './collection_support.ts';
import { dataIds, idOf, importInto, insertRecords, square, survey } from './query_support.ts';

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
  const visit11 = '{"instrument":"Cam","visit":11}';
  t.deepEqual(await dataIds(db, ['visit', 'visit_system'], { data_id: visit11 }), ['Cam/0/11']);
  // A visit and an exposure agree in what both imply.
  t.deepEqual(await dataIds(db, ['exposure', 'visit'], { where: `instrument='Cam' and band='r'` }), [
    'Cam/12/12',
    'Cam/22/22',
  ]);
});

test('regions are joined once between families, by the finest element that is there', async (t) => {
  await using db = await survey();
  const where = `skymap='map' and instrument='Cam'`;
  t.deepEqual(await dataIds(db, ['visit', 'tract'], { where }), [
    'Cam/map/0/11',
    'Cam/map/0/12',
    'Cam/map/1/21',
  ]);
  t.deepEqual(await dataIds(db, ['visit', 'detector', 'patch'], { where: `${where} and visit=11` }), [
    'Cam/map/1/0/0/11',
    'Cam/map/2/0/0/11',
  ]);
  // Exposures have no region: nothing joins them to tracts.
  t.is((await dataIds(db, ['exposure', 'tract'], { where })).length, 12);
  // A detector in the expression makes its region count.
  t.deepEqual(await dataIds(db, ['visit'], { where: `${where} and tract=1 and detector=1` }), ['Cam/21']);
  await fails(t, dataIds(db, ['visit', 'patch', 'htm7']), 'InvalidQueryError');
});

test('an overlap that the expression asks for takes the place of the one that is joined unasked', async (t) => {
  await using db = await survey();
  const where = `skymap='map' and instrument='Cam' and visit.region OVERLAPS tract.region`;
  t.deepEqual(await dataIds(db, ['visit', 'detector', 'tract'], { where: `${where} and detector=1` }), [
    'Cam/map/1/0/11',
    'Cam/map/1/0/12',
    'Cam/map/1/1/21',
  ]);
});

test('what has no region overlaps nothing, and pixels are those that a region touches', async (t) => {
  await using db = await survey();
  const where = `skymap='map' and instrument='Cam'`;
  await db.query('update r.visit set region = null where id = 11');
  t.deepEqual(await dataIds(db, ['visit', 'tract'], { where }), ['Cam/map/0/12', 'Cam/map/1/21']);
  const pixels = await dataIds(db, ['htm7'], { where: `instrument='Cam' and visit=12` });
  t.deepEqual(
    pixels,
    (
      await db.query<{ pixel: string }>(
        `select skypix_index::text as pixel from r.visit_skypix_overlap where visit = 12 order by 1`,
      )
    ).map(({ pixel }) => pixel),
  );
  await fails(t, dataIds(db, ['visit', 'htm9']), 'UnimplementedQueryError');
  await fails(t, dataIds(db, ['htm7']), 'UnimplementedQueryError');
});

test('a registry without pixels of regions is searched by the regions alone', async (t) => {
  await using db = await survey();
  const ask = { where: `skymap='map' and instrument='Cam'` };
  const around = { where: `instrument='Cam' and visit.region OVERLAPS CIRCLE(359.9, 0, 0.3)` };
  const [joined, found] = [await dataIds(db, ['visit', 'patch'], ask), await dataIds(db, ['visit'], around)];
  t.is(joined.length, 3);
  t.deepEqual(found, ['Cam/11', 'Cam/12']);
  await db.query('truncate r.visit_skypix_overlap, r.patch_skypix_overlap');
  t.deepEqual(await dataIds(db, ['visit', 'patch'], ask), joined);
  t.deepEqual(await dataIds(db, ['visit'], around), found);
});

test('a data ID restricts as its keys do, by alternate keys too, and governs the expression', async (t) => {
  await using db = await survey();
  const data_id = '{"instrument":"Cam","detector":"CCD2"}';
  t.deepEqual(await dataIds(db, ['detector', 'visit'], { data_id, where: 'visit > 20' }), [
    'Cam/2/21',
    'Cam/2/22',
  ]);
  t.deepEqual(await dataIds(db, ['patch'], { data_id: '{"skymap":"map","patch":1}' }), [
    'map/0/1',
    'map/1/1',
  ]);
  t.deepEqual(await dataIds(db, ['visit'], { data_id: '{"instrument":"None","visit":11}' }), []);
  await fails(t, dataIds(db, ['patch'], { data_id: '{"patch":1}' }), 'InvalidQueryError');
  await fails(t, dataIds(db, ['visit'], { where: 'visit = 11' }), 'InvalidQueryError');
  await fails(t, dataIds(db, ['visit'], { data_id: '{"visitt":1}' }), 'DimensionNameError');
  await fails(t, dataIds(db, ['patch'], { data_id: '{"skymap":"map","patch":"x"}' }), 'DataIdValueError');
  await fails(t, dataIds(db, ['visit'], { data_id: '[]' }), 'DataIdValueError');
});

test('datasets must exist in the collections, each type that is named, and repeat nothing', async (t) => {
  await using db = await survey();
  const cam = (exposure: number, detector: number) => ({ instrument: 'Cam', exposure, detector });
  await importInto(db, 'run1', 'raw', { 1: cam(11, 1), 2: cam(11, 2), 3: cam(12, 1) });
  await importInto(db, 'run2', 'raw', { 4: cam(11, 1), 5: cam(22, 2) });
  await importInto(db, 'run1', 'calexp', { 6: { instrument: 'Cam', visit: 11, detector: 2 } });
  const collections = ['run1', 'run2'];
  t.deepEqual(await dataIds(db, ['exposure'], { datasets: ['raw'], collections }), [
    'Cam/11',
    'Cam/12',
    'Cam/22',
  ]);
  t.deepEqual(await dataIds(db, ['visit', 'detector'], { datasets: ['raw', 'calexp'], collections }), [
    'Cam/2/11',
  ]);
  t.deepEqual(await dataIds(db, ['band'], { datasets: ['raw'], collections: ['run?'] }), ['g', 'r']);
  t.deepEqual(await dataIds(db, ['visit'], { datasets: ['raw'], collections: ['none*'] }), []);
  await fails(
    t,
    dataIds(db, ['visit'], { datasets: ['raw'], collections: ['none'] }),
    'MissingCollectionError',
  );
  await fails(t, dataIds(db, ['visit'], { datasets: ['rawr'], collections }), 'MissingDatasetTypeError');
  await fails(t, dataIds(db, ['visit'], { datasets: ['raw'] }), 'NoDefaultCollectionError');
});

test('a calibration must be valid at the time of the finest dimension that has one', async (t) => {
  await using db = await survey();
  await importInto(db, 'run', 'bias', { 1: { instrument: 'Cam', detector: 1 } });
  await db.query(`select butler.register_collection('calib', 'CALIBRATION')`);
  const [{ night }] = await db.query<{ night: string }>(
    'select timespan::text as night from r.day_obs where id = 2',
  );
  await db.query('select butler.certify($1, array[$2]::uuid[], $3::int8range)', ['calib', idOf(1), night]);
  const ask = { datasets: ['bias'], collections: ['calib'] };
  t.deepEqual(await dataIds(db, ['exposure', 'detector'], ask), ['Cam/1/20', 'Cam/1/21', 'Cam/1/22']);
  t.deepEqual(await dataIds(db, ['day_obs', 'detector'], ask), ['Cam/2/1']);
  t.deepEqual(await dataIds(db, ['detector'], ask), ['Cam/1']);
  t.deepEqual(await dataIds(db, ['visit'], { ...ask, collections: ['run'] }), [
    'Cam/11',
    'Cam/12',
    'Cam/21',
    'Cam/22',
  ]);
});

test('ids beyond 2^53 and names with quotes are exact', async (t) => {
  await using db = await survey();
  const id = '9007199254740993';
  await db.query(`select butler.insert_dimension_records('exposure', $1::json)`, [
    `{"instrument":"Cam","id":${id},"day_obs":1,"group":"10","physical_filter":"g1","obs_id":"it's \\"big\\""}`,
  ]);
  t.deepEqual(
    await db.query(
      `select q::text as found from butler.query_data_ids('{exposure}',
         data_id => '{"instrument":"Cam","exposure":${id}}') q`,
    ),
    [{ found: `{"instrument" : "Cam", "exposure" : ${id}}` }],
  );
  await insertRecords(db, 'visit', [
    { instrument: 'Cam', id: 99, day_obs: 1, physical_filter: 'g1', region: square(0, 89.9, 0.05) },
  ]);
  t.deepEqual(
    await dataIds(db, ['visit'], { where: `instrument='Cam' and visit.region OVERLAPS POINT(123, 90)` }),
    [],
  );
  t.deepEqual(
    await dataIds(db, ['visit'], {
      where: `instrument='Cam' and visit.region OVERLAPS CIRCLE(180, 90, 0.2)`,
    }),
    ['Cam/99'],
  );
});
