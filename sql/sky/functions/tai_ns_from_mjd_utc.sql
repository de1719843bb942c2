create or replace function sky.tai_ns_from_mjd_utc(mjd_utc float8)
returns int8
language sql immutable parallel safe
return
  1000000000 * (
      86400 * (floor(mjd_utc)::int8 - 40587)
      + greatest(10, 9 + width_bucket(86400 * (floor(mjd_utc)::int8 - 40587), sky.leap_second_starts())))
    + round(
      (mjd_utc - floor(mjd_utc))
      * case when 86400 * (floor(mjd_utc)::int8 - 40586) = any ((sky.leap_second_starts())[2:])
        then 86401000000000::float8 else 86400000000000::float8 end)::int8;

comment on function sky.tai_ns_from_mjd_utc(float8) is
'Nanoseconds since 1970-01-01 TAI of a modified Julian date of UTC, days that end in a leap second being 86401 s long; a date in double precision is good to 0.6 microseconds. Raises numeric_value_out_of_range for NaN and infinity. Source: SOFA, Time Scale and Calendar Tools, 3.5, quasi-JD.';
