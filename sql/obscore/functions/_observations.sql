create or replace function obscore._observations(registry name, footprints uuid[])
returns setof obscore.observation
language plpgsql stable strict parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
  d record;
begin
  if cardinality(footprints) = 0 then
    return;
  end if;
  for d in
    select o.table_name, o.search
    from obscore.definition o
    where o.registry = _observations.registry and o.published and o.search is not null
    order by o.table_name
  loop
    return query execute format('select %s from %I.%I t where t.footprint = any ($1)', d.search, registry, d.table_name)
    using footprints;
  end loop;
end;
$$;

comment on function obscore._observations(name, uuid[]) is
'Observations of the published ObsCore tables of a registry with these footprints.';
