create or replace function butler.remove_datasets(
  ids uuid[],
  registry name default butler.current_registry())
returns bigint
language plpgsql volatile parallel unsafe
set search_path = pg_catalog, pg_temp
as $$
declare
  compiled record;
begin
  perform butler._require_given(ids is null or array_position(ids, null) is not null, 'ids');
  select c.query, c.problems, c.parameters into compiled
  from butler._compile_remove_datasets(registry) c;
  return butler._change(compiled.query, compiled.problems, compiled.parameters, ids => ids);
end
$$;

comment on function butler.remove_datasets(uuid[], name) is
'Removes datasets from the registry and from every collection, and returns how many there were; those that do not exist are ignored. All or nothing: OrphanedRecordError names those of which a datastore still records files.';
