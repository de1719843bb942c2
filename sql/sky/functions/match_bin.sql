create or replace function sky.match_bin(cell int4, key int4, radius_arcsec float8)
returns int4
language sql immutable parallel safe
return key / least(2e9, 1e4 * greatest(1, radius_arcsec)
  -- The side of the zone that is nearer to a pole: there, a circle reaches over the most meridians.
  / greatest(1e-9, cosd(least(90, abs(abs(cell) / 10.0::float8 - 91.95) + 0.05))))::int4;

comment on function sky.match_bin(int4, int4, float8) is
'Number of the bin of meridians, in the zone of a cell, that holds a key; a circle of radius_arcsec reaches over a few of them. Rows of two tables without an index are matched by cell and bin. cell, key: of sky.position_cell and sky.position_key.';
