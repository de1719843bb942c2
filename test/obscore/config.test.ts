/** Configurations of ObsCore tables: what is read from them, and what is wrong with bad ones. */
import test from 'ava';
import { columnsOf } from '../../plv8/obscore/columns.ts';
import { parseConfig, readText } from '../../plv8/obscore/config.ts';
import { database } from '../support/database.ts';

const small = {
  facility_name: 'Somewhere',
  collections: ['best'],
  dataset_types: { raw: { dataproduct_type: 'image', calib_level: 1 } },
};

test('a small configuration takes every default', (t) => {
  const config = parseConfig(JSON.stringify(small));
  t.is(config.tableName, 'obscore');
  t.is(config.collectionType, 'CHAINED');
  t.deepEqual(config.datasetTypes[0].constraints, []);
  t.is(config.batchSize, 10_000);
  t.is(columnsOf(config).length, 32);
});

test('mistakes are told with their paths, by a function of SQL as well', async (t) => {
  await using db = await database();
  const config = JSON.stringify({
    ...small,
    facility_name: 5,
    extra_columns: { footprint: 1 },
    nonsense: {},
  });
  const { complaints } = readText(config);
  t.deepEqual(
    complaints.map(({ path }) => path),
    ['nonsense', 'extra_columns.footprint', 'facility_name'],
  );
  t.deepEqual(await db.query('select * from obscore.check_config($1)', [config]), [...complaints]);
});
