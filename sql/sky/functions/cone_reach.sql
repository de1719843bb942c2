create or replace function sky.cone_reach(decl0 float8, radius_arcsec float8)
returns int8
language sql immutable parallel safe
return
  -- What is out of range is cut to it all the same: constants are evaluated before the condition.
  case when abs(decl0) + (radius_arcsec + 1e-70) / 3600 < 90 - 1e-9 and radius_arcsec >= 0
  then
    (asind(least(1, sind((least(324000, greatest(0, radius_arcsec)) + 1e-70) / 3600)
      / cosd(greatest(-90, least(90, decl0))))) * 10000001)::int8 + 2
  else 1800000000 end;

comment on function sky.cone_reach(float8, float8) is
'How far in right ascension a circle of radius_arcsec around declination decl0 reaches, in the unit of sky.position_key [1e-7 degrees] and rounded up; the whole circle when it holds a pole. decl0: degrees. Source: asin(sin r / cos d).';
