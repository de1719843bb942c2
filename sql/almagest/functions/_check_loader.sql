create or replace function almagest._check_loader(target regclass)
returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  -- The functions that ask run with their owner's rights; the caller is the role set, else the one logged in.
  caller constant name := coalesce(nullif(current_setting('role', true), 'none'), session_user);
begin
  if not has_table_privilege(caller, target, 'insert')
     and not has_any_column_privilege(caller, target, 'insert') then
    raise insufficient_privilege
      using message = format('permission denied to load into %s', almagest._target_name(target)),
            hint = format('%s needs INSERT on it.', caller);
  end if;
end
$$;

comment on function almagest._check_loader(regclass) is 'Raises unless the calling role may insert into a table';
