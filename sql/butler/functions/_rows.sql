create or replace function butler._rows(query text, parameters text[])
returns setof record
language plpgsql volatile parallel unsafe
set search_path = pg_catalog, pg_temp
as $$
begin
  return query execute query using parameters;
end
$$;

comment on function butler._rows(text, text[]) is
'Rows of a compiled statement, with parameters as its $1; the caller names their columns.';
