create or replace function butler._region(value text)
returns text
language sql immutable strict parallel safe
return replace(encode(
  case
    when left(value, 1) <> '{' then
      case when strpos(value, ' ') > 0 then sky.region_from_pos(value) else sky.region_from_base64(value) end
    when value::json ->> 'sphgeom_hex' is not null then
      sky.region_from_base64(replace(encode(decode(value::json ->> 'sphgeom_hex', 'hex'), 'base64'), chr(10), ''))
    when json_typeof(value::json -> 'polygon_lonlat_deg') = 'array' then
      sky.region_polygon(array(
        select c.degrees::float8
        from json_array_elements(value::json -> 'polygon_lonlat_deg') with ordinality p (point, place),
          json_array_elements_text(p.point) with ordinality c (degrees, axis)
        order by p.place, c.axis
      ))
    else
      sky.region_from_pos(value)
  end,
  'base64'
), chr(10), '');

comment on function butler._region(text) is
'Region as a registry keeps it, base64 text, from such text, from an IVOA POS string, or from JSON {"sphgeom_hex": "…"} or {"polygon_lonlat_deg": [[ra, dec], …]}, whose convex hull it is [deg, ICRS]. Error 22P02 or 22P03 for what is no region.';
