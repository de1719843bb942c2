/** Chunks of replication: which rows were stored when, for the replica to fetch. */
import { chunkKey, chunkUpsert } from '../chunk.ts';
import type { StoredTable } from './stage.ts';
import type { Visit } from './visit.ts';

/**
 * What the insertion of rows, the common table expression `stored`, returns, and the one that puts them in the visit's
 * chunk, which a parameter has.
 */
export function chunkSql(
  visit: Visit,
  table: StoredTable,
  parameter: string,
): { readonly returning: string; readonly cte: string } {
  if (visit.chunk === null) return { returning: '1', cte: '' };
  const key = chunkKey(visit.apdb, table);
  return {
    returning: key.map((column) => `o.${column}`).join(', '),
    cte: `, chunked as (
    insert into ${visit.apdb.table(`${table}Chunks`)} (${key.join(', ')}, apdb_replica_chunk)
    select ${key.join(', ')}, ${parameter} from stored
    on conflict (${key.join(', ')}) do update set apdb_replica_chunk = excluded.apdb_replica_chunk
  )`,
  };
}

/** Makes the visit's chunk, or marks it as changed. */
export function touchChunk({ apdb, chunk, time }: Visit): void {
  if (chunk !== null) apdb.rows(chunkUpsert(apdb, '$1::float8'), [time]);
}
