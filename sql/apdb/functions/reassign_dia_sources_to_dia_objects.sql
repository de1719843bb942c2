create or replace function apdb.reassign_dia_sources_to_dia_objects(
  dia_source_ids int8[],
  dia_object_ids int8[],
  increment boolean default true,
  decrement boolean default true,
  apdb name default apdb.current_apdb(),
  update_time float8 default sky.mjd_tai(clock_timestamp()))
returns bigint
language sql volatile parallel unsafe
set search_path = pg_catalog, pg_temp
as $$
select apdb._reassign_dia_sources_to_dia_objects(
  dia_source_ids::text, dia_object_ids::text, increment, decrement, apdb, update_time)::bigint
$$;

comment on function apdb.reassign_dia_sources_to_dia_objects(int8[], int8[], boolean, boolean, name, float8) is
'Gives sources to other DiaObjects, the first source to the first object and so on, and returns how many. With increment the objects that gain them, with decrement those that lose them get nDiaSources anew, in all their versions; replicas are told, at update_time, MJD TAI [d]. A source may have had no object, or one that there is not. All or nothing: MissingRecordError names sources that there are not, and objects without an open version; ApdbDataError.';
