create or replace function butler.find_dataset(
  out id uuid,
  inout dataset_type text,
  out run text,
  inout data_id json,
  collections text[],
  timespan int8range default null,
  registry name default butler.current_registry())
returns setof record
language plpgsql stable rows 1
set search_path = pg_catalog, pg_temp
as $$
declare
  compiled record;
  validity int8range;
begin
  perform butler._require_given(find_dataset.data_id is null, 'data_id');
  select butler._bounded_timespan(find_dataset.timespan) into validity;
  select c.query, c.parameters into compiled
  from butler._compile_find_dataset(
    find_dataset.dataset_type, find_dataset.collections, validity is not null, find_dataset.registry) c;
  return query execute compiled.query using compiled.parameters, find_dataset.data_id, validity;
end
$$;

comment on function butler.find_dataset(text, json, text[], int8range, name) is
'The dataset of a type and data ID in the first of these collections that has one, chains flattened depth first; no row where none has. CALIBRATION collections are searched only with a timespan [ns since 1970-01-01 TAI], for what is valid in it: CalibrationLookupError where that is more than one range. MissingDatasetTypeError, MissingCollectionError, DimensionNameError for an incomplete data ID, InvalidQueryError for a pattern.';
