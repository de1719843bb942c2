create or replace function obscore._overflow(maxrec bigint)
returns boolean
language plpgsql volatile parallel restricted
set search_path = pg_catalog, pg_temp
as $$
begin
  -- A warning belongs to the statement: drivers hand it over with the rows, whoever has the connection next.
  raise warning using
    errcode = '01OC1',
    message = format('OVERFLOW: more than %s observations match', maxrec),
    hint = 'Narrow the search, or raise maxrec.';
  return false;
end
$$;

comment on function obscore._overflow(bigint) is
'Warns that a search has more rows than it may return, with SQLSTATE 01OC1, and returns false.';
