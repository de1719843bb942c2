create or replace function apdb.create(name name, options json default '{}', prefix text default '')
returns void
language sql volatile parallel unsafe
set search_path = pg_catalog, pg_temp
as $$
select apdb._create(name, options::text, prefix)
$$;

comment on function apdb.create(name, json, text) is
'Makes an alert-production database: a schema with the tables of the Rubin Observatory''s APDB.';
