create or replace function sky.in_polygon(ra float8, decl float8, polygon float8[])
returns boolean
language sql immutable parallel safe
return
  sky.in_window(ra, decl, sky.window_around(sky.polygon_bounds(polygon)))
  and sky.polygon_contains(polygon, ra, decl);

comment on function sky.in_polygon(float8, float8, float8[]) is
'Whether (ra, decl) is in a polygon, edges included: write where sky.in_polygon(ra, dec, array[10,20, 11,20, 11,21, 10,21]). polygon: ra and dec of its vertices in turn, in either direction; any simple polygon whose vertices are less than 90 degrees from their mean direction; edges are great circles. Inlines, and a position index answers it: see sky.add_position_index. Raises invalid_parameter_value for what is no polygon. All in degrees ICRS.';
