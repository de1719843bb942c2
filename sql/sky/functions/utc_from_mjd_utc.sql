create or replace function sky.utc_from_mjd_utc(mjd_utc float8)
returns timestamptz
language sql immutable parallel safe
return
  sky.utc_from_tai_ns(1000 * round(sky.tai_ns_from_mjd_utc(mjd_utc) / 1000.0)::int8);

comment on function sky.utc_from_mjd_utc(float8) is
'Instant of a modified Julian date of UTC, to the microsecond. Raises numeric_value_out_of_range for NaN and infinity.';
