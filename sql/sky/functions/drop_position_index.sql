create or replace function sky.drop_position_index(
  source regclass,
  ra_column name default 'ra',
  dec_column name default 'dec')
returns boolean
language plpgsql volatile parallel unsafe
set search_path = pg_catalog, pg_temp
as $$
declare
  index_oid regclass;
  dropped boolean := false;
begin
  for index_oid in
    select i.index
    from sky.position_indexes i
    where i.source = drop_position_index.source
      and i.ra_column = drop_position_index.ra_column and i.dec_column = drop_position_index.dec_column
  loop
    execute format('drop index %s', index_oid);
    dropped := true;
  end loop;
  return dropped;
end;
$$;

comment on function sky.drop_position_index(regclass, name, name) is
'Drops what sky.add_position_index made for these columns; returns whether there was one.';
