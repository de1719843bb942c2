create or replace function butler.query_dimension_records(
  element text,
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
  select r.record
  from butler._compile_query_dimension_records($1, $5, $6, $2, $3::text, $4::text, $7, $8, $9) c,
    butler._rows(c.query, c.parameters) as r (record json);
end;

comment on function butler.query_dimension_records(text, text, json, json, text[], text[], text[], bigint, name) is
'Records of a dimension or of an element that joins dimensions, as JSON with the columns of its table in their order: a region is base64, a timespan the text of an int8range, ns TAI. Integers may exceed 2^53: read them as text (record ->> ''id''). datasets, collections, where, bind, data_id, order_by, limit as in butler.query_data_ids. InvalidQueryError, UnimplementedQueryError, DimensionNameError, MissingDatasetTypeError, MissingCollectionError.';
