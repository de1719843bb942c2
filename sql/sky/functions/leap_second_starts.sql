create or replace function sky.leap_second_starts()
returns int8[]
language sql immutable parallel safe
return '{
  63072000, 78796800, 94694400, 126230400, 157766400, 189302400, 220924800, 252460800, 283996800, 315532800,
  362793600, 394329600, 425865600, 489024000, 567993600, 631152000, 662688000, 709948800, 741484800, 773020800,
  820454400, 867715200, 915148800, 1136073600, 1230768000, 1341100800, 1435708800, 1483228800}'::int8[];

comment on function sky.leap_second_starts() is
'When UTC began to be one more second behind TAI: seconds since 1970-01-01 UTC without leap seconds; by 10 s since the first, 1972-01-01. Source: IERS, UTC-TAI.history; complete up to Bulletin C 70 (July 2025), which announces none. A view for reading: sky.leap_seconds.';
