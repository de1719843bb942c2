create or replace function sky.xmatch_of_type(
  key_type anyelement,
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
returns table (left_id anyelement, right_id anyelement, distance_arcsec float8)
language plpgsql stable parallel safe rows 100000
set search_path = pg_catalog, pg_temp
-- The estimate of a join by position is far too high, and compiling such a query takes longer than running it.
set jit = off
as $$
declare
  left_rows float8;
  right_rows float8;
  left_indexed boolean;
  right_indexed boolean;
  left_drives boolean;
  matches text;
begin
  if (radius_arcsec between 0 and 'Infinity') is not true then
    raise exception using
      errcode = 'invalid_parameter_value',
      message = format('%s is not a radius in arcsec', coalesce(radius_arcsec::text, 'NULL'));
  end if;
  if left_table is null or right_table is null then
    raise exception using errcode = 'null_value_not_allowed', message = 'a cross-match needs two tables';
  end if;
  select reltuples into left_rows from pg_class where oid = left_table;
  select reltuples into right_rows from pg_class where oid = right_table;
  select exists (
    select from sky.position_indexes i where i.source = left_table and i.ra_column = left_ra and i.dec_column = left_dec)
  into left_indexed;
  select exists (
    select from sky.position_indexes i where i.source = right_table and i.ra_column = right_ra and i.dec_column = right_dec)
  into right_indexed;

  -- The rows of one table drive the search of the other: the smaller one's, unless only it has an index.
  left_drives := case when left_indexed = right_indexed then left_rows <= right_rows else right_indexed end;
  matches := case when left_indexed or right_indexed then
      '%1$s %2$s join %5$s %6$s on sky.within(%6$s.%7$I, %6$s.%8$I, %2$s.%3$I, %2$s.%4$I, $1)'
    else
      -- Without an index, equality of cell and of a bin of meridians lets the tables be joined by hash.
      '%1$s %2$s
       cross join lateral sky.cone_window(%2$s.%3$I, %2$s.%4$I, $1) as around (win)
       cross join lateral unnest(around.win[3:]) as cells (cell)
       cross join lateral generate_series(
         sky.match_bin(cells.cell, around.win[1], $1), sky.match_bin(cells.cell, around.win[2], $1)) as bins (bin)
       join %5$s %6$s on sky.position_cell(%6$s.%7$I, %6$s.%8$I) = cells.cell
         and sky.match_bin(sky.position_cell(%6$s.%7$I, %6$s.%8$I), sky.position_key(%6$s.%7$I), $1) = bins.bin
         and sky.is_close(%6$s.%7$I, %6$s.%8$I, %2$s.%3$I, %2$s.%4$I, $1)'
    end;
  if left_drives then
    matches := format(matches, left_table, 'l', left_ra, left_dec, right_table, 'r', right_ra, right_dec);
  else
    matches := format(matches, right_table, 'r', right_ra, right_dec, left_table, 'l', left_ra, left_dec);
  end if;
  matches := format(
    'select l.%1$I::%2$s as left_id, r.%3$I::%2$s as right_id,
       3600 * sky.angular_distance(l.%4$I, l.%5$I, r.%6$I, r.%7$I) as distance_arcsec
     from %8$s',
    sky.key_column(left_table, left_key), format_type(pg_typeof(key_type)::oid, null),
    sky.key_column(right_table, right_key), left_ra, left_dec, right_ra, right_dec, matches);
  if nearest_only then
    matches := format(
      'select distinct on (m.left_id) m.* from (%s) as m order by m.left_id, m.distance_arcsec, m.right_id', matches);
  end if;
  return query execute matches using radius_arcsec;
end;
$$;

comment on function sky.xmatch_of_type(anyelement, regclass, regclass, float8, boolean, name, name, name, name, name, name) is
'sky.xmatch for tables whose keys are not integers: key_type is a NULL of the type in which both keys are given, as in sky.xmatch_of_type(null::text, left, right, 2).';
