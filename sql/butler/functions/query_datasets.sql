create or replace function butler.query_datasets(
  dataset_type text,
  collections text[],
  "where" text default '',
  bind json default '{}',
  data_id json default '{}',
  find_first boolean default true,
  order_by text[] default '{}',
  "limit" bigint default null,
  registry name default butler.current_registry()
)
returns table (id uuid, dataset_type text, run text, data_id json)
language sql stable parallel unsafe
begin atomic
  select r.id, r.dataset_type, r.run, r.data_id
  from butler._compile_query_datasets($1, $2, $6, $3, $4::text, $5::text, $7, $8, $9) c,
    butler._rows(c.query, c.parameters) as r (id uuid, dataset_type text, run text, data_id json);
end;

comment on function butler.query_datasets(text, text[], text, json, json, boolean, text[], bigint, name) is
'Datasets of a type in collections, those of the first collection that has one for each data ID, or with find_first => false all. collections: names in order, chains stand for their members, patterns only with find_first => false. where: an expression of the Data Butler''s language, with values from bind; data_id: values of dimensions; order_by: dimensions and fields, each with a ''-'' before it for descending; without it rows come in no order. limit: at most so many rows. InvalidQueryError, MissingDatasetTypeError, MissingCollectionError; CalibrationLookupError where more than one calibration is valid for a data ID.';
