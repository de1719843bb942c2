create or replace function butler._may_check_at_once(rows int8)
returns boolean
language plpgsql stable parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
  allowed boolean;
begin
  if rows is null or rows < 1000 then
    return false;
  elsif current_setting('server_version_num')::int4 < 150000 then
    return (select r.rolsuper from pg_roles r where r.rolname = current_user);
  end if;
  -- Unknown to servers before version 15.
  execute 'select has_parameter_privilege(''session_replication_role'', ''set'')' into allowed;
  return allowed;
end
$$;

comment on function butler._may_check_at_once(int8) is
'Whether a statement that looks up itself what so many rows refer to may run without the checks of foreign keys: it is worth it, and the caller has the right to (a superuser, or from PostgreSQL 15 on one who was granted set on parameter session_replication_role).';
