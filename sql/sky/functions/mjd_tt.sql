create or replace function sky.mjd_tt(utc timestamptz)
returns float8
language sql immutable parallel safe
return
  sky.mjd_tai_from_tai_ns(sky.tai_ns_from_utc(utc) + 32184000000);

comment on function sky.mjd_tt(timestamptz) is
'Modified Julian date on the scale of TT [d], 32.184 s ahead of TAI, of an instant of UTC. Raises numeric_value_out_of_range outside the years 1678 to 2261.';
