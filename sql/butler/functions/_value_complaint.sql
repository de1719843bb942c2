create or replace function butler._value_complaint(field text, value text, type text)
returns text
language plpgsql stable parallel unsafe
set search_path = pg_catalog, pg_temp
as $$
begin
  case type
    when 'timespan' then
      perform butler._timespan(value);
    when 'region' then
      perform butler._region(value);
    when 'hash' then
      perform decode(value, 'hex');
    else
      execute format('select %L::%s', value, type);
  end case;
  return null;
exception
  when data_exception then
    return format('its %s does not fit, %s', field, sqlerrm);
end
$$;

comment on function butler._value_complaint(text, text, text) is
'Why a value of a record cannot be read as a type (int8, float8, boolean, timespan, region, hash); NULL where it can.';
