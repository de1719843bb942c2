create or replace function sky.tai_ns_from_utc(utc timestamptz)
returns int8
language sql immutable parallel safe
return
  (extract(epoch from utc) * 1000000000)::int8
    + 1000000000::int8
    * greatest(10, 9 + width_bucket(floor(extract(epoch from utc))::int8, sky.leap_second_starts()));

comment on function sky.tai_ns_from_utc(timestamptz) is
'TAI of an instant of UTC [ns since 1970-01-01 TAI], as the timespans of a registry hold it. A timestamptz cannot name a leap second; before 1972 TAI is taken as 10 s ahead. Raises numeric_value_out_of_range outside the years 1678 to 2261.';
