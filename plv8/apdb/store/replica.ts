/** Chunks of replication: which rows were stored when, for the replica to fetch. */
import { q } from '../apdb.ts';
import type { StoredTable } from './stage.ts';
import type { Visit } from './visit.ts';

/** Columns that name a row in the tables of chunks: the key of the row's own table. */
function keyOf(visit: Visit, table: StoredTable): string[] {
  return visit.apdb
    .columns(`${table}Chunks`)
    .map(({ name }) => name)
    .filter((name) => name !== 'apdb_replica_chunk')
    .map(q);
}

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
  const key = keyOf(visit, table);
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
  if (chunk === null) return;
  apdb.rows(
    `insert into ${apdb.table('ApdbReplicaChunks')} (apdb_replica_chunk, last_update_time, unique_id)
     values ($1, to_timestamp(($2::float8 - 40587) * 86400), gen_random_uuid())
     on conflict (apdb_replica_chunk) do update
     set last_update_time = excluded.last_update_time, unique_id = excluded.unique_id`,
    [chunk, time],
  );
}

/** The chunk to which a time belongs, MJD TAI; NULL where the APDB has no replica. */
export function chunkAt(visit: Pick<Visit, 'apdb' | 'time'>): bigint | null {
  const { enable_replica, replica_chunk_seconds } = visit.apdb.options;
  if (!enable_replica) return null;
  const unix = (visit.time - 40587) * 86400;
  return BigInt(Math.floor(unix / replica_chunk_seconds) * replica_chunk_seconds);
}
