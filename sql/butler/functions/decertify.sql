create or replace function butler.decertify(
  collection text,
  dataset_type text,
  timespan int8range default null,
  data_ids json default null,
  registry name default butler.current_registry())
returns bigint
language plpgsql volatile parallel unsafe
set search_path = pg_catalog, pg_temp
as $$
declare
  compiled record;
  unwanted int8range;
  changed bigint;
begin
  select butler._bounded_timespan(coalesce(timespan, '(,)')) into unwanted;
  select c.query, c.parameters into compiled
  from butler._compile_decertify(collection, dataset_type, data_ids is not null, registry) c;
  execute compiled.query into changed using compiled.parameters, data_ids, null::uuid[], unwanted;
  return changed;
end
$$;

comment on function butler.decertify(text, text, int8range, json, name) is
'Takes a timespan [ns since 1970-01-01 TAI; butler.timespan makes one], by default all time, out of the validity of a type''s datasets in a CALIBRATION collection, of all or of those with the data IDs of a JSON array, and returns how many ranges it cut: what remains of one is nothing, a part, or two. MissingCollectionError, CollectionTypeError, MissingDatasetTypeError, DatasetTypeError, DimensionNameError.';
