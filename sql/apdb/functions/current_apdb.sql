create or replace function apdb.current_apdb()
returns name
language sql stable parallel safe
return coalesce(
  nullif(current_setting('apdb.name', true), '')::name,
  (
    select a.name
    from unnest(current_schemas(false)) with ordinality as s (name, place)
    join apdb.database a on a.name = s.name
    order by s.place
    limit 1
  ),
  (select min(a.name::text)::name from apdb.database a having count(*) = 1)
);

comment on function apdb.current_apdb() is
'The APDB that functions work on where none is named: the one that the setting apdb.name names (set apdb.name = ''survey''), else the first of the search_path, else the only one of the database; NULL where none of these is.';
