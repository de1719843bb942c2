create or replace function sky.add_position_index(
  source regclass,
  ra_column name default 'ra',
  dec_column name default 'dec')
returns regclass
language plpgsql volatile parallel unsafe
set search_path = pg_catalog, pg_temp
as $$
declare
  existing regclass;
  wrong name;
  index_name name;
  schema_name name;
  table_name name;
begin
  if source is null then
    raise exception using errcode = 'null_value_not_allowed', message = 'no table is named';
  end if;
  select wanted.name into wrong
  from unnest(array[ra_column, dec_column]) as wanted (name)
  where not exists (
    select from pg_attribute a join pg_type t on t.oid = a.atttypid
    where a.attrelid = source and a.attname = wanted.name and a.attnum > 0 and t.typcategory = 'N');
  if found then
    raise exception using
      errcode = 'undefined_column',
      message = format('%s has no column %I of a numeric type', source, wrong),
      hint = 'Name the columns that hold degrees: sky.add_position_index(table, ra_column => ..., dec_column => ...).';
  end if;

  select i.index into existing
  from sky.position_indexes i
  where i.source = add_position_index.source
    and i.ra_column = add_position_index.ra_column and i.dec_column = add_position_index.dec_column
  limit 1;
  if found then
    return existing;
  end if;

  select n.nspname, c.relname into schema_name, table_name
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where c.oid = source;
  -- Names are cut to 63 bytes by the server, the table's part first so that the suffix stays.
  index_name := left(table_name::text, 40) || '_position_idx';
  for n in 1 .. 1000 loop
    exit when to_regclass(format('%I.%I', schema_name, index_name)) is null;
    index_name := left(table_name::text, 40) || '_position_idx' || n;
  end loop;
  execute format('create index %I on %I.%I (sky.position_cell(%I, %I), sky.position_key(%I))',
    index_name, schema_name, table_name, ra_column, dec_column, ra_column);
  -- The planner knows how many rows a search finds from statistics of the index's expressions.
  execute format('analyze %I.%I', schema_name, table_name);
  return format('%I.%I', schema_name, index_name)::regclass;
end;
$$;

comment on function sky.add_position_index(regclass, name, name) is
'Makes a table or materialized view quick to search by position, and returns the index: sky.in_cone, sky.within, sky.in_polygon, sky.in_region, sky.nearest and sky.xmatch use it from then on. The columns hold degrees ICRS; rows whose position is NULL, NaN or impossible are indexed and never found. An index that is there already is kept. Needs the rights to index the table.';
