create or replace function obscore._side(edges float8[], x float8, y float8, z float8)
returns float8
language sql immutable parallel safe
return
  trunc(greatest(-1, least(1, 1e14 * case
    -- Else the limits alone would be compared.
    when edges is null then 0
    when cardinality(edges) <= 12 then least(
      edges[1] * x + edges[2] * y + edges[3] * z,
      edges[4] * x + edges[5] * y + edges[6] * z,
      edges[7] * x + edges[8] * y + edges[9] * z,
      edges[10] * x + edges[11] * y + edges[12] * z)
    else obscore._lowest_side(edges, x, y, z)
  end)));

comment on function obscore._side(float8[], float8, float8, float8) is
'1 for a direction inside a polygon, -1 for one outside; 0 so near an edge that rounding could decide, and without edges: then sky.region_contains does. edges: as almagest_footprint keeps them. x, y, z: unit vector, ICRS. Inlines.';
