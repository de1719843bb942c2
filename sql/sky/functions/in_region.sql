create or replace function sky.in_region(ra float8, decl float8, region bytea)
returns boolean
language sql immutable parallel safe
return
  sky.in_window(ra, decl, sky.window_around(sky.region_bounds(region)))
  and case when decl between -90 and 90 and ra between -1e6 and 1e6 then sky.region_contains(region, ra, decl) else false end;

comment on function sky.in_region(float8, float8, bytea) is
'Whether (ra, decl) is in a region, its boundary included: write where sky.in_region(ra, dec, sky.region_from_pos(''CIRCLE 10 20 0.5'')). Inlines, and a position index answers it: see sky.add_position_index. region: as sky.region_from_base64 and sky.region_from_pos give it, of any kind. Raises what sky.region_contains raises for a malformed region. ra, decl: degrees ICRS.';
