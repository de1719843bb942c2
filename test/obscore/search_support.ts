/** What tests of searches share: a registry whose tracts have given regions, and an ObsCore table with a row for each. */
import { encodeBase64 } from '../../plv8/sky/base64.ts';
import { encodeRegion } from '../../plv8/sky/codec.ts';
import type { Region } from '../../plv8/sky/region.ts';
import type { TestDatabase } from '../support/database.ts';

export const base64 = (region: Region): string => encodeBase64(encodeRegion(region));

/** Stores regions, given as base64, as tracts of a skymap; their ids count on from the last one's. */
export async function storeTracts(
  db: TestDatabase,
  regions: readonly string[],
  registry = 'r',
): Promise<void> {
  await db.query(`insert into ${registry}.skymap (name) values ('rings') on conflict do nothing`);
  await db.query(
    `insert into ${registry}.tract (skymap, id, region)
     select 'rings', n + (select coalesce(max(id), 0) from ${registry}.tract), region
     from unnest($1::text[]) with ordinality as t (region, n)`,
    [regions],
  );
}

/** Makes a published ObsCore table of a registry's tracts, its rows anew each time: obs_id is the tract's id. */
export async function observeTracts(db: TestDatabase, registry = 'r', table = 'obscore'): Promise<void> {
  const name = `${registry}.${table}`;
  await db.query(`drop table if exists ${name} cascade`);
  await db.query(
    `create table ${name} as
     select t.id::text as obs_id, 1::int2 as calib_level, f.s_ra, f.s_dec, f.s_region, f.footprint, 7 as s_xel1
     from ${registry}.tract t
     left join ${registry}.almagest_footprint f on f.footprint = md5(t.region)::uuid`,
  );
  await db.query(`create index on ${name} (footprint)`);
  await db.query(
    `insert into obscore.definition (registry, table_name, mode, on_error, published, config)
     values ($1, $2, 'live', 'record', true, '{}') on conflict do nothing`,
    [registry, table],
  );
  await db.query('select obscore.publish($2, $1)', [registry, table]);
}

/** The obs_id of what a search finds, in the order of numbers. */
export async function foundBy(
  db: TestDatabase,
  search: string,
  ...values: readonly unknown[]
): Promise<number[]> {
  const rows = await db.query<{ id: number }>(`select obs_id::int as id from ${search} order by 1`, values);
  return rows.map(({ id }) => id);
}
