create or replace function butler._shown_timespan(timespan int8range)
returns int8range
language sql immutable parallel safe
return case
  when lower_inf(timespan) or upper_inf(timespan)
  then int8range(coalesce(lower(timespan), 0), coalesce(upper(timespan), 4102444800000000000))
  else timespan
end;

comment on function butler._shown_timespan(int8range) is
'A timespan that a registry keeps, as functions give it [ns since 1970-01-01 TAI]: where it has no bound, 1970-01-01 or 2100-01-01 TAI.';
