create or replace function obscore._writes(registry name)
returns void
language sql volatile parallel unsafe
return pg_advisory_xact_lock_shared(obscore._lock_key(registry));

comment on function obscore._writes(name) is
'Waits until no rebuild swaps a table of this registry in, and holds off those that would before the transaction ends: upkeep of ObsCore tables calls it before it looks at anything.';
