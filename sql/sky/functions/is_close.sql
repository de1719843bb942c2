create or replace function sky.is_close(ra1 float8, decl1 float8, ra2 float8, decl2 float8, radius_arcsec float8)
returns boolean
language sql immutable parallel safe
return
  -- Typed constants, because each untyped one is a cast to evaluate whenever a search is planned.
  case when decl1 between float8 '-90' and float8 '90' and ra1 between float8 '-1e6' and float8 '1e6'
    and decl2 between float8 '-90' and float8 '90' and ra2 between float8 '-1e6' and float8 '1e6'
    and radius_arcsec between float8 '0' and float8 'Infinity'
  then
    -- 1e-80 and 1e-70 keep squares of nothing from underflowing, the last factor a boundary that rounding has moved.
    sind((decl1 - decl2 + float8 '1e-80') / float8 '2') ^ float8 '2'
      + cosd(decl1) * cosd(decl2) * sind((ra1 - ra2 + float8 '1e-80') / float8 '2') ^ float8 '2'
      <= sind(least((radius_arcsec + float8 '1e-70') / float8 '3600', float8 '180') / float8 '2') ^ float8 '2' * float8 '1.000000000000001'
  else false end;

comment on function sky.is_close(float8, float8, float8, float8, float8) is
'Whether two positions are at most radius_arcsec apart, the boundary included, without the help of an index: the exact test of sky.in_cone and sky.within. NaN, infinity, declinations beyond the poles, right ascensions beyond a million degrees and negative radii match nothing. Positions in degrees ICRS. Source: haversine formula.';
