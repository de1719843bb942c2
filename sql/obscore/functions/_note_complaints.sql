create or replace function obscore._note_complaints(
  registry name, table_name name, dataset_type text, dataset_id uuid, complaints jsonb)
returns uuid
language plpgsql volatile parallel unsafe
set search_path = pg_catalog, pg_temp
as $$
begin
  insert into obscore.error (registry, table_name, dataset_type, dataset_id, column_name, reason)
  select $1, $2, $3, $4, c.value ->> 0, c.value ->> 1
  from jsonb_array_elements($5) c (value);
  return $4;
end
$$;

comment on function obscore._note_complaints(name, name, text, uuid, jsonb) is
'Writes what is wrong with a dataset''s row into obscore.error and returns the dataset: for statements that make many rows, few of which have something wrong. complaints: pairs of column and reason.';
