create or replace function sky.ecliptic_from_icrs(ra float8, decl float8)
returns table (lon float8, lat float8)
language sql immutable parallel safe rows 1
begin atomic
  select
    -- Both meridians of origin are slightly off the node of the rotation: 0.052928 and 0.041775 arcsec.
    coalesce(nullif(180 + atan2d(-r.turned_y, -r.turned_x), 360), 0),
    atan2d(r.z, point(r.x, r.y) <-> point(0, 0))
  from (
    -- Adding and taking away 1e-80 makes nothing of angles that would underflow in a product.
    select
      cosd(decl) * cosd(ra + 0.052928 / 3600.0::float8) as x,
      cosd(decl) * sind(ra + 0.052928 / 3600.0::float8) as y,
      sind(decl + 1e-80 - 1e-80) as z
  ) as v
  cross join lateral (
    select v.x, 0.917482129914955480 * v.y + 0.397776999444056201 * v.z as y, 0.917482129914955480 * v.z - 0.397776999444056201 * v.y as z
  ) as turned
  cross join lateral (
    select
      turned.x, turned.y, turned.z,
      turned.x * cosd(0.041775 / 3600.0::float8) + turned.y * sind(0.041775 / 3600.0::float8) as turned_x,
      turned.y * cosd(0.041775 / 3600.0::float8) - turned.x * sind(0.041775 / 3600.0::float8) as turned_y
  ) as r;
end;

comment on function sky.ecliptic_from_icrs(float8, float8) is
'Ecliptic longitude and latitude of an ICRS position, referred to the mean ecliptic and equinox of J2000, one row: lon from 0 up to 360, lat [deg]. Write from t cross join lateral sky.ecliptic_from_icrs(t.ra, t.dec) e. ra, decl: degrees; NaN for NaN. Source: IAU 2006 precession at J2000 with the frame bias, Fukushima-Williams angles.';
