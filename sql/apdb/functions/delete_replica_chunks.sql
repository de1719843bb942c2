create or replace function apdb.delete_replica_chunks(chunks int8[], apdb name default apdb.current_apdb())
returns bigint
language sql volatile parallel unsafe
set search_path = pg_catalog, pg_temp
as $$
select apdb._delete_replica_chunks(chunks::text, apdb)::bigint
$$;

comment on function apdb.delete_replica_chunks(int8[], name) is
'Forgets chunks of replication that were transferred, with their update records, and returns how many there were; the rows of objects and sources stay. ApdbStateError where the APDB has no replication.';
