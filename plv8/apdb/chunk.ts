/** Chunks of replication in time: which one an instant belongs to, and how it is said that rows came to it. */
import { type Apdb, q } from './apdb.ts';

/** TAI seconds since 1970 of an SQL expression that is an MJD on the scale of TAI. */
const unixTai = (mjdTai: string): string => `((${mjdTai}) - 40587) * 86400`;

/** TAI nanoseconds since 1970, int8, of an SQL expression that is an MJD on the scale of TAI. */
export const taiNs = (mjdTai: string): string => `(${unixTai(mjdTai)} * 1e9)::int8`;

/** The chunk, int8, of an SQL expression that is an MJD on the scale of TAI. */
export function chunkOf(apdb: Apdb, mjdTai: string): string {
  const seconds = apdb.options.replica_chunk_seconds;
  return `floor(trunc(${unixTai(mjdTai)}) / ${seconds})::int8 * ${seconds}`;
}

/** When rows came to a chunk, as its table has it: as the client does, TAI written as if it were UTC. */
export const chunkTime = (mjdTai: string): string => `to_timestamp(${unixTai(mjdTai)})`;

/** The chunk of a time that is known, MJD TAI; NULL where the APDB has no replica. */
export function chunkAt(apdb: Apdb, mjdTai: number): bigint | null {
  const { enable_replica, replica_chunk_seconds } = apdb.options;
  if (!enable_replica) return null;
  const unix = Math.trunc((mjdTai - 40587) * 86400);
  return BigInt(Math.floor(unix / replica_chunk_seconds) * replica_chunk_seconds);
}

/** Columns that name a row of a table in its table of chunks, quoted: the key of the row's own table. */
export function chunkKey(apdb: Apdb, table: string): string[] {
  return apdb
    .columns(`${table}Chunks`)
    .map(({ name }) => name)
    .filter((name) => name !== 'apdb_replica_chunk')
    .map(q);
}

/**
 * An INSERT of that chunk, to which rows come at that instant: its unique_id is new each time.
 * @param condition whether there is anything to say; always where it is not given
 */
export function chunkUpsert(apdb: Apdb, mjdTai: string, condition = 'true'): string {
  return `
insert into ${apdb.table('ApdbReplicaChunks')} (apdb_replica_chunk, last_update_time, unique_id)
select ${chunkOf(apdb, mjdTai)}, ${chunkTime(mjdTai)}, gen_random_uuid()
where ${condition}
on conflict (apdb_replica_chunk) do update
set last_update_time = excluded.last_update_time, unique_id = excluded.unique_id`;
}
