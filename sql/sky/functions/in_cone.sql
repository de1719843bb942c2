create or replace function sky.in_cone(ra float8, decl float8, ra0 float8, decl0 float8, radius_arcsec float8)
returns boolean
language sql immutable parallel safe
return
  sky.in_window(ra, decl, sky.cone_window(ra0, decl0, radius_arcsec))
  and sky.is_close(ra, decl, ra0, decl0, radius_arcsec);

comment on function sky.in_cone(float8, float8, float8, float8, float8) is
'Whether (ra, decl) is at most radius_arcsec from (ra0, decl0), the boundary included: write where sky.in_cone(ra, dec, 150.1, 2.2, radius_arcsec => 5). Inlines, and a position index on (ra, decl) answers it: see sky.add_position_index. Right ascensions are taken modulo 360; NaN, infinity and declinations beyond the poles match nothing. Positions in degrees ICRS. To join two tables use sky.within, which is planned for that.';
