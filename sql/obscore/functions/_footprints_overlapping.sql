create or replace function obscore._footprints_overlapping(registry name, region bytea)
returns uuid[]
language plpgsql stable strict parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
  found_here uuid[];
begin
  execute format('
    with search as materialized (select * from obscore._search_cells($1)),
    candidate as (
      select p.footprint
      from %1$I.almagest_footprint_pixel p
      where p.pixel = any (array(select unnest(s.ancestors) from search s))
      union
      select p.footprint
      from search s
      cross join lateral unnest(s.lows, s.highs) as r (low, high)
      join %1$I.almagest_footprint_pixel p on p.pixel between r.low and r.high
    ),
    batch as (
      select array_agg(f.footprint) as footprints, array_agg(f.region) as regions
      from (
        select f.footprint, f.region, row_number() over () / 5000 as number
        from %1$I.almagest_footprint f
        where f.footprint = any (array(select c.footprint from candidate c))
      ) f
      group by f.number
    )
    select array_agg(o.footprint)
    from batch b
    cross join lateral unnest(obscore._overlapping(b.footprints, b.regions, $1)) as o (footprint)', registry)
  into found_here
  using region;
  return coalesce(found_here, '{}');
end;
$$;

comment on function obscore._footprints_overlapping(name, bytea) is
'Keys of the footprints of a registry that have a point in common with a region, or of which that is not known. region: as sky.region_from_pos gives it.';
