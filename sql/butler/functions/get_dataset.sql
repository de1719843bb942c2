create or replace function butler.get_dataset(
  inout id uuid,
  out dataset_type text,
  out run text,
  out data_id json,
  registry name default butler.current_registry())
returns setof record
language plpgsql stable rows 1
set search_path = pg_catalog, pg_temp
as $$
declare
  compiled record;
begin
  select c.query into compiled
  from (select butler._compile_get_dataset(get_dataset.id, get_dataset.registry)) c (query);
  if compiled.query is not null then
    return query execute compiled.query using get_dataset.id;
  end if;
end
$$;

comment on function butler.get_dataset(uuid, name) is
'The type, run and data ID of the dataset of an id; no row where there is none.';
