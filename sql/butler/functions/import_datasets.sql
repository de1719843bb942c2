create or replace function butler.import_datasets(
  dataset_type text,
  run text,
  datasets json,
  assume_new boolean default false,
  registry name default butler.current_registry())
returns bigint
language plpgsql volatile parallel unsafe
set search_path = pg_catalog, pg_temp
as $$
declare
  compiled record;
begin
  select c.query, c.bulk, c.problems, c.parameters into compiled
  from butler._compile_import_datasets(
    dataset_type,
    run,
    assume_new,
    butler._may_check_at_once(case json_typeof(datasets) when 'array' then json_array_length(datasets) end),
    registry) c;
  perform butler._require_given(datasets is null, 'datasets');
  return butler._change(compiled.query, compiled.problems, compiled.parameters, datasets, bulk => compiled.bulk);
end
$$;

comment on function butler.import_datasets(text, text, json, boolean, name) is
'Registers datasets with ids of their own in a RUN collection, from a JSON array of {"id", "data_id"}, and returns how many are new. Those that exist already with the same type, run and data ID are passed over, unless assume_new. All or nothing: ConflictingDefinitionError names ids that exist otherwise, data IDs that the run has, what is given twice and data IDs without dimension records. MissingDatasetTypeError, MissingCollectionError, CollectionTypeError, DimensionNameError.';
