/** An ObsCore table filled by hand: exports read a definition and a table, however that came to be. */
import { columnsOf } from '../../plv8/obscore/columns.ts';
import { parseConfig } from '../../plv8/obscore/config.ts';
import { database, type TestDatabase } from '../support/database.ts';

export const config = {
  facility_name: 'F',
  collections: ['run'],
  dataset_types: { raw: { dataproduct_type: 'image', calib_level: 1 } },
  extra_columns: {
    lsst_visit: { template: '{visit}', type: 'int', doc: 'Visit or exposure' },
    is_good: { template: '{detector}', type: 'bool' },
    'a "name"': { template: '{band}', type: 'string', length: 8 },
  },
  batch_size: 1000,
  csv_null_string: 'NULL',
  origin: { publisher: 'P & Q', publication_date: '2026-01-02', title: 'A title', citation: 'doi:1' },
};

/** A database with registry `r`, whose table `obscore` has `rows` rows and one with nothing but NULL and ugly text. */
export async function observations(rows: number): Promise<TestDatabase> {
  const db = await database();
  const json = JSON.stringify(config);
  const columns = columnsOf(parseConfig(json));
  await db.query(`select butler.create_registry('r')`);
  await db.query(
    `insert into obscore.definition (registry, table_name, mode, on_error, published, config)
     values ('r', 'obscore', 'manual', 'record', false, $1)`,
    [json],
  );
  await db.query(
    `create table r.obscore (${columns.map(({ name, sqlType }) => `${db.client.escapeIdentifier(name)} ${sqlType}`).join(', ')})`,
  );
  await db.query(`
    insert into r.obscore (dataproduct_type, calib_level, obs_id, access_url, s_xel1, t_min, em_min, lsst_visit, is_good,
                           s_ra, s_dec, s_region, registry_dataset_id, footprint)
    select 'image', 1, 'obs ' || i, 'https://data.example/links?id=' || md5(i::text), 4000, 60000 + i / 1e5, 4.02e-7,
           9007199254740993 + i, i % 2 = 0, i / 1e3, -i / 1e4, 'POLYGON ICRS ' || repeat(random()::text || ' ', 8),
           gen_random_uuid(), gen_random_uuid()
    from generate_series(1, ${rows}) as i`);
  await db.query(
    `insert into r.obscore (obs_id, target_name, "a ""name""", s_ra) values (null, $1, '', 'NaN')`,
    ['a\tb\n"c"\\N \\ <α>'],
  );
  await db.query('analyze r.obscore');
  return db;
}
