create or replace function butler._require_given(is_missing boolean, argument text)
returns void
language plpgsql immutable parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
  if is_missing then
    raise exception using
      errcode = 'null_value_not_allowed',
      message = format('%s is NULL, or holds a NULL', argument);
  end if;
end
$$;

comment on function butler._require_given(boolean, text) is
'Error null_value_not_allowed where an argument is missing.';
