create or replace function butler.current_registry()
returns name
language sql stable parallel safe
return coalesce(
  nullif(current_setting('butler.registry', true), '')::name,
  (
    select r.name
    from unnest(current_schemas(false)) with ordinality as s (name, place)
    join butler.registry r on r.name = s.name
    order by s.place
    limit 1
  ),
  (select min(r.name::text)::name from butler.registry r having count(*) = 1)
);

comment on function butler.current_registry() is
'The registry that functions work on where none is named: the one that the setting butler.registry names (set butler.registry = ''deep''), else the first of the search_path, else the only one of the database; NULL where none of these is.';
