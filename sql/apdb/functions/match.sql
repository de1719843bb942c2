create or replace function apdb.match(
  visit int8,
  radius_arcsec float8,
  detector int4 default null,
  sources regclass default null,
  apdb name default apdb.current_apdb())
returns table (dia_source_id int8, dia_object_id int8, distance_arcsec float8)
language sql stable parallel unsafe
set search_path = pg_catalog, pg_temp
set enable_nestloop = off
set jit = off
begin atomic
  select m.dia_source_id, m.dia_object_id, m.distance_arcsec
  from apdb._match($1, $2, $3, $4, $5) m;
end;

comment on function apdb.match(int8, float8, int4, regclass, name) is
'What apdb.associate would do with the sources of a visit that have no object: each with the object that is its match and their distance, NULL where it would make a new one. Changes nothing. Arguments as there. ApdbDataError.';
