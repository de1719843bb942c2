create or replace function apdb.forced_candidates(
  visit int8,
  detector int4 default null,
  min_sources int4 default 2,
  region text default null,
  known_days float8 default 30,
  visit_time float8 default null,
  sources regclass default null,
  apdb name default apdb.current_apdb())
returns table (
  dia_object_id int8,
  ra float8,
  decl float8,
  n_dia_sources int4,
  last_dia_source_mjd_tai float8,
  detected boolean)
language sql stable parallel unsafe
set search_path = pg_catalog, pg_temp
set enable_nestloop = off
set jit = off
begin atomic
  select c.dia_object_id, c.ra, c.decl, c.n_dia_sources, c.last_dia_source_mjd_tai, c.detected
  from apdb._forced_candidates($1, $2, $3, $4, $5, $6, $7, $8) c;
end;

comment on function apdb.forced_candidates(int8, int4, int4, text, float8, float8, regclass, name) is
'Objects at whose positions [deg, ICRS] the forced photometry of a visit, or of one of its detectors, is to measure: those detected in it that have at least min_sources sources (2: detected before as well); with a region (POS text [deg] or base64) also those known there that were not detected, whose last detection is at most known_days before visit_time [MJD TAI; by default as the visit was stored, else the latest midpoint]. min_sources => 1 with the field of view as the region is the rule of the L1 database prototype of 2017. sources: a relation with columns of DiaSource and filled diaObjectId, as apdb.associate takes them; versions in new_dia_object count before stored ones. In order of id. ApdbDataError.';
