/** The nightly table: versions wait there, nearly without indexes, until the night is over. */
import type { Apdb } from '../apdb.ts';
import { q } from '../apdb.ts';
import { chunkKey, chunkOf, chunkTime } from '../chunk.ts';
import { start } from './versions.ts';

/** Brings the versions of DiaObjectNightly into DiaObject, in the order of their pixels; gives how many. */
export function mergeNightly(apdb: Apdb): bigint {
  if (apdb.columns('DiaObjectNightly').length === 0) return 0n;
  const columns = apdb.columns('DiaObjectNightly').map(({ name }) => q(name));
  const [{ merged }] = apdb.rows<{ merged: bigint }>(
    `with passing as (delete from ${apdb.table('DiaObjectNightly')} returning *),
     merged as (
       insert into ${apdb.table('DiaObject')} as o (${columns.join(', ')})
       select ${columns.join(', ')} from passing
       order by ${apdb.pixel}
       returning ${apdb.options.enable_replica ? list(apdb, 'o.') : '1'}
     )
     ${apdb.options.enable_replica ? chunksSql(apdb) : ''}
     select count(*) as merged from merged`,
  ) as [{ merged: bigint }];
  return merged;
}

/** What names versions in their chunks. */
const list = (apdb: Apdb, prefix: string): string =>
  chunkKey(apdb, 'DiaObject')
    .map((column) => prefix + column)
    .join(', ');

/** The chunks of the versions that were merged: those of the visits that stored them, made anew where they are gone. */
function chunksSql(apdb: Apdb): string {
  const key = list(apdb, '');
  return `, placed as materialized (select *, ${chunkOf(apdb, start)} as chunk from merged),
    touched as (
      insert into ${apdb.table('ApdbReplicaChunks')} (apdb_replica_chunk, last_update_time, unique_id)
      select chunk, ${chunkTime(`max(${start})`)}, gen_random_uuid()
      from placed
      group by chunk
      on conflict (apdb_replica_chunk) do update set unique_id = excluded.unique_id
      returning 1
    ),
    chunked as (
      insert into ${apdb.table('DiaObjectChunks')} (${key}, apdb_replica_chunk)
      select ${key}, chunk from placed
    )`;
}
