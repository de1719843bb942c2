create or replace function obscore._lock_key(registry name, table_name name default null)
returns bigint
language sql stable parallel safe
return hashtextextended(format('almagest obscore %I %I', registry, coalesce(table_name, '')), 0);

comment on function obscore._lock_key(name, name) is
'Key of an advisory lock: that of writes to all ObsCore tables of a registry, or that of rebuilds of one.';
