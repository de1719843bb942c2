create or replace function almagest._target_name(target regclass)
returns text
language sql stable parallel safe
set search_path = pg_catalog, pg_temp
as $$
  select format('%I.%I', n.nspname, c.relname)
  from pg_class c
  join pg_namespace n on n.oid = c.relnamespace
  where c.oid = target
$$;

comment on function almagest._target_name(regclass) is 'schema.table, whatever the search path';
