create or replace function butler.certify(
  collection text,
  ids uuid[],
  timespan int8range,
  registry name default butler.current_registry())
returns bigint
language plpgsql volatile parallel unsafe
set search_path = pg_catalog, pg_temp
as $$
declare
  compiled record;
  validity int8range;
begin
  perform butler._require_given(ids is null or array_position(ids, null) is not null, 'ids');
  perform butler._require_given(timespan is null, 'timespan');
  select butler._bounded_timespan(timespan) into validity;
  select c.query, c.bulk, c.problems, c.parameters into compiled
  from butler._compile_certify(collection, ids, butler._may_check_at_once(cardinality(ids)), registry) c;
  return butler._change(
    compiled.query,
    compiled.problems,
    compiled.parameters,
    ids => ids,
    timespan => validity,
    bulk => compiled.bulk);
end
$$;

comment on function butler.certify(text, uuid[], int8range, name) is
'Makes datasets of calibration types valid in a CALIBRATION collection for a timespan [ns since 1970-01-01 TAI; butler.timespan makes one], and returns how many. All or nothing: ConflictingDefinitionError names ranges there of the same type and data ID that overlap, also of the same dataset. MissingCollectionError, CollectionTypeError, DatasetTypeError, DatasetNotFoundError.';
