create or replace function sky.within(ra float8, decl float8, ra0 float8, decl0 float8, radius_arcsec float8)
returns boolean
language sql immutable parallel safe
return
  sky.position_cell(ra, decl) = any (
    array_positions(
      array_fill(true,
        array[greatest(0, sky.position_cell(0, decl0 + (radius_arcsec + 1e-70) / 3600 + 1e-9)
          - sky.position_cell(0, decl0 - (radius_arcsec + 1e-70) / 3600 - 1e-9) + 1)],
        array[case when sky.position_cell(ra0, 0) < 0
          then -sky.position_cell(0, decl0 + (radius_arcsec + 1e-70) / 3600 + 1e-9)
          else sky.position_cell(0, decl0 - (radius_arcsec + 1e-70) / 3600 - 1e-9) end]),
      true)
    -- A circle across the meridians of 0 or 180 degrees is in both halves of the sky.
    || case when abs(sky.position_key(ra0) - 900000000) + sky.cone_reach(decl0, radius_arcsec) >= 900000000 then
      array_positions(
        array_fill(true,
          array[greatest(0, sky.position_cell(0, decl0 + (radius_arcsec + 1e-70) / 3600 + 1e-9)
            - sky.position_cell(0, decl0 - (radius_arcsec + 1e-70) / 3600 - 1e-9) + 1)],
          array[case when sky.position_cell(ra0, 0) < 0
            then sky.position_cell(0, decl0 - (radius_arcsec + 1e-70) / 3600 - 1e-9)
            else -sky.position_cell(0, decl0 + (radius_arcsec + 1e-70) / 3600 + 1e-9) end]),
        true) end)
  and sky.position_key(ra) between sky.position_key(ra0) - sky.cone_reach(decl0, radius_arcsec)
    and sky.position_key(ra0) + sky.cone_reach(decl0, radius_arcsec)
  and sky.is_close(ra, decl, ra0, decl0, radius_arcsec);

comment on function sky.within(float8, float8, float8, float8, float8) is
'The same truth as sky.in_cone, planned for joins: write from a join b on sky.within(b.ra, b.dec, a.ra, a.dec, radius_arcsec => 2), the indexed table first. Its search limits are plain arithmetic, computed for each row of a in the server, where those of sky.in_cone are computed once when a query is planned. Positions in degrees ICRS.';
