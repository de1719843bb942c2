create or replace function sky.mjd_utc(utc timestamptz)
returns float8
language sql immutable parallel safe
return
  sky.mjd_utc_from_tai_ns(sky.tai_ns_from_utc(utc));

comment on function sky.mjd_utc(timestamptz) is
'Modified Julian date of UTC [d]; on a day that ends in a leap second the fraction counts 86401 s. Raises numeric_value_out_of_range outside the years 1678 to 2261.';
