/** Chunks of replication in time: which one an instant belongs to, and how it is said that rows came to it. */
import type { Apdb } from './apdb.ts';

/** TAI seconds since 1970 of an SQL expression that is an MJD on the scale of TAI. */
const unixTai = (mjdTai: string): string => `((${mjdTai}) - 40587) * 86400`;

/** TAI nanoseconds since 1970, int8, of an SQL expression that is an MJD on the scale of TAI. */
export const taiNs = (mjdTai: string): string => `(${unixTai(mjdTai)} * 1e9)::int8`;

/** The chunk, int8, of an SQL expression that is an MJD on the scale of TAI. */
export function chunkOf(apdb: Apdb, mjdTai: string): string {
  const seconds = apdb.options.replica_chunk_seconds;
  return `floor(trunc(${unixTai(mjdTai)}) / ${seconds})::int8 * ${seconds}`;
}

/**
 * An INSERT of that chunk, to which rows come at that instant: its unique_id is new each time. As the client does,
 * the time is TAI written as if it were UTC.
 * @param condition whether there is anything to say; always where it is not given
 */
export function chunkUpsert(apdb: Apdb, mjdTai: string, condition = 'true'): string {
  return `
insert into ${apdb.table('ApdbReplicaChunks')} (apdb_replica_chunk, last_update_time, unique_id)
select ${chunkOf(apdb, mjdTai)}, to_timestamp(${unixTai(mjdTai)}), gen_random_uuid()
where ${condition}
on conflict (apdb_replica_chunk) do update
set last_update_time = excluded.last_update_time, unique_id = excluded.unique_id`;
}
