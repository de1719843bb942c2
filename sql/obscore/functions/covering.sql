create or replace function obscore.covering(ra float8, decl float8)
returns setof obscore.observation
language plpgsql stable strict parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
  t record;
  of_registry name;
  footprints uuid[];
begin
  for t in
    select d.registry, d.table_name, d.search
    from obscore.definition d
    where d.published and d.search is not null
    order by d.registry, d.table_name
  loop
    if t.registry is distinct from of_registry then
      of_registry := t.registry;
      select obscore._footprints_covering(t.registry, ra, decl) into footprints;
    end if;
    if cardinality(footprints) > 0 then
      return query execute format('select %s from %I.%I t where t.footprint = any ($1)', t.search, t.registry, t.table_name)
      using footprints;
    end if;
  end loop;
end;
$$;

comment on function obscore.covering(float8, float8) is
'Observations of ivoa.obscore whose footprint contains a position, its boundary included: select * from obscore.covering(150.1, 2.2). Those without a region are not found. ra, decl: ICRS [deg]. ObsCoreQueryError for what is no position. Needs the right to read the tables.';
