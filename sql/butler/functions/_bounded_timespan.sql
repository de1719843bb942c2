create or replace function butler._bounded_timespan(timespan int8range)
returns int8range
language plpgsql immutable parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
  first constant int8 := 0;
  last constant int8 := 4102444800000000000;
begin
  if timespan is null or isempty(timespan) then
    return timespan;
  elsif upper(timespan) <= first or lower(timespan) >= last then
    raise exception using
      errcode = 'invalid_parameter_value',
      message = format('ValueError: timespan %s lies wholly outside of 1970-01-01 to 2100-01-01 TAI', timespan),
      hint = 'Timespans are in nanoseconds since 1970-01-01 TAI: butler.timespan(begin, end) makes one.';
  end if;
  return butler._stored_timespan(int8range(greatest(lower(timespan), first), least(upper(timespan), last)));
end
$$;

comment on function butler._bounded_timespan(int8range) is
'A timespan as registries keep it [ns since 1970-01-01 TAI]: one that begins at 1970-01-01 or before, or ends at 2100-01-01 or after, has no bound there. Error invalid_parameter_value where it lies wholly outside.';
