create or replace function butler._timespan(value text)
returns int8range
language plpgsql immutable strict parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
  bounds json;
  range int8range;
  earliest int8;
  latest int8;
begin
  if left(value, 1) <> '{' then
    range := value;
  else
    bounds := value;
    earliest := coalesce((bounds ->> 'begin_ns')::int8, butler._tai_ns(bounds ->> 'begin'));
    latest := coalesce((bounds ->> 'end_ns')::int8, butler._tai_ns(bounds ->> 'end'));
    range := case
      when earliest > latest then 'empty'
      when earliest = latest then int8range(earliest, latest + 1)
      else int8range(earliest, latest)
    end;
  end if;
  return butler._bounded_timespan(range);
end
$$;

comment on function butler._timespan(text) is
'Timespan as a registry keeps it [ns TAI since 1970-01-01 TAI, end exclusive] from JSON {"begin", "end"} (ISO 8601, TAI) or {"begin_ns", "end_ns"}, null for no bound, or from the text of an int8range. Bounds beyond the years 1970 and 2100 become theirs; an instant becomes 1 ns long, and empty what ends before it begins. Error 22007 for what is no time, 22023 for a timespan wholly outside those years.';
