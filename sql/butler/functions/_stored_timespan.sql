create or replace function butler._stored_timespan(timespan int8range)
returns int8range
language sql immutable parallel safe
return case
  when not isempty(timespan) then int8range(nullif(lower(timespan), 0), nullif(upper(timespan), 4102444800000000000))
  else timespan
end;

comment on function butler._stored_timespan(int8range) is
'A timespan [ns since 1970-01-01 TAI] as clients of the Data Butler store it: one that begins at 0, or ends at 4102444800000000000, is unbounded there.';
