create or replace function sky.cone_window(ra0 float8, decl0 float8, radius_arcsec float8)
returns int4[]
language plpgsql immutable parallel safe cost 5
set search_path = pg_catalog, pg_temp
as $$
declare
  radius float8 := least((radius_arcsec + 1e-70) / 3600, 180);
begin
  if (decl0 between -90 and 90 and radius_arcsec between 0 and 'Infinity') is not true then
    return '{1,0}';
  end if;
  if abs(decl0) + radius >= 90 - 1e-9 then
    return sky.window_around(array[ra0, 180, decl0 - radius, decl0 + radius]);
  end if;
  return sky.window_around(
    array[ra0, asind(least(1, sind(radius) / cosd(decl0))), decl0 - radius, decl0 + radius]);
end;
$$;

comment on function sky.cone_window(float8, float8, float8) is
'The part of a position index that holds every position within radius_arcsec of (ra0, decl0), as sky.in_window takes it; no cells when an argument is NULL, NaN or out of range. ra0, decl0: degrees ICRS. Source: the meridians that touch a circle of radius r at declination d are asin(sin r / cos d) away.';
