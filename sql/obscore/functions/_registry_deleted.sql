create or replace function obscore._registry_deleted()
returns trigger
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  perform obscore._drop_all(old.name);
  return old;
end
$$;

comment on function obscore._registry_deleted() is
'Drops the ObsCore tables of a registry that is dropped or detached. It is the trigger of butler.registry.';
