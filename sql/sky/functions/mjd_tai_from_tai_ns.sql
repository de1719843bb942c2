create or replace function sky.mjd_tai_from_tai_ns(tai_ns int8)
returns float8
language sql immutable parallel safe
return
  -- Whole days and the rest of a day are exact; their sum is rounded once.
  40587 + tai_ns / 86400000000000 + (tai_ns % 86400000000000)::float8 / 86400000000000;

comment on function sky.mjd_tai_from_tai_ns(int8) is
'Modified Julian date on the scale of TAI [d]. tai_ns: nanoseconds since 1970-01-01 TAI.';
