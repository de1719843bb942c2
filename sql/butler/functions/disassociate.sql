create or replace function butler.disassociate(
  collection text,
  ids uuid[],
  registry name default butler.current_registry())
returns bigint
language plpgsql volatile parallel unsafe
set search_path = pg_catalog, pg_temp
as $$
declare
  compiled record;
  changed bigint;
begin
  perform butler._require_given(ids is null or array_position(ids, null) is not null, 'ids');
  select c.query, c.parameters into compiled
  from butler._compile_disassociate(collection, ids, registry) c;
  execute compiled.query into changed using compiled.parameters, null::json, ids;
  return changed;
end
$$;

comment on function butler.disassociate(text, uuid[], name) is
'Takes datasets out of a TAGGED collection, and returns how many were there; others are ignored. MissingCollectionError, CollectionTypeError.';
