create or replace function apdb.update_record_chunks(chunks int8[], apdb name default apdb.current_apdb())
returns table (
  apdb_replica_chunk int8,
  update_time_ns int8,
  update_order int4,
  update_unique_id uuid,
  update_type text,
  update_payload json)
language sql stable parallel restricted
set search_path = pg_catalog, pg_temp
as $$
select
  r.apdb_replica_chunk,
  r.update_time_ns,
  r.update_order,
  r.update_unique_id,
  r.update_payload::json ->> 'update_type',
  r.update_payload::json
from apdb._update_record_chunks(chunks::text, apdb) r
order by r.update_time_ns, r.update_order, r.update_unique_id
$$;

comment on function apdb.update_record_chunks(int8[], name) is
'The update records of chunks of replication, in the order in which they are to be applied: what was changed in rows that were stored before. update_time_ns: TAI since 1970 [ns]; update_type and update_payload as the client names them. ApdbStateError where the APDB has no replication.';
