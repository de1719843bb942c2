create or replace function sky.mjd_utc_from_tai_ns(tai_ns int8)
returns float8
language sql immutable parallel safe
return
  -- The next leap second ends a day of 86401 s, of which the date gives the fraction that has passed.
  case when tai_ns - 1000000000::int8 * sky.tai_minus_utc(tai_ns)
    >= 1000000000 * ((sky.leap_second_starts())[sky.tai_minus_utc(tai_ns) - 8] - 86400)
  then
    40586 + (sky.leap_second_starts())[sky.tai_minus_utc(tai_ns) - 8] / 86400
      + (tai_ns - 1000000000 * ((sky.leap_second_starts())[sky.tai_minus_utc(tai_ns) - 8] - 86400
        + sky.tai_minus_utc(tai_ns)))::float8 / 86401000000000
  else
    40587 + (tai_ns - 1000000000::int8 * sky.tai_minus_utc(tai_ns)) / 86400000000000
      + ((tai_ns - 1000000000::int8 * sky.tai_minus_utc(tai_ns)) % 86400000000000)::float8 / 86400000000000
  end;

comment on function sky.mjd_utc_from_tai_ns(int8) is
'Modified Julian date of UTC [d] of an instant of TAI. On a day that ends in a leap second the fraction counts 86401 s, as in ERFA and astropy. tai_ns: nanoseconds since 1970-01-01 TAI. Source: SOFA, Time Scale and Calendar Tools, 3.5, quasi-JD.';
