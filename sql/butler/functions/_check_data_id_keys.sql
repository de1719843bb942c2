create or replace function butler._check_data_id_keys(data_id json, "position" bigint, allowed text[])
returns boolean
language plpgsql stable parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
  refused text;
begin
  select k.key into refused
  from json_object_keys(data_id) k (key)
  where k.key <> all (allowed)
  limit 1;
  if found then
    raise exception using
      errcode = 'BR009',
      message = format('DimensionNameError: data ID %s gives ''%s'', which is no dimension', data_id, refused),
      detail = format('It is data ID %s of those given.', "position"),
      hint = 'Dimensions are those of butler.conform_dimensions, such as instrument, detector, visit and tract.';
  end if;
  select k.key into refused
  from json_object_keys(data_id) k (key)
  group by k.key
  having count(*) > 1
  limit 1;
  if found then
    raise exception using
      errcode = 'BR009',
      message = format('DimensionNameError: data ID %s gives ''%s'' twice', data_id, refused),
      detail = format('It is data ID %s of those given.', "position");
  end if;
  return true;
end
$$;

comment on function butler._check_data_id_keys(json, bigint, text[]) is
'True where every key of a data ID is one of those allowed and comes once; DimensionNameError otherwise.';
