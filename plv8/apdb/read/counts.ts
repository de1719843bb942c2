/** Statements that count, and the one that lists chunks of replication. */
import type { Apdb } from '../apdb.ts';

const tablesOf = (apdb: Apdb): string[] => [
  'DiaObject',
  ...(apdb.hasLast ? ['DiaObjectLast'] : []),
  ...(apdb.columns('DiaObjectNightly').length > 0 ? ['DiaObjectNightly'] : []),
  'DiaSource',
  'DiaForcedSource',
];

/** In a fixed order, whatever the plan. */
export function rowCounts(apdb: Apdb): string {
  const counts = tablesOf(apdb).map(
    (table, place) =>
      `select ${place} as place, ${plv8.quote_literal(apdb.tableName(table))} as table_name, count(*) as n_rows from ${apdb.table(table)}`,
  );
  return `select table_name, n_rows from (${counts.join(' union all ')}) as counts order by place`;
}

/**
 * Objects whose latest version has one source. DiaObjectLast knows it also where a client stored the versions, which
 * leaves all of them without an end.
 */
export function unassociatedObjects(apdb: Apdb): string {
  if (apdb.hasLast) return `select from ${apdb.table('DiaObjectLast')} where "nDiaSources" = 1`;
  return tablesOf(apdb)
    .filter((table) => table.startsWith('DiaObject'))
    .map(
      (table) => `select from ${apdb.table(table)} where "nDiaSources" = 1 and "validityEndMjdTai" is null`,
    )
    .join(' union all ');
}

/** NULL where the APDB is not made for replication. */
export function replicaChunks(apdb: Apdb): string | null {
  if (!apdb.options.enable_replica) return null;
  return `select apdb_replica_chunk, last_update_time, unique_id
from ${apdb.table('ApdbReplicaChunks')}
order by last_update_time, apdb_replica_chunk`;
}
