create or replace function butler._timespan(value text)
returns int8range
language plpgsql immutable parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
  past constant int8 := 0;
  future constant int8 := 4102444800000000000;
  bounds json;
  range int8range;
  earliest int8;
  latest int8;
begin
  if value is null then
    return null;
  elsif left(value, 1) = '{' then
    bounds := value;
    earliest := coalesce((bounds ->> 'begin_ns')::int8, butler._tai_ns(bounds ->> 'begin'), past);
    latest := coalesce((bounds ->> 'end_ns')::int8, butler._tai_ns(bounds ->> 'end'), future);
  else
    range := value;
    if isempty(range) then
      return range;
    end if;
    earliest := coalesce(lower(range), past);
    latest := coalesce(upper(range), future);
  end if;
  if latest <= past or earliest >= future then
    raise exception using
      errcode = '22008',
      message = format('timespan %s does not touch the years 1970 to 2100', value);
  end if;
  earliest := greatest(earliest, past);
  latest := least(latest, future);
  if earliest = latest then
    latest := latest + 1;
  end if;
  return case when earliest < latest then int8range(earliest, latest) else 'empty' end;
end
$$;

comment on function butler._timespan(text) is
'Timespan as a registry keeps it [ns TAI since 1970-01-01 TAI, end exclusive] from JSON {"begin", "end"} (ISO 8601, TAI) or {"begin_ns", "end_ns"}, null for no bound, or from the text of an int8range. Bounds beyond the years 1970 and 2100 become theirs; an instant becomes 1 ns long, and empty what ends before it begins. Error 22007 for what is no time, 22008 for a timespan wholly outside those years.';
