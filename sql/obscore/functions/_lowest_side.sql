create or replace function obscore._lowest_side(edges float8[], x float8, y float8, z float8)
returns float8
language plpgsql immutable strict parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
  lowest float8 := 4;
begin
  for i in 1 .. cardinality(edges) by 3 loop
    lowest := least(lowest, edges[i] * x + edges[i + 1] * y + edges[i + 2] * z);
    exit when lowest < -1e-12;
  end loop;
  return lowest;
end;
$$;

comment on function obscore._lowest_side(float8[], float8, float8, float8) is
'How far a direction is on the inner side of the edges of a polygon, at least; some negative number outside. What obscore._side asks where there are many edges.';
