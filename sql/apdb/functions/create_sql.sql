create or replace function apdb.create_sql(
  name name,
  options json default '{}',
  prefix text default '',
  schema json default null
)
returns setof text
language sql stable
set search_path = pg_catalog, pg_temp
as $$
select apdb._create_sql(name, options::text, prefix, schema::text)
$$;

comment on function apdb.create_sql(name, json, text, json) is
'The statements by which apdb.create, called with the same arguments, makes the schema and the tables that clients expect, in order; what Almagest adds to them is not among them. ApdbConfigError where the options or the Felis document are wrong.';
