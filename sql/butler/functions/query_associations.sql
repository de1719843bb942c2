create or replace function butler.query_associations(
  dataset_type text,
  collections text[] default '{*}',
  types text[] default null,
  registry name default butler.current_registry())
returns table (id uuid, data_id json, collection text, timespan int8range)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  compiled record;
begin
  select c.query, c.parameters into compiled
  from butler._compile_query_associations(
    query_associations.dataset_type, query_associations.collections, query_associations.types,
    query_associations.registry) c;
  return query execute compiled.query using compiled.parameters;
end
$$;

comment on function butler.query_associations(text, text[], text[], name) is
'The datasets of a type and the RUN, TAGGED and CALIBRATION collections that hold them, one row for each association, with its validity [ns since 1970-01-01 TAI] in CALIBRATION ones. collections: names and patterns; types: only collections of these. MissingDatasetTypeError, MissingCollectionError.';
