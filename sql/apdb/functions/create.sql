create or replace function apdb.create(
  name name,
  options json default '{}',
  prefix text default '',
  schema json default null
)
returns void
language sql volatile parallel unsafe
set search_path = pg_catalog, pg_temp
as $$
select apdb._create(name, options::text, prefix, schema::text)
$$;

comment on function apdb.create(name, json, text, json) is
'Makes an alert-production database: a schema of this name with the tables that clients of the Rubin Observatory''s APDB expect, their names beginning with the prefix, readable to almagest_reader and writable to almagest_loader. The tables are today''s (ApdbSchema 10), or those of the Felis document given as schema. ApdbConfigError where the options or the document are wrong; ApdbStateError where there is an APDB of that name, or its names are taken. Needs the rights to create a schema and of almagest_owner.';
