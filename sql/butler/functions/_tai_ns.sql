create or replace function butler._tai_ns(iso text)
returns int8
language plpgsql immutable strict parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
  parts constant text[] := regexp_match(
    iso,
    '^([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[T ]([0-9]{2}:[0-9]{2}(?::[0-9]{2})?)(?:\.([0-9]{1,9})[0-9]*)?)?$'
  );
  seconds int8;
begin
  if parts is null then
    raise exception using
      errcode = '22007',
      message = format('no time: "%s"', iso),
      hint = 'Times of records are TAI, as 2019-04-02T00:00:35.5.';
  end if;
  seconds := extract(epoch from concat_ws(' ', parts[1], parts[2])::timestamp);
  return least(greatest(seconds, -1), 4102444801) * 1000000000 + rpad(coalesce(parts[3], ''), 9, '0')::int8;
end
$$;

comment on function butler._tai_ns(text) is
'TAI time of ISO 8601 text [ns since 1970-01-01 TAI], to the nanosecond; clamped a little beyond the years 1970 and 2100. Error 22007 for what is no time.';
