create or replace function almagest.help(word text default '')
returns table (object text, what_it_is text)
language sql stable parallel safe
set search_path = pg_catalog, pg_temp
as $$
  with room as (
    select oid, nspname from pg_namespace
    where obj_description(oid, 'pg_namespace') is not null
      and nspname in ('almagest', 'apdb', 'butler', 'obscore', 'sky')
  ), described as (
    select nspname || '.' as object, obj_description(oid, 'pg_namespace') as what_it_is, 0 as kind
    from room
    union all
    select format('%s.%s(%s)', room.nspname, p.proname, pg_get_function_arguments(p.oid)),
           obj_description(p.oid, 'pg_proc'), 2
    from pg_proc p
    join room on room.oid = p.pronamespace
    where not starts_with(p.proname, '_')
    union all
    select format('%s.%s', room.nspname, c.relname), obj_description(c.oid, 'pg_class'), 1
    from pg_class c
    join room on room.oid = c.relnamespace
    where c.relkind in ('r', 'p', 'v', 'm')
  )
  select d.object, d.what_it_is
  from described d
  where d.object ilike '%' || help.word || '%' or d.what_it_is ilike '%' || help.word || '%'
  order by split_part(d.object, '.', 1), d.kind, d.object
$$;

comment on function almagest.help(text) is 'tables, views and functions of Almagest whose name or description contains a word (any, by default)';
grant execute on function almagest.help(text) to almagest_reader;
