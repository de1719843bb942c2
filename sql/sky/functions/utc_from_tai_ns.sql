create or replace function sky.utc_from_tai_ns(tai_ns int8)
returns timestamptz
language sql immutable parallel safe
return
  timestamptz '1970-01-01 00:00:00+00'
    + interval '1 microsecond'
    * floor((tai_ns::numeric - 1000000000::int8 * sky.tai_minus_utc(tai_ns)) / 1000)::float8;

comment on function sky.utc_from_tai_ns(int8) is
'UTC of an instant of TAI, cut to microseconds; a leap second is shown as the second after it, for timestamptz has no name for it. tai_ns: nanoseconds since 1970-01-01 TAI.';
