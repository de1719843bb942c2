create or replace function butler.query_data_ids(
  dimensions text[],
  "where" text default '',
  bind json default '{}',
  data_id json default '{}',
  datasets text[] default '{}',
  collections text[] default '{}',
  order_by text[] default '{}',
  "limit" bigint default null,
  registry name default butler.current_registry()
)
returns setof json
language sql stable parallel unsafe
begin atomic
  select r.data_id
  from butler._compile_query_data_ids($1, $5, $6, $2, $3::text, $4::text, $7, $8, $9) c,
    butler._rows(c.query, c.parameters) as r (data_id json);
end;

comment on function butler.query_data_ids(text[], text, json, json, text[], text[], text[], bigint, name) is
'Distinct data IDs of dimensions, from the records and their relations: of foreign keys, of visits and exposures, of regions that overlap. datasets: types of which collections must have a dataset for the data ID, valid at its time where it is a calibration. where, bind, data_id, order_by, limit as in butler.query_datasets; collections: also patterns. InvalidQueryError, UnimplementedQueryError, DimensionNameError, MissingDatasetTypeError, MissingCollectionError.';
