create or replace function almagest._loads_in_force(target regclass, checksum bytea, section text)
returns setof almagest.load_log
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  select l.*
  from almagest.load_log l
  where l.checksum = _loads_in_force.checksum
    and l.section = _loads_in_force.section
    and l.in_force
    and case when l.origin = almagest._database_identity()
             then l.target_oid = _loads_in_force.target
             else l.target = almagest._target_name(_loads_in_force.target) end
$$;

comment on function almagest._loads_in_force(regclass, bytea, text) is 'Loads of a file''s table into this table that still count: a renamed table keeps its own, and a new table of an old name begins without';
