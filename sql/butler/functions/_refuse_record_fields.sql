create or replace function butler._refuse_record_fields(
  record json,
  "position" bigint,
  element text,
  allowed text[],
  composite text[]
)
returns text
language plpgsql stable parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
  key text;
  value json;
begin
  select f.key, f.value into key, value
  from json_each(record) f
  where f.key <> all (allowed) or (json_typeof(f.value) in ('object', 'array') and f.key <> all (composite))
  limit 1;
  if key <> all (allowed) then
    raise exception using
      errcode = 'BR009',
      message = format('DimensionNameError: a record of %s has no field ''%s''', element, key),
      detail = format('Record %s of those given is %s.', "position", record),
      hint = format('Its fields are %s.', array_to_string(allowed, ', '));
  end if;
  raise exception using
    errcode = 'BR010',
    message = format('DataIdValueError: %s of a record of %s is %s, not a single value', key, element, value),
    detail = format('Record %s of those given is %s.', "position", record);
end
$$;

comment on function butler._refuse_record_fields(json, bigint, text, text[], text[]) is
'Raises the named error for a record that has a field other than those allowed (DimensionNameError), or an object or list in a field that is not composite (DataIdValueError); its type is for the sake of the expression that calls it.';
