create or replace function obscore.overlapping(pos text)
returns setof obscore.observation
language plpgsql stable strict parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
  r record;
  searched bytea;
  footprints uuid[];
begin
  select obscore._region_of(pos) into searched;
  for r in
    select distinct d.registry from obscore.definition d where d.published order by d.registry
  loop
    select obscore._footprints_overlapping(r.registry, searched) into footprints;
    return query select o.* from obscore._observations(r.registry, footprints) o;
  end loop;
end;
$$;

comment on function obscore.overlapping(text) is
'Observations of ivoa.obscore whose footprint has a point in common with a region: select * from obscore.overlapping(''CIRCLE 150.1 2.2 0.5''). pos: SIAv2''s POS (CIRCLE, RANGE, POLYGON) or s_region text (with a frame, ELLIPSE, BOX, UNION, INTERSECTION, several shapes in a row), ICRS [deg]; a polygon is what its edges enclose. Those of which it cannot be told, as with ellipses, are found, too. ObsCoreQueryError for text that is no region. Needs the right to read the tables.';
