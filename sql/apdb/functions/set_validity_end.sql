create or replace function apdb.set_validity_end(
  dia_object_ids int8[],
  validity_end float8,
  raise_on_missing boolean default false,
  apdb name default apdb.current_apdb(),
  update_time float8 default sky.mjd_tai(clock_timestamp()))
returns bigint
language sql volatile parallel unsafe
set search_path = pg_catalog, pg_temp
as $$
select apdb._set_validity_end(dia_object_ids::text, validity_end, raise_on_missing, apdb, update_time)::bigint
$$;

comment on function apdb.set_validity_end(int8[], float8, boolean, name, float8) is
'Ends objects: their open version is valid until validity_end, MJD TAI [d], and DiaObjectLast has them no more. Returns how many objects were open; of those that there are not, or that ended before, raise_on_missing makes a MissingRecordError. Where a client left several versions open, each ends where the next begins. Replicas are told, at update_time, MJD TAI [d]. ApdbDataError where validity_end is before an open version begins.';
