create or replace function apdb.set_options(name name, options json)
returns void
language sql volatile parallel unsafe
set search_path = pg_catalog, pg_temp
as $$
select apdb._set_options(name, options::text)
$$;

comment on function apdb.set_options(name, json) is
'Changes options of an APDB that are not frozen, and makes its readers anew; a null gives an option its default again. ApdbConfigError for what is wrong or frozen; ApdbStateError where dia_object_nightly is to end while versions wait for apdb.nightly_merge; MissingApdbError. Needs the rights of the owner of its functions.';
