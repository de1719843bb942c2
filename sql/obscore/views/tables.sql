create or replace view obscore.tables as
select
  d.registry,
  d.table_name,
  d.mode,
  d.on_error,
  d.published,
  nullif(c.reltuples, -1)::int8 as rows,
  (select count(*) from obscore.error e where (e.registry, e.table_name) = (d.registry, d.table_name)) as errors,
  case when d.mode = 'manual' then obscore._pending(d.registry, d.table_name) end as pending,
  d.built
from obscore.definition d
left join pg_catalog.pg_namespace n on n.nspname = d.registry
left join pg_catalog.pg_class c on c.relnamespace = n.oid and c.relname = d.table_name;

comment on view obscore.tables is 'The ObsCore tables of this database: select * from obscore.tables';
comment on column obscore.tables.registry is 'Registry whose datasets it shows';
comment on column obscore.tables.table_name is 'Name of the table, or of the materialized view, in the registry''s schema';
comment on column obscore.tables.mode is 'live, manual or matview; see obscore.create';
comment on column obscore.tables.on_error is 'record or raise; see obscore.create';
comment on column obscore.tables.published is 'Whether its rows are in ivoa.obscore';
comment on column obscore.tables.rows is 'About how many rows it has; NULL where that is not known';
comment on column obscore.tables.errors is 'How many rows of obscore.error tell of it';
comment on column obscore.tables.pending is 'Changes that obscore.refresh has to apply; NULL for other modes than manual';
comment on column obscore.tables.built is 'When all its rows were last made anew';
grant select on obscore.tables to almagest_reader;
