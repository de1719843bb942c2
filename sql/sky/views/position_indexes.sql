create or replace view sky.position_indexes as
select
  i.indrelid::regclass as source,
  -- Columns that are not double precision stand in the index with a cast.
  ra.name as ra_column,
  (select a.attname
   from pg_catalog.pg_depend d join pg_catalog.pg_attribute a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid
   where d.classid = 'pg_catalog.pg_class'::regclass and d.objid = i.indexrelid
     and d.refclassid = 'pg_catalog.pg_class'::regclass and d.refobjid = i.indrelid and a.attname <> ra.name
   limit 1) as dec_column,
  i.indexrelid::regclass as index,
  pg_catalog.pg_relation_size(i.indexrelid) as bytes
from pg_catalog.pg_index i
cross join lateral (
  select a.attname as name
  from pg_catalog.pg_attribute a
  where a.attrelid = i.indrelid and a.attnum > 0 and not a.attisdropped
    and pg_catalog.pg_get_indexdef(i.indexrelid, 2, false) in (
      pg_catalog.format('sky.position_key(%I)', a.attname),
      pg_catalog.format('sky.position_key((%I)::double precision)', a.attname))
) as ra
where i.indnatts = 2 and i.indpred is null and i.indisvalid
  and exists (
    select
    from pg_catalog.pg_depend d
    where d.classid = 'pg_catalog.pg_class'::regclass and d.objid = i.indexrelid
      and d.refclassid = 'pg_catalog.pg_proc'::regclass
      and d.refobjid = 'sky.position_cell(float8, float8)'::regprocedure)
  and pg_catalog.pg_get_indexdef(i.indexrelid, 1, false) like 'sky.position\_cell(%';

comment on view sky.position_indexes is 'Indexes that answer searches by position, one row an index; made by sky.add_position_index';
comment on column sky.position_indexes.source is 'table or materialized view that is indexed';
comment on column sky.position_indexes.ra_column is 'column with the right ascension [deg]';
comment on column sky.position_indexes.dec_column is 'column with the declination [deg]';
comment on column sky.position_indexes.index is 'the index';
comment on column sky.position_indexes.bytes is 'size of the index [byte]; 0 for a partitioned table, whose partitions have indexes of their own';
grant select on sky.position_indexes to public;
