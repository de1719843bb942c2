create or replace function obscore._analyze_once(relation regclass)
returns void
language plpgsql volatile parallel unsafe
set search_path = pg_catalog, pg_temp
as $$
begin
  if exists (select from pg_statistic s where s.starelid = relation) then
    return;
  end if;
  execute format('lock table %s in share update exclusive mode nowait', relation);
  execute format('analyze %s', relation);
exception when lock_not_available then
  -- Another session is at it.
  null;
end
$$;

comment on function obscore._analyze_once(regclass) is
'Gathers the statistics of a table that has none, unless another session does: the first many rows of a new table are here before any autovacuum, and without statistics every index looks as good as another to the planner.';
