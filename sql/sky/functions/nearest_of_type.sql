create or replace function sky.nearest_of_type(
  key_type anyelement,
  source regclass,
  ra0 float8,
  decl0 float8,
  k int8 default 1,
  key_column name default null,
  ra_column name default 'ra',
  dec_column name default 'dec',
  within_arcsec float8 default 648000)
returns table (rank int8, id anyelement, distance_arcsec float8)
language plpgsql stable parallel safe rows 10
set search_path = pg_catalog, pg_temp
as $$
declare
  key_name name;
  in_reach int8;
  search text;
  radius float8;
  rows_in_all float8;
begin
  if k < 0 then
    raise exception using errcode = 'invalid_parameter_value', message = format('cannot find %s nearest neighbours', k);
  end if;
  if source is null or k is null or ra0 is null or decl0 is null or within_arcsec is null then
    return;
  end if;
  key_name := sky.key_column(source, nearest_of_type.key_column);
  search := format('from %s where sky.in_cone(%I, %I, $1, $2, $3)', source, ra_column, dec_column);

  -- Wide enough for k, and some more, if the rows are spread over the whole sky; without an index one pass has to do.
  select greatest(c.reltuples, 1) into rows_in_all from pg_class c where c.oid = source;
  radius := 2.6 * degrees(sqrt(least(k / rows_in_all, 1))) * 3600;
  if not exists (
      select from sky.position_indexes i
      where i.source = nearest_of_type.source and i.ra_column = nearest_of_type.ra_column and i.dec_column = nearest_of_type.dec_column) then
    radius := 648000;
  end if;

  loop
    radius := least(radius, within_arcsec);
    exit when radius >= least(within_arcsec, 324000);
    execute format('select count(*) from (select %s limit $4) as found', search) into in_reach using ra0, decl0, radius, k;
    exit when in_reach >= k;
    -- From how many there are follows how far k of them reach, if they go on as they began.
    radius := radius * least(16, greatest(1.5, 1.2 * sqrt(k / greatest(in_reach, 0.1))));
  end loop;
  if radius >= 324000 then
    radius := within_arcsec;
  end if;

  return query execute format(
    'select row_number() over (order by found.distance_arcsec, found.id), found.id, found.distance_arcsec
     from (select %1$I::%2$s as id, 3600 * sky.angular_distance(%3$I, %4$I, $1, $2) as distance_arcsec %5$s) as found
     order by found.distance_arcsec, found.id
     limit $4',
    key_name, format_type(pg_typeof(key_type)::oid, null), ra_column, dec_column, search)
    using ra0, decl0, radius, k;
end;
$$;

comment on function sky.nearest_of_type(anyelement, regclass, float8, float8, int8, name, name, name, float8) is
'sky.nearest for a table whose key is not an integer: key_type is a NULL of the type in which the keys are given, as in sky.nearest_of_type(null::uuid, table, ra0, decl0, 5). Cones around the position grow until they hold k rows, so that the answer is complete.';
