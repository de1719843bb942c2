create or replace function sky.xmatch(
  left_table regclass,
  right_table regclass,
  radius_arcsec float8,
  nearest_only boolean default false,
  left_key name default null,
  right_key name default null,
  left_ra name default 'ra',
  left_dec name default 'dec',
  right_ra name default 'ra',
  right_dec name default 'dec')
returns table (left_id int8, right_id int8, distance_arcsec float8)
language sql stable parallel safe rows 100000
begin atomic
  select m.left_id, m.right_id, m.distance_arcsec
  from sky.xmatch_of_type(
    null::int8, left_table, right_table, radius_arcsec, nearest_only,
    left_key, right_key, left_ra, left_dec, right_ra, right_dec) as m;
end;

comment on function sky.xmatch(regclass, regclass, float8, boolean, name, name, name, name, name, name) is
'Every pair of a row of left_table and a row of right_table at most radius_arcsec apart: left_id, right_id, distance_arcsec; with nearest_only the closest match of each row of left_table, of equally close ones that with the smaller key. The keys are the integer primary keys unless named (sky.xmatch_of_type takes keys of other types). Complete; uses the index of sky.add_position_index on either table, and a hash join when neither has one; reads with the rights of the caller. Raises invalid_parameter_value for a radius that is none, undefined_column for a table without a key.';
