create or replace function obscore._footprints_overlapping(registry name, region bytea)
returns uuid[]
language plpgsql stable strict parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
  -- Regions that are tested in one call: so many fit in memory, whatever they are.
  batch constant int4 := 5000;
  ancestors int8[];
  lows int8[];
  highs int8[];
  candidates uuid[];
  found_there uuid[];
  found_here uuid[] := '{}';
begin
  select s.ancestors, s.lows, s.highs into ancestors, lows, highs from obscore._search_cells(region) s;
  execute format('
    select array_agg(distinct c.footprint)
    from (
      select p.footprint
      from %1$I.almagest_footprint_pixel p
      where p.pixel = any ($1)
      union all
      select p.footprint
      from unnest($2, $3) as r (low, high)
      cross join lateral (
        select q.footprint
        from %1$I.almagest_footprint_pixel q
        where q.pixel between r.low and r.high
        offset 0
      ) p
    ) c', registry)
  into candidates
  using ancestors, lows, highs;
  for place in 1 .. coalesce(cardinality(candidates), 0) by batch loop
    execute format('
      select obscore._overlapping(array_agg(f.footprint), array_agg(f.region), $2)
      from %I.almagest_footprint f
      where f.footprint = any ($1)', registry)
    into found_there
    using candidates[place:place + batch - 1], region;
    found_here := found_here || found_there;
  end loop;
  return found_here;
end;
$$;

comment on function obscore._footprints_overlapping(name, bytea) is
'Keys of the footprints of a registry that have a point in common with a region, or of which that is not known. region: as sky.region_from_pos gives it.';
