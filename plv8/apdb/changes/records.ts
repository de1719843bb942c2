/** Update records: what replicas are told of changes of rows that they may have already. */
import type { Apdb } from '../apdb.ts';
import { chunkOf, chunkUpsert, taiNs } from '../chunk.ts';

/** One kind of record. */
export interface Records {
  /** As the client names it. */
  readonly type: string;
  /** A relation whose rows the changes are, with a column `place` that orders them. */
  readonly from: string;
  /** What the record says of such a row `r`: keys of the JSON and SQL expressions, in the client's order. */
  readonly fields: readonly (readonly [key: string, value: string])[];
}

function recordRows({ type, from, fields }: Records, kind: number): string {
  const pairs = [...fields, ['update_type', `'${type}'::text`] as const];
  return `
  select ${kind} as kind, r.place, json_build_object(${pairs.map(([key, value]) => `'${key}', ${value}`).join(', ')})::text as payload
  from ${from} r`;
}

/**
 * Common table expressions that write records and their chunk, where the APDB has replication; otherwise none.
 * @param mjdTai SQL expression of the time of the change
 * @param kinds the kinds in their order
 */
export function recordInsertion(apdb: Apdb, mjdTai: string, kinds: readonly Records[]): string[] {
  if (!apdb.options.enable_replica) return [];
  return [
    `records as materialized (${kinds.map(recordRows).join('\n  union all')}
)`,
    `said as materialized (select gen_random_uuid() as id)`,
    `chunk as (${chunkUpsert(apdb, mjdTai, 'exists (select from records)')}
)`,
    `told as (
  insert into ${apdb.table('ApdbUpdateRecordChunks')}
    (apdb_replica_chunk, update_time_ns, update_order, update_unique_id, update_payload)
  select ${chunkOf(apdb, mjdTai)}, ${taiNs(mjdTai)},
    (row_number() over (order by r.kind, r.place) - 1)::int4, said.id, r.payload
  from records r, said
)`,
  ];
}
