create or replace function obscore.overlapping(pos text)
returns setof obscore.observation
language plpgsql stable strict parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
  t record;
  searched bytea;
  of_registry name;
  footprints uuid[];
begin
  select obscore._region_of(pos) into searched;
  for t in
    select d.registry, d.table_name, d.search
    from obscore.definition d
    where d.published and d.search is not null
    order by d.registry, d.table_name
  loop
    if t.registry is distinct from of_registry then
      of_registry := t.registry;
      select obscore._footprints_overlapping(t.registry, searched) into footprints;
    end if;
    if cardinality(footprints) > 0 then
      return query execute format('select %s from %I.%I t where t.footprint = any ($1)', t.search, t.registry, t.table_name)
      using footprints;
    end if;
  end loop;
end;
$$;

comment on function obscore.overlapping(text) is
'Observations of ivoa.obscore whose footprint has a point in common with a region: select * from obscore.overlapping(''CIRCLE 150.1 2.2 0.5''). pos: SIAv2''s POS (CIRCLE, RANGE, POLYGON) or s_region text (with a frame, ELLIPSE, BOX, UNION, INTERSECTION, several shapes in a row), ICRS [deg]; a polygon is what its edges enclose. Those of which it cannot be told, as with ellipses, are found, too. ObsCoreQueryError for text that is no region. Needs the right to read the tables.';
