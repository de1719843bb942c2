create or replace function butler.register_instrument(
  instrument text,
  camera text default null,
  registry name default butler.current_registry())
returns bigint
language plpgsql volatile parallel unsafe
set search_path = pg_catalog, pg_temp
as $$
declare
  source text;
  detectors json;
  known json;
  added bigint := 0;
begin
  select c.name into source
  from butler.camera c
  where c.name = register_instrument.camera
    or register_instrument.camera is null and register_instrument.instrument in (c.instrument, c.name)
  order by c.instrument = register_instrument.instrument desc
  limit 1;
  select json_build_object(
      'name', t.instrument, 'class_name', t.class_name, 'visit_system', t.visit_system, 'visit_max', t.visit_max,
      'exposure_max', t.exposure_max, 'detector_max', t.detector_max) into known
  from butler.translators t
  where t.instrument = register_instrument.instrument
  order by not t.is_users
  limit 1;
  if source is null and (camera is not null or known is null) then
    raise exception using
      errcode = 'BR010',
      message = format('DataIdValueError: nothing is known of instrument %L', instrument)
        || case when camera is null then '' else format(': no camera is named %L', camera) end,
      hint = 'Load its camera (butler.load_camera), or put it into butler.translator.';
  end if;
  select json_agg(json_build_object(
      'instrument', register_instrument.instrument, 'id', d.detector, 'full_name', d.full_name,
      'name_in_raft', d.name_in_raft, 'raft', d.raft, 'purpose', d.purpose) order by d.detector) into detectors
  from butler.camera_detector d
  where d.camera = source;
  perform butler.insert_dimension_records(
    'instrument', coalesce(known, json_build_object('name', instrument)), 'skip', register_instrument.registry);
  if detectors is not null then
    select butler.insert_dimension_records('detector', detectors, 'skip', register_instrument.registry) into added;
  end if;
  return added;
end;
$$;

comment on function butler.register_instrument(text, text, name) is
'Brings an instrument and the detectors of its camera into the registry, and returns how many detectors are new; what is there stays. The camera is one that butler.load_camera knows, by default that of the instrument; without one only the instrument is registered, as butler.translators knows it. DataIdValueError where neither is known.';
