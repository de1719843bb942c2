create or replace function sky.galactic_from_icrs(ra float8, decl float8)
returns table (l float8, b float8)
language sql immutable parallel safe rows 1
begin atomic
  select
    coalesce(nullif(180 + atan2d(-r.y, -r.x), 360), 0),
    atan2d(r.z, point(r.x, r.y) <-> point(0, 0))
  from (
    -- Adding and taking away 1e-80 makes nothing of angles that would underflow in a product.
    select
      cosd(decl) * cosd(ra) as x,
      cosd(decl) * sind(ra + 1e-80 - 1e-80) as y,
      sind(decl + 1e-80 - 1e-80) as z
  ) as v
  cross join lateral (
    select
      -0.054875560416215368 * v.x - 0.873437090234885049 * v.y - 0.483835015548713227 * v.z as x,
      0.494109427875583674 * v.x - 0.444829629960011178 * v.y + 0.746982244497218891 * v.z as y,
      -0.867666149019004701 * v.x - 0.198076373431201528 * v.y + 0.455983776175066922 * v.z as z
  ) as r;
end;

comment on function sky.galactic_from_icrs(float8, float8) is
'Galactic longitude and latitude of an ICRS position, one row: l from 0 up to 360, b [deg]. Write from t cross join lateral sky.galactic_from_icrs(t.ra, t.dec) g. ra, decl: degrees; NaN for NaN. Source: The Hipparcos and Tycho Catalogues, volume 1, equation 1.5.11.';
