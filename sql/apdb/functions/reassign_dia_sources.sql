create or replace function apdb.reassign_dia_sources(
  dia_source_ids int8[],
  ss_object_ids int8[],
  reassoc_time float8 default sky.mjd_tai(clock_timestamp()),
  apdb name default apdb.current_apdb(),
  decrement boolean default true)
returns bigint
language sql volatile parallel unsafe
set search_path = pg_catalog, pg_temp
as $$
select apdb._reassign_dia_sources(dia_source_ids::text, ss_object_ids::text, reassoc_time, decrement, apdb)::bigint
$$;

comment on function apdb.reassign_dia_sources(int8[], int8[], float8, name, boolean) is
'Gives sources to objects of the solar system, the first source to the first object and so on, and returns how many: their diaObjectId becomes 0, which is no object, and ssObjectReassocTimeMjdTai reassoc_time, MJD TAI [d]. The DiaObjects that lose them count so many nDiaSources less, in all their versions, unless decrement is false; replicas are told. All or nothing: MissingRecordError names sources that there are not; ApdbDataError.';
