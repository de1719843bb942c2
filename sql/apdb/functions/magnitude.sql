create or replace function apdb.magnitude(flux float8)
returns float8
language sql immutable parallel safe
return case when flux > 0 and flux < 'Infinity' then 31.4::float8 - 2.5::float8 * log(flux) end;

comment on function apdb.magnitude(float8) is
'AB magnitude of a flux [nJy]: 31.4 - 2.5 log10(flux); NULL for a flux that is not positive and finite. Source: Oke and Gunn 1983, zero point 3631 Jy, rounded as the Rubin Observatory does.';
