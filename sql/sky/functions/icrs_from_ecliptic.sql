create or replace function sky.icrs_from_ecliptic(lon float8, lat float8)
returns table (ra float8, decl float8)
language sql immutable parallel safe rows 1
begin atomic
  select
    -- Both meridians of origin are slightly off the node of the rotation: 0.041775 and 0.052928 arcsec.
    coalesce(nullif(180 + atan2d(-r.turned_y, -r.turned_x), 360), 0),
    atan2d(r.z, point(r.x, r.y) <-> point(0, 0))
  from (
    -- Adding and taking away 1e-80 makes nothing of angles that would underflow in a product.
    select
      cosd(lat) * cosd(lon + 0.041775 / 3600.0::float8) as x,
      cosd(lat) * sind(lon + 0.041775 / 3600.0::float8) as y,
      sind(lat + 1e-80 - 1e-80) as z
  ) as v
  cross join lateral (
    select v.x, 0.917482129914955480 * v.y - 0.397776999444056201 * v.z as y, 0.917482129914955480 * v.z + 0.397776999444056201 * v.y as z
  ) as turned
  cross join lateral (
    select
      turned.x, turned.y, turned.z,
      turned.x * cosd(0.052928 / 3600.0::float8) + turned.y * sind(0.052928 / 3600.0::float8) as turned_x,
      turned.y * cosd(0.052928 / 3600.0::float8) - turned.x * sind(0.052928 / 3600.0::float8) as turned_y
  ) as r;
end;

comment on function sky.icrs_from_ecliptic(float8, float8) is
'ICRS position of an ecliptic longitude and latitude, referred to the mean ecliptic and equinox of J2000, one row: ra from 0 up to 360, decl [deg]. lon, lat: degrees; NaN for NaN. Source: IAU 2006 precession at J2000 with the frame bias, Fukushima-Williams angles.';
