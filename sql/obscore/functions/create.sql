create or replace function obscore.create(
  registry name,
  config json,
  mode text default 'live',
  on_error text default 'record',
  published boolean default true)
returns bigint
language sql volatile parallel unsafe
set search_path = pg_catalog, pg_temp
as $$
select obscore._create(registry, config::text, mode, on_error, published)
$$;

comment on function obscore.create(name, json, text, text, boolean) is
'Makes an ObsCore table in the schema of a registry, with the rows of all its datasets, and returns how many. config: the keys of dax_obscore''s YAML as JSON; mode: live (triggers keep the table in the transaction of each change), manual (changes are collected for obscore.refresh) or matview (a materialized view, as of its last refresh); on_error: record (a row that cannot be made whole has NULL, and obscore.error says why) or raise; published: whether ivoa.obscore shows it. ObsCoreConfigError with a line for each mistake, ObsCoreStateError, MissingCollectionError. Writers of the registry wait until it is made. Needs the rights of almagest_owner, and to create in the schema.';
