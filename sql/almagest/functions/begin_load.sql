create or replace function almagest.begin_load(target regclass, checksum bytea, section text)
returns table (load_id bigint, finished_at timestamptz, rows bigint, options jsonb)
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
begin
  perform almagest._check_loader(begin_load.target);
  -- Whoever loads the same file into the same table meanwhile is waited for, and then seen in the log.
  perform pg_advisory_xact_lock(
    hashtextextended(
      format('almagest load %s %s %s', begin_load.target::oid, begin_load.checksum, begin_load.section), 0));
  return query
    select l.load_id, l.finished_at, l.rows, l.options
    from almagest._loads_in_force(begin_load.target, begin_load.checksum, begin_load.section) l;
end
$$;

comment on function almagest.begin_load(regclass, bytea, text) is 'Begins the load of a file''s table in this transaction, waiting for others that load the same; returns the load already in force, if any';
grant execute on function almagest.begin_load(regclass, bytea, text) to almagest_loader;
