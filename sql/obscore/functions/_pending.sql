create or replace function obscore._pending(registry name, table_name name)
returns bigint
language plpgsql stable parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
  n bigint;
begin
  if to_regclass(format('%I.almagest_obscore_pending', registry)) is not null then
    execute format('select count(*) from %I.almagest_obscore_pending p where p.table_name = $1', registry)
    into n using table_name;
  end if;
  return n;
end
$$;

comment on function obscore._pending(name, name) is
'How many changes are collected for an ObsCore table; NULL where the registry is gone.';
