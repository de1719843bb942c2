create or replace function sky.nearest(
  source regclass,
  ra0 float8,
  decl0 float8,
  k int8 default 1,
  key_column name default null,
  ra_column name default 'ra',
  dec_column name default 'dec',
  within_arcsec float8 default 648000)
returns table (rank int8, id int8, distance_arcsec float8)
language sql stable parallel safe rows 10
begin atomic
  select n.rank, n.id, n.distance_arcsec
  from sky.nearest_of_type(null::int8, source, ra0, decl0, k, key_column, ra_column, dec_column, within_arcsec) as n;
end;

comment on function sky.nearest(regclass, float8, float8, int8, name, name, name, float8) is
'The k rows of a table nearest to (ra0, decl0), nearest first, equally distant ones by key: rank, id and distance_arcsec; all rows with a position when there are fewer. source: a table, view or partitioned table; key_column: its integer primary key unless named (sky.nearest_of_type takes keys of other types); within_arcsec: no farther than this. ra0, decl0: degrees ICRS. Complete; uses the index of sky.add_position_index; reads with the rights of the caller. Raises invalid_parameter_value for a negative k, undefined_column for a table without a key.';
