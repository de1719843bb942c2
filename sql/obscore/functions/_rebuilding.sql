create or replace function obscore._rebuilding(registry name, table_name name)
returns boolean
language sql volatile parallel unsafe
return not pg_try_advisory_xact_lock_shared(obscore._lock_key(registry, table_name));

comment on function obscore._rebuilding(name, name) is
'Whether an ObsCore table is being rebuilt, so that upkeep is to add every dataset that it meets to almagest_obscore_pending, of whatever type and collection; where it is not, a rebuild that begins now waits for the transaction to end.';
