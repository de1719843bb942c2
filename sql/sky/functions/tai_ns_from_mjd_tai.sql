create or replace function sky.tai_ns_from_mjd_tai(mjd_tai float8)
returns int8
language sql immutable parallel safe
return
  (floor(mjd_tai)::int8 - 40587) * 86400000000000 + round((mjd_tai - floor(mjd_tai)) * 86400000000000::float8)::int8;

comment on function sky.tai_ns_from_mjd_tai(float8) is
'Nanoseconds since 1970-01-01 TAI of a modified Julian date on the scale of TAI; a date in double precision is good to 0.6 microseconds. Raises numeric_value_out_of_range for NaN and infinity.';
