create or replace view sky.leap_seconds as
select
  pg_catalog.to_timestamp(entry.start) as starts,
  (40587 + entry.start / 86400)::int4 as mjd_utc,
  (9 + entry.number)::int4 as tai_minus_utc
from pg_catalog.unnest(sky.leap_second_starts()) with ordinality as entry (start, number);

comment on view sky.leap_seconds is 'Offsets of TAI from UTC since 1972, one row a leap second. Source: IERS, UTC-TAI.history, up to Bulletin C 70';
comment on column sky.leap_seconds.starts is 'first instant after the leap second';
comment on column sky.leap_seconds.mjd_utc is 'the same as modified Julian date [d; time.epoch]';
comment on column sky.leap_seconds.tai_minus_utc is 'TAI - UTC from then on [s]';
grant select on sky.leap_seconds to public;
