create or replace function butler.ingest_headers(
  headers json,
  translator text default null,
  update_records boolean default false,
  registry name default butler.current_registry())
returns table (place bigint, instrument text, exposure int8, detector int8, outcome text, detail text)
language plpgsql volatile parallel unsafe
set search_path = pg_catalog, pg_temp
as $$
declare
  places int8[];
  problems text[];
  translators text[];
  instruments text[];
  exposures json[];
  ids int8[];
  observations text[];
  filters text[];
  bands text[];
  days int8[];
  groups text[];
  detectors int8[];
  records json;
  fresh int8[];
  added bigint := 0;
  known int8[];
  settled int8[];
  row record;
  result json;
  others int8[] := '{}';
  outcomes text[] := '{}';
  details text[] := '{}';
  complaint text;
begin
  select
    array_agg(t.place), array_agg(t.problem), array_agg(t.translator), array_agg(t.instrument), array_agg(t.exposure),
    array_agg((t.exposure ->> 'id')::int8), array_agg(t.exposure ->> 'obs_id'), array_agg(t.physical_filter),
    array_agg(coalesce(t.band, 'unknown')), array_agg((t.exposure ->> 'day_obs')::int8),
    array_agg(t.exposure ->> 'group'), array_agg(t.detector::int8)
  into places, problems, translators, instruments, exposures, ids, observations, filters, bands, days, groups, detectors
  from butler.translate_headers(headers, ingest_headers.translator, ingest_headers.registry) t;

  -- What exposures refer to comes first: it stays where it is there already.
  select json_agg(json_build_object(
      'name', t.instrument, 'class_name', t.class_name, 'visit_system', t.visit_system, 'visit_max', t.visit_max,
      'exposure_max', t.exposure_max, 'detector_max', t.detector_max)) into records
  from butler.translators t
  where t.name in (
    select g.translator from unnest(translators, exposures) g (translator, exposure) where g.exposure is not null);
  if records is not null then
    perform butler.insert_dimension_records('instrument', records, 'skip', ingest_headers.registry);

    select json_agg(json_build_object('instrument', g.instrument, 'name', g.filter, 'band', g.band)) into records
    from (
      select distinct on (u.instrument, u.filter) u.instrument, u.filter, u.band
      from unnest(instruments, filters, bands, exposures) u (instrument, filter, band, exposure)
      where u.exposure is not null) g;
    perform butler.insert_dimension_records('physical_filter', records, 'skip', ingest_headers.registry);

    select json_agg(json_build_object(
        'instrument', g.instrument, 'id', g.day, 'timespan', json_build_object(
          'begin_ns', g.begin_ns::text, 'end_ns', (g.begin_ns + 86400000000000)::text))) into records
    from (
      select distinct on (u.instrument, u.day) u.instrument, u.day,
        (extract(epoch from to_date(u.day::text, 'YYYYMMDD')::timestamp)::int8
          + coalesce(t.day_obs_offset_s, 0)) * 1000000000 as begin_ns
      from unnest(instruments, days, translators, exposures) u (instrument, day, translator, exposure)
      join butler.translators t on t.name = u.translator
      where u.exposure is not null) g;
    perform butler.insert_dimension_records('day_obs', records, 'skip', ingest_headers.registry);

    select json_agg(json_build_object('instrument', g.instrument, 'name', g.name)) into records
    from (
      select distinct u.instrument, u.name
      from unnest(instruments, groups, exposures) u (instrument, name, exposure)
      where u.exposure is not null) g;
    perform butler.insert_dimension_records('group', records, 'skip', ingest_headers.registry);
  end if;

  -- Exposures that are new go in at once, of several headers of one the first.
  execute format($sql$
    select array_agg(g.place)
    from (
      select
        u.*,
        row_number() over (partition by u.instrument, u.id order by u.place) as nth_of_id,
        row_number() over (partition by u.instrument, u.obs_id order by u.place) as nth_of_obs_id
      from unnest($1, $2, $3, $4, $5) u (place, instrument, id, obs_id, exposure)
      where u.exposure is not null) g
    left join %1$I.exposure e on e.instrument = g.instrument and e.id = g.id
    left join %1$I.exposure o on o.instrument = g.instrument and o.obs_id = g.obs_id
    where g.nth_of_id = 1 and g.nth_of_obs_id = 1 and e.id is null and o.id is null
  $sql$, ingest_headers.registry) into fresh using places, instruments, ids, observations, exposures;
  if fresh is not null then
    select json_agg(u.exposure order by u.place) into records
    from unnest(places, exposures) u (place, exposure)
    join unnest(fresh) f (place) using (place);
    select butler.insert_dimension_records('exposure', records, 'skip', ingest_headers.registry) into added;
  end if;

  -- The others, and the new ones where another session was faster, must say what the registry holds.
  execute format($sql$
    select array_agg(u.place)
    from unnest($1, $2, $3, $4) u (place, instrument, id, exposure)
    join %1$I.exposure e on e.instrument = u.instrument and e.id = u.id
    left join unnest($5) f (place) on f.place = u.place
    where u.exposure is not null
      and (f.place is null or not $6)
      and to_jsonb(e) - 'timespan' @> u.exposure::jsonb - 'timespan'
      and butler._stored_timespan(e.timespan) = butler._timespan(u.exposure ->> 'timespan')
  $sql$, ingest_headers.registry)
  into known using places, instruments, ids, exposures, fresh, added = coalesce(cardinality(fresh), 0);
  settled := case when added = coalesce(cardinality(fresh), 0) then fresh || known else known end;

  for row in
    select u.place, u.exposure
    from unnest(places, exposures) u (place, exposure)
    left join unnest(settled) s (place) on s.place = u.place
    where u.exposure is not null and s.place is null
    order by u.place
  loop
    others := others || row.place;
    begin
      select butler.sync_dimension_record(
        'exposure', row.exposure, update_records, ingest_headers.registry) into result;
      outcomes := outcomes || case
        when result::text = 'true' then 'new'
        when result::text = 'false' then 'same'
        else 'updated' end;
      details := details || (result ->> 'updated_old_values');
    exception
      -- Another header of the same exposure says otherwise: the one that is there stays.
      when sqlstate 'BR005' or sqlstate 'BR017' then
        outcomes := outcomes || 'conflict'::text;
        get stacked diagnostics complaint = message_text;
        details := details || complaint;
    end;
  end loop;

  return query
    select
      u.place, u.instrument, u.id, u.detector,
      case
        when u.exposure is null then 'refused'
        when o.place is not null then o.outcome
        when f.place is not null then 'new'
        else 'same' end,
      coalesce(u.problem, o.detail)
    from unnest(places, instruments, ids, detectors, exposures, problems) u (
      place, instrument, id, detector, exposure, problem)
    left join unnest(fresh) f (place) on f.place = u.place
    left join unnest(others, outcomes, details) o (place, outcome, detail) on o.place = u.place
    order by u.place;
end;
$$;

comment on function butler.ingest_headers(json, text, boolean, name) is
'Brings headers of observations into the registry as exposures, with the instruments, filters, days and groups that they need, by the rules of butler.header_rules for the translator that recognises each, or for the one that is named: an array of objects {keyword: value}. A row a header: place from 1, the exposure, the detector where the header names one, and outcome new, same, updated (with the old values, where update_records), conflict (what is there stays) or refused, with the reason in detail.';
