create or replace function sky.mjd_tai(utc timestamptz)
returns float8
language sql immutable parallel safe
return
  sky.mjd_tai_from_tai_ns(sky.tai_ns_from_utc(utc));

comment on function sky.mjd_tai(timestamptz) is
'Modified Julian date on the scale of TAI [d] of an instant of UTC. Raises numeric_value_out_of_range outside the years 1678 to 2261.';
