create or replace function obscore.time_text(tai_ns int8, scale text, separator text default 'T')
returns text
language sql stable parallel safe
return
  case
    when scale = 'tai' then
      to_char(
        timestamp '1970-01-01' + interval '1 microsecond' * ((tai_ns + 500) / 1000),
        'YYYY-MM-DD"' || separator || '"HH24:MI:SS.US')
    -- Within a leap second the offset is still that of before: it is the second 60 of its minute.
    when (tai_ns + 500) / 1000 - 1000000::int8 * sky.tai_minus_utc((tai_ns + 500) / 1000 * 1000)
      >= 1000000 * (sky.leap_second_starts())[sky.tai_minus_utc((tai_ns + 500) / 1000 * 1000) - 8]
    then
      to_char(
        timestamp '1970-01-01' + interval '1 microsecond'
          * ((tai_ns + 500) / 1000 - 1000000::int8 * (1 + sky.tai_minus_utc((tai_ns + 500) / 1000 * 1000))),
        'YYYY-MM-DD"' || separator || '"HH24:MI:"60".US')
    else
      to_char(
        timestamp '1970-01-01' + interval '1 microsecond'
          * ((tai_ns + 500) / 1000 - 1000000::int8 * sky.tai_minus_utc((tai_ns + 500) / 1000 * 1000)),
        'YYYY-MM-DD"' || separator || '"HH24:MI:SS.US')
  end;

comment on function obscore.time_text(int8, text, text) is
'An instant of TAI as ISO 8601 on the scale utc or tai, rounded to microseconds: 2016-12-31T23:59:60.250000. tai_ns: nanoseconds since 1970-01-01 TAI, not negative. As astropy writes the times of the Data Butler.';
