create or replace function butler.translate_headers(
  headers json,
  translator text default null,
  registry name default butler.current_registry())
returns table (
  place bigint,
  translator text,
  instrument text,
  exposure json,
  physical_filter text,
  band text,
  detector text,
  problem text)
language sql stable parallel safe
begin atomic
  with wanted as (
    select coalesce(json_agg(json_build_object(
      'name', t.name, 'instrument', t.instrument, 'recognise', t.recognise,
      'rules', (
        select json_agg(r order by r.property, not r.is_users, r.place)
        from butler.header_rules r
        where r.translator = t.name)) order by not t.is_users, t.name), '[]')::text as translators
    from butler.translators t
    where translate_headers.translator is null or t.name = translate_headers.translator
  ), given as (
    select h.place, json_object_agg(c.key, c.value) as cards
    from json_array_elements(headers) with ordinality as h (header, place)
    cross join json_each_text(h.header) as c
    group by h.place
  )
  select
    t.place, t.translator, t.instrument, t.exposure::json, t.physical_filter, t.band, t.detector, t.problem
  from (
    select json_agg(place order by place)::text as places, json_agg(cards order by place)::text as cards
    from given) g
  cross join wanted w
  cross join lateral butler._translate_headers(g.places, g.cards, w.translators, translate_headers.registry) t
  order by t.place;
end;

comment on function butler.translate_headers(json, text, name) is
'What headers of observations say of their exposures: an array of objects {keyword: value}, each translated by the rules of butler.header_rules for the translator that recognises it, or for the one that is named. place counts headers from 1; exposure is a record for butler.insert_dimension_records; problem says why there is none.';
