create or replace function butler._data_id_value(data_id json, "position" bigint, dimension text, type text, other_names text)
returns text
language plpgsql stable parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
  given json := data_id -> dimension;
  value text := data_id ->> dimension;
begin
  if value is null then
    raise exception using
      errcode = 'BR009',
      message = format('DimensionNameError: no value in data ID %s for required dimension ''%s''', data_id, dimension),
      detail = format('It is data ID %s of those given.', "position");
  elsif type = 'text' and json_typeof(given) = 'string' then
    return value;
  elsif type = 'int8' and json_typeof(given) in ('number', 'string') then
    begin
      return value::int8;
    exception
      when invalid_text_representation or numeric_value_out_of_range then null;
    end;
  end if;
  raise exception using
    errcode = 'BR010',
    message = format(
      'DataIdValueError: %s of data ID %s is %s, not %s',
      dimension,
      data_id,
      given,
      case type when 'int8' then 'an integer of 64 bits' else 'a string' end
        || coalesce(', and no record has it as its ' || other_names, '')
    ),
    detail = format('It is data ID %s of those given.', "position");
end
$$;

comment on function butler._data_id_value(json, bigint, text, text, text) is
'The value of a dimension in a data ID as text, where its JSON is not at once what the type (int8 or text) asks for: integers may be strings. DimensionNameError where there is none, DataIdValueError where it is of another type; other_names: the alternate keys that were tried.';
