create or replace function butler._rows(query text, parameters text[])
returns setof record
language plpgsql volatile parallel unsafe
set search_path = pg_catalog, pg_temp
as $$
begin
  return query execute query using parameters;
exception
  when numeric_value_out_of_range then
    raise exception using
      errcode = 'BR012',
      message = 'InvalidQueryError: the expression computes a number that is too large, or too close to zero',
      detail = sqlerrm,
      hint = 'Compare with a number of the column''s own size.';
end
$$;

comment on function butler._rows(text, text[]) is
'Rows of a compiled statement, with parameters as its $1; the caller names their columns. InvalidQueryError for a float beyond what PostgreSQL computes.';
