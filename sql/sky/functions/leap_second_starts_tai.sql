create or replace function sky.leap_second_starts_tai()
returns int8[]
language sql immutable parallel safe
return
  (select array_agg((entry.start + 9 + entry.number) * 1000000000 order by entry.number)
   from unnest(sky.leap_second_starts()) with ordinality as entry (start, number));

comment on function sky.leap_second_starts_tai() is
'sky.leap_second_starts() on the scale of TAI: the nanoseconds since 1970-01-01 TAI at which each offset begins.';
