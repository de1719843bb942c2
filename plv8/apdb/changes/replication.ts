/** Update records that are read, and chunks of replication that are forgotten. */
import { type Apdb, q } from '../apdb.ts';
import { type Ids, ids, requireReplica } from './given.ts';

export interface UpdateRecord {
  readonly apdb_replica_chunk: bigint;
  readonly update_time_ns: bigint;
  readonly update_order: number;
  readonly update_unique_id: string;
  /** JSON, whose ids exceed JavaScript's numbers. */
  readonly update_payload: string;
}

/** @throws ApdbStateError */
export function updateRecords(apdb: Apdb, chunks: Ids): UpdateRecord[] {
  requireReplica(apdb);
  return apdb.rows<UpdateRecord>(
    `
select r.apdb_replica_chunk, r.update_time_ns, r.update_order, r.update_unique_id::text, r.update_payload::text
from ${apdb.table('ApdbUpdateRecordChunks')} r
where r.apdb_replica_chunk = any(${ids(1)})
order by r.update_time_ns, r.update_order, r.update_unique_id`,
    [chunks],
  );
}

/**
 * Forgets chunks, which of their rows was theirs, and their update records; the rows themselves stay.
 * @returns how many chunks there were, as text
 * @throws ApdbStateError
 */
export function deleteChunks(apdb: Apdb, chunks: Ids): string {
  requireReplica(apdb);
  const column = q('apdb_replica_chunk');
  const [{ changed }] = apdb.rows<{ changed: string }>(
    `
with records as (
  delete from ${apdb.table('ApdbUpdateRecordChunks')} where ${column} = any(${ids(1)})
),
chunks as (
  delete from ${apdb.table('ApdbReplicaChunks')} where ${column} = any(${ids(1)}) returning ${column}
)
select count(*)::text as changed from chunks`,
    [chunks],
  ) as [{ changed: string }];
  return changed;
}
