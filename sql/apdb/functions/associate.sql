create or replace function apdb.associate(
  visit int8,
  radius_arcsec float8,
  detector int4 default null,
  visit_time float8 default null,
  sources regclass default null,
  apdb name default apdb.current_apdb())
returns table (sources int8, matched int8, new_objects int8)
language sql volatile parallel unsafe rows 1
set search_path = pg_catalog, pg_temp
-- What is to be searched by index is written so that nothing else can be; all else is joined by hash: of a visit's
-- rows, which have just come, the planner knows too little. Compiling such queries takes longer than running them.
set enable_nestloop = off
set jit = off
begin atomic
  select a.sources, a.matched, a.new_objects
  from apdb._associate($1, $2, $3, $4, $5, $6) a;
end;

comment on function apdb.associate(int8, float8, int4, float8, regclass, name) is
'Gives each source of a visit, or of one of its detectors, that has none its object: the nearest within radius_arcsec, one to one (the closest pairs first; equally close ones by the object''s id, then the source''s), or a new one with the source''s id. Sources of solar system objects and withdrawn ones are left out. Objects get new versions with all statistics. sources: a relation with columns of DiaSource, such as new_dia_source, where diaObjectId is filled in and the versions go to new_dia_object, for apdb.store to take; NULL: new_dia_source where it has sources of the visit, else those stored in DiaSource, whose objects'' versions are then stored at once. visit_time: when versions begin [MJD TAI], by default as the visit was stored, else the latest midpoint. Versions that begin later than a visit that comes late are brought up to date. Sessions that associate at the same time do not see one another''s sources in statistics: apdb.update_statistics does, afterwards. Gives how many sources got objects, how many of them such as were there, and how many new objects. ApdbDataError, ApdbStateError.';
