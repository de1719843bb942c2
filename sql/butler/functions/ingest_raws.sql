create or replace function butler.ingest_raws(
  run text,
  data_ids json,
  path text default null,
  dataset_type text default 'raw',
  registry name default butler.current_registry())
returns bigint
language plpgsql volatile parallel unsafe
set search_path = pg_catalog, pg_temp
as $$
declare
  unheld json;
  ids uuid[];
  unknown text;
  instrument text;
begin
  execute format($sql$
    select string_agg(distinct coalesce(g.data_id ->> 'detector', 'none'), ', '), min(g.data_id ->> 'instrument')
    from json_array_elements($1) g (data_id)
    where not exists (
      select from %1$I.detector d
      where d.instrument = g.data_id ->> 'instrument'
        and (g.data_id ->> 'detector') in (d.id::text, d.full_name))
  $sql$, registry) into unknown, instrument using data_ids;
  if unknown is not null then
    raise exception using
      errcode = 'BR010',
      message = format('DataIdValueError: %s has no detectors %s in the registry', instrument, unknown),
      hint = format('Register them: select butler.register_instrument(%L), or almagest butler register-instrument %1$s.', instrument);
  end if;
  perform butler.register_dataset_type(
    dataset_type, array['instrument', 'exposure', 'detector'], 'Exposure', registry => ingest_raws.registry);
  perform butler.register_collection(run, 'RUN', registry => ingest_raws.registry);
  -- A raw of the same file and run has the same id whoever ingests it: what is there stays.
  select json_agg(g.data_id) into unheld
  from json_array_elements(data_ids) as g (data_id)
  where not exists (
    select from butler.find_dataset(
      ingest_raws.dataset_type, g.data_id, array[ingest_raws.run], registry => ingest_raws.registry));
  if unheld is null then
    return 0;
  end if;
  select array_agg(i) into ids
  from butler.insert_datasets(dataset_type, run, unheld, 'DATAID_TYPE_RUN', ingest_raws.registry) i;
  if path is not null then
    perform butler.import_file_records(
      (select json_agg(json_build_object('id', i, 'path', path)) from unnest(ids) i),
      registry => ingest_raws.registry);
  end if;
  return cardinality(ids);
end;
$$;

comment on function butler.ingest_raws(text, json, text, text, name) is
'Registers the raw datasets of one file in a RUN, made where there is none, and returns how many are new: data_ids are those of its detectors; their ids follow from type, run and data ID, so that the same file again is none. path is recorded for each. The dataset type is registered with instrument, exposure and detector where it is not there. DataIdValueError for detectors that the registry does not have.';
