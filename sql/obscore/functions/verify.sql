create or replace function obscore.verify(
  table_name name default 'obscore',
  repair boolean default false,
  registry name default butler.current_registry())
returns table (dataset_id uuid, dataset_type text, difference text, columns text[])
language plpgsql volatile parallel unsafe
rows 100
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_variable
declare
  query text;
  wrong uuid[] := '{}';
begin
  select q into query from obscore._differences(table_name, registry) q;
  for dataset_id, dataset_type, difference, columns in execute query loop
    wrong := wrong || dataset_id;
    return next;
  end loop;
  if repair and cardinality(wrong) > 0 then
    perform obscore._repair(table_name, wrong, registry);
  end if;
end
$$;

comment on function obscore.verify(name, boolean, name) is
'Every difference between an ObsCore table and what its registry says: rows that are missing, extra (dataset_type NULL where the dataset is gone) or different, in these columns; no row where all is well. In mode manual also what was collected and not yet applied, in mode matview what changed since the last refresh. repair brings the rows that it returns up to date. MissingObsCoreTableError.';
