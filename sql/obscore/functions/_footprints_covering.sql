create or replace function obscore._footprints_covering(registry name, ra float8, decl float8)
returns uuid[]
language plpgsql stable strict parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
  -- What is too small to be multiplied is taken for zero.
  lon float8 := case when abs(ra) < 1e-100 then 0 else ra end;
  lat float8 := case when abs(decl) < 1e-100 then 0 else decl end;
  x float8;
  y float8;
  z float8;
  found_here uuid[];
begin
  if not (decl between -90 and 90 and ra between -1e6 and 1e6) then
    raise exception using
      errcode = 'OC005',
      message = format('ObsCoreQueryError: (%s, %s) is no position', ra, decl),
      hint = 'Positions are right ascension and declination in degrees; declinations are from -90 to 90.';
  end if;
  lon := lon - 360 * floor(lon / 360);
  x := cos(radians(lon)) * cos(radians(lat));
  y := sin(radians(lon)) * cos(radians(lat));
  z := sin(radians(lat));
  -- Cells and edges say all but for those at whose very edge the position is, and for regions that are no polygons.
  execute format('
    select array_agg(f.footprint)
    from %1$I.almagest_footprint f
    where f.footprint = any (array(
        select p.footprint from %1$I.almagest_footprint_pixel p where p.pixel = any ($1)))
      and case obscore._side(f.edges, $2, $3, $4)
        when 1 then true
        when -1 then false
        else sky.region_contains(f.region, $5, $6)
      end', registry)
  into found_here
  using obscore._cells_at(x, y, z), x, y, z, case when abs(ra) < 1e-100 then ra else lon end, decl;
  return coalesce(found_here, '{}');
end;
$$;

comment on function obscore._footprints_covering(name, float8, float8) is
'Keys of the footprints of a registry that contain a position, boundaries included. ra, decl: ICRS [deg]. ObsCoreQueryError for what is no position.';
