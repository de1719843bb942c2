create or replace function almagest._database_identity()
returns text
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  select format('%s/%s', c.system_identifier, d.oid)
  from pg_control_system() as c
  cross join pg_database d
  where d.datname = current_database()
$$;

comment on function almagest._database_identity() is 'What tells this database from every other, and from its own restored dump: system identifier of the cluster / oid of the database';
