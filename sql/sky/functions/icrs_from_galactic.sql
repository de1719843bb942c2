create or replace function sky.icrs_from_galactic(l float8, b float8)
returns table (ra float8, decl float8)
language sql immutable parallel safe rows 1
begin atomic
  select
    coalesce(nullif(180 + atan2d(-r.y, -r.x), 360), 0),
    atan2d(r.z, point(r.x, r.y) <-> point(0, 0))
  from (
    -- Adding and taking away 1e-80 makes nothing of angles that would underflow in a product.
    select
      cosd(b) * cosd(l) as x,
      cosd(b) * sind(l + 1e-80 - 1e-80) as y,
      sind(b + 1e-80 - 1e-80) as z
  ) as v
  cross join lateral (
    select
      -0.054875560416215368 * v.x + 0.494109427875583674 * v.y - 0.867666149019004701 * v.z as x,
      -0.873437090234885049 * v.x - 0.444829629960011178 * v.y - 0.198076373431201528 * v.z as y,
      -0.483835015548713227 * v.x + 0.746982244497218891 * v.y + 0.455983776175066922 * v.z as z
  ) as r;
end;

comment on function sky.icrs_from_galactic(float8, float8) is
'ICRS position of a galactic longitude and latitude, one row: ra from 0 up to 360, decl [deg]. l, b: degrees; NaN for NaN. Source: The Hipparcos and Tycho Catalogues, volume 1, equation 1.5.11.';
