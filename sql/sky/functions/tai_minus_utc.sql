create or replace function sky.tai_minus_utc(tai_ns int8)
returns int4
language sql immutable parallel safe
return
  greatest(10, 9 + width_bucket(tai_ns, sky.leap_second_starts_tai()));

comment on function sky.tai_minus_utc(int8) is
'TAI - UTC at an instant of TAI [s]; during a leap second still that of before. tai_ns: nanoseconds since 1970-01-01 TAI. Before 1972 it is taken as 10 s, though UTC ran at other rates.';
