create or replace function butler.associate(
  collection text,
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
  select c.query, c.bulk, c.problems, c.parameters into compiled
  from butler._compile_associate(collection, ids, butler._may_check_at_once(cardinality(ids)), registry) c;
  return butler._change(compiled.query, compiled.problems, compiled.parameters, ids => ids, bulk => compiled.bulk);
end
$$;

comment on function butler.associate(text, uuid[], name) is
'Puts datasets of any types into a TAGGED collection, and returns how many are new there. All or nothing: ConflictingDefinitionError names datasets there of the same type and data ID, which are never replaced. MissingCollectionError, CollectionTypeError, DatasetNotFoundError.';
