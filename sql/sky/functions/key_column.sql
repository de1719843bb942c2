create or replace function sky.key_column(source regclass, key_column name)
returns name
language plpgsql stable parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
  found_key name;
begin
  if key_column is not null then
    return key_column;
  end if;
  select min(a.attname) into found_key
  from pg_index i join pg_attribute a on a.attrelid = i.indrelid and a.attnum = any (i.indkey)
  where i.indrelid = source and i.indisprimary
  having count(*) = 1;
  if not found then
    raise exception using
      errcode = 'undefined_column',
      message = format('%s has no primary key of one column', source),
      hint = 'Name the column that tells its rows apart; ''ctid'' with a type of tid does for any table.';
  end if;
  return found_key;
end;
$$;

comment on function sky.key_column(regclass, name) is
'The column that tells the rows of a table apart: the one that is named, or else its primary key. Raises undefined_column when there is none of one column.';
