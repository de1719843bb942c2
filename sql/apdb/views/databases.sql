create or replace view apdb.databases as
select
  d.name,
  d.prefix,
  m.dia_object_index,
  m.enable_replica,
  m.schema_version,
  r.object_versions,
  r.sources,
  r.forced_sources,
  d.origin,
  d.since
from apdb.database d
left join apdb._databases() m on m.name = d.name
cross join lateral (
  select
    max(c.reltuples) filter (where c.relname = d.prefix || 'DiaObject')::int8 as object_versions,
    max(c.reltuples) filter (where c.relname = d.prefix || 'DiaSource')::int8 as sources,
    max(c.reltuples) filter (where c.relname = d.prefix || 'DiaForcedSource')::int8 as forced_sources
  from pg_catalog.pg_class c
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  where n.nspname = d.name and c.relkind = 'r' and c.reltuples >= 0
) r;

comment on view apdb.databases is 'The alert-production databases of this database: select * from apdb.databases';
comment on column apdb.databases.name is 'Schema that holds the tables';
comment on column apdb.databases.prefix is 'What the names of its tables begin with';
comment on column apdb.databases.dia_object_index is 'How versions of objects are kept: baseline, pix_id_iov or last_object_table; NULL, as the next two, where its metadata cannot be read';
comment on column apdb.databases.enable_replica is 'Whether it keeps chunks for replication';
comment on column apdb.databases.schema_version is 'Version of its tables';
comment on column apdb.databases.object_versions is 'About how many versions of objects it holds; NULL, as the next two, where that is not known';
comment on column apdb.databases.sources is 'About how many sources it holds';
comment on column apdb.databases.forced_sources is 'About how many forced sources it holds';
comment on column apdb.databases.origin is 'created: made by apdb.create; attached: made by a client of its own, then apdb.attach';
comment on column apdb.databases.since is 'When it was created or attached';
grant select on apdb.databases to almagest_reader;
