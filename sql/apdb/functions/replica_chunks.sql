create or replace function apdb.replica_chunks(apdb name default apdb.current_apdb())
returns table (apdb_replica_chunk int8, last_update_time timestamptz, unique_id uuid)
language plpgsql stable parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
  query text;
begin
  select q into query from apdb._replica_chunks_query(apdb) as q;
  if query is not null then
    return query execute query;
  end if;
end
$$;

comment on function apdb.replica_chunks(name) is
'Chunks of replication of an APDB, by the time when rows last came to them; none where it is not made for replication. apdb_replica_chunk: TAI seconds since 1970 at the beginning of the chunk. last_update_time: TAI written as UTC, as clients write it. MissingApdbError.';
