create or replace function obscore._lock_key(
  registry name,
  table_name name default null,
  purpose text default 'rebuild')
returns bigint
language sql stable parallel safe
return hashtextextended(format('almagest obscore %I %I %s', registry, coalesce(table_name, ''), purpose), 0);

comment on function obscore._lock_key(name, name, text) is
'Key of an advisory lock: that of writes to all ObsCore tables of a registry, or that of rebuilds, or refreshes, of one.';
