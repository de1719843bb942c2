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
  translated json;
  records json;
  known int8[];
  same int8[];
  row record;
  result json;
begin
  select json_agg(t) into translated
  from butler.translate_headers(headers, ingest_headers.translator, ingest_headers.registry) t;

  select json_agg(json_build_object(
      'name', t.instrument, 'class_name', t.class_name, 'visit_system', t.visit_system, 'visit_max', t.visit_max,
      'exposure_max', t.exposure_max, 'detector_max', t.detector_max)) into records
  from butler.translators t
  where t.instrument in (select h ->> 'instrument' from json_array_elements(translated) h);
  if records is null then
    return query
      select (h ->> 'place')::bigint, null::text, null::int8, null::int8, 'refused', h ->> 'problem'
      from json_array_elements(translated) h;
    return;
  end if;
  perform butler.insert_dimension_records('instrument', records, 'skip', ingest_headers.registry);

  select json_agg(distinct jsonb_build_object(
      'instrument', h ->> 'instrument', 'name', h ->> 'physical_filter', 'band', coalesce(h ->> 'band', 'unknown'))) into records
  from json_array_elements(translated) h
  where h ->> 'problem' is null;
  perform butler.insert_dimension_records('physical_filter', records, 'skip', ingest_headers.registry);

  select json_agg(distinct jsonb_build_object(
      'instrument', h ->> 'instrument', 'id', h -> 'exposure' -> 'day_obs', 'timespan', jsonb_build_object(
        'begin_ns', d.begin_ns::text, 'end_ns', (d.begin_ns + 86400000000000)::text))) into records
  from json_array_elements(translated) h
  join butler.translators t on t.name = h ->> 'translator'
  cross join lateral (
    select (extract(epoch from to_date(h -> 'exposure' ->> 'day_obs', 'YYYYMMDD')::timestamp)::int8
      + coalesce(t.day_obs_offset_s, 0)) * 1000000000 as begin_ns) d
  where h ->> 'problem' is null;
  perform butler.insert_dimension_records('day_obs', records, 'skip', ingest_headers.registry);

  select json_agg(distinct jsonb_build_object(
      'instrument', h ->> 'instrument', 'name', h -> 'exposure' ->> 'group')) into records
  from json_array_elements(translated) h
  where h ->> 'problem' is null;
  perform butler.insert_dimension_records('group', records, 'skip', ingest_headers.registry);

  -- Exposures that are new all at once; of those that are there already, or come twice, the ones that differ one by one.
  execute format($sql$
    select array_agg(distinct (h ->> 'place')::int8)
    from (
      select h, row_number() over (
        partition by h ->> 'instrument', h -> 'exposure' ->> 'id' order by (h ->> 'place')::int8) as nth
      from json_array_elements($1) h
      where h ->> 'problem' is null
    ) g
    where nth > 1 or exists (
      select from %1$I.exposure e
      where e.instrument = h ->> 'instrument'
        and (e.id = (h -> 'exposure' ->> 'id')::int8 or e.obs_id = h -> 'exposure' ->> 'obs_id'))
  $sql$, ingest_headers.registry) into known using translated;
  select json_agg(h -> 'exposure') into records
  from json_array_elements(translated) h
  where h ->> 'problem' is null and (h ->> 'place')::int8 <> all (coalesce(known, '{}'));
  if records is not null then
    perform butler.insert_dimension_records('exposure', records, 'error', ingest_headers.registry);
  end if;

  execute format($sql$
    select array_agg((h ->> 'place')::int8)
    from json_array_elements($1) h
    join %1$I.exposure e
      on e.instrument = h ->> 'instrument' and e.id = (h -> 'exposure' ->> 'id')::int8
    where (h ->> 'place')::int8 = any ($2)
      and to_jsonb(e) - 'timespan' @> (h -> 'exposure')::jsonb - 'timespan'
      and butler._stored_timespan(e.timespan) = butler._timespan(h -> 'exposure' ->> 'timespan')
  $sql$, ingest_headers.registry) into same using translated, known;

  for row in
    select h
    from json_array_elements(translated) h
    order by (h ->> 'place')::int8
  loop
    place := (row.h ->> 'place')::int8;
    instrument := row.h ->> 'instrument';
    exposure := (row.h -> 'exposure' ->> 'id')::int8;
    detector := (row.h ->> 'detector')::int8;
    detail := row.h ->> 'problem';
    if detail is not null then
      outcome := 'refused';
    elsif place <> all (coalesce(known, '{}')) then
      outcome := 'new';
    elsif place = any (same) then
      outcome := 'same';
    else
      begin
        select butler.sync_dimension_record(
          'exposure', row.h -> 'exposure', update_records, ingest_headers.registry) into result;
        outcome := case
          when result::text = 'true' then 'new'
          when result::text = 'false' then 'same'
          else 'updated' end;
        detail := case when outcome = 'updated' then result ->> 'updated_old_values' end;
      exception
      -- Another header of the same exposure says otherwise: the one that is there stays.
      when sqlstate 'BR005' or sqlstate 'BR017' then
        outcome := 'conflict';
        get stacked diagnostics detail = message_text;
      end;
    end if;
    return next;
  end loop;
end;
$$;

comment on function butler.ingest_headers(json, text, boolean, name) is
'Brings headers of observations into the registry as exposures, with the instruments, filters, days and groups that they need, by the rules of butler.header_rules for the translator that recognises each, or for the one that is named: an array of objects {keyword: value}. A row a header: place from 1, the exposure, the detector where the header names one, and outcome new, same, updated (with the old values, where update_records), conflict (what is there stays) or refused, with the reason in detail.';
