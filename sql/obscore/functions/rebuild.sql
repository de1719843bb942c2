create or replace function obscore.rebuild(
  table_name name default 'obscore',
  config json default null,
  registry name default butler.current_registry())
returns bigint
language sql volatile parallel unsafe
set search_path = pg_catalog, pg_temp
as $$
select obscore._rebuild(table_name, config::text, registry)
$$;

comment on function obscore.rebuild(name, json, name) is
'Makes all rows of an ObsCore table anew, beside it, puts the new table in its place when it is ready, and returns its rows. Readers and writers go on meanwhile: the swap waits until it gets its locks within a moment. config: another configuration, of the same table_name; its columns may differ. Rights, owner, views, indexes, constraints, triggers and statistics that others gave the table are carried over; ObsCoreStateError where something cannot be. A transaction under REPEATABLE READ that began before and reads the table only afterwards does not see the new rows: let such readers begin anew. The locks of the swap last to the end of the transaction: commit at once.';
