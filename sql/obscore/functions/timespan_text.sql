create or replace function obscore.timespan_text(timespan int8range)
returns text
language sql stable parallel safe
return
  case
    when timespan is null then null
    when isempty(timespan) then '(empty)'
    else
      -- The ends of time that a registry knows stand for none. Others are rounded to a microsecond first, and cut.
      case when coalesce(lower(timespan), 0) = 0 then '(-∞'
        else '[' || to_char(
          timestamp '1970-01-01' + interval '1 second' * floor((lower(timespan)::numeric + 500) * 0.000000001),
          'YYYY-MM-DD"T"HH24:MI:SS')
      end
      || ', '
      || case when coalesce(upper(timespan), 4102444800000000000) = 4102444800000000000 then '∞'
        else to_char(
          timestamp '1970-01-01' + interval '1 second' * floor((upper(timespan)::numeric + 500) * 0.000000001),
          'YYYY-MM-DD"T"HH24:MI:SS')
      end
      || ')'
  end;

comment on function obscore.timespan_text(int8range) is
'A timespan as the Data Butler writes it in texts: [begin, end) on the scale of TAI, to the second. timespan: nanoseconds since 1970-01-01 TAI.';
