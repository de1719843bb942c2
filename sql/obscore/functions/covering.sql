create or replace function obscore.covering(ra float8, decl float8)
returns setof obscore.observation
language plpgsql stable strict parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
  r record;
  footprints uuid[];
begin
  for r in
    select distinct d.registry from obscore.definition d where d.published order by d.registry
  loop
    select obscore._footprints_covering(r.registry, ra, decl) into footprints;
    return query select o.* from obscore._observations(r.registry, footprints) o;
  end loop;
end;
$$;

comment on function obscore.covering(float8, float8) is
'Observations of ivoa.obscore whose footprint contains a position, its boundary included: select * from obscore.covering(150.1, 2.2). Those without a region are not found. ra, decl: ICRS [deg]. ObsCoreQueryError for what is no position. Needs the right to read the tables.';
