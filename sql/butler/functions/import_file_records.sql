create or replace function butler.import_file_records(
  records json,
  datastore text default 'FileDatastore@<butlerRoot>',
  registry name default butler.current_registry())
returns bigint
language plpgsql volatile parallel unsafe
set search_path = pg_catalog, pg_temp
as $$
declare
  count bigint;
begin
  if to_regclass(format('%I.file_datastore_records', registry)) is null then
    if not has_schema_privilege(registry, 'create') then
      raise exception using
        errcode = 'insufficient_privilege',
        message = format('permission denied: registry %s has no table of files yet', registry),
        hint = 'Let a member of almagest_owner import the first files, or leave their paths out (almagest butler import --no-files).';
    end if;
    execute format($ddl$
      create table %1$I.file_datastore_records (
        dataset_id uuid not null,
        path text not null,
        formatter text not null,
        storage_class text not null,
        component varchar(32) not null,
        checksum text,
        file_size bigint,
        constraint file_datastore_records_pkey primary key (dataset_id, component));
      create index file_datastore_records_idx_path on %1$I.file_datastore_records (path);
      comment on table %1$I.file_datastore_records is 'Files that a datastore holds, one row a dataset and component';
      comment on column %1$I.file_datastore_records.dataset_id is 'UUID of the dataset';
      comment on column %1$I.file_datastore_records.path is 'Where the file is, from the root of the datastore';
      comment on column %1$I.file_datastore_records.formatter is 'Python class that reads it';
      comment on column %1$I.file_datastore_records.storage_class is 'How the dataset is held in memory';
      comment on column %1$I.file_datastore_records.component is 'Part of the dataset that the file holds; empty for the whole';
      comment on column %1$I.file_datastore_records.checksum is 'Checksum of the file';
      comment on column %1$I.file_datastore_records.file_size is 'Size of the file [byte]';
      grant select on %1$I.file_datastore_records to almagest_reader;
      grant insert, update, delete on %1$I.file_datastore_records to almagest_loader;
      grant all on %1$I.file_datastore_records to almagest_owner;
      insert into %1$I.opaque_meta (table_name) values ('file_datastore_records') on conflict do nothing;
    $ddl$, registry);
  end if;
  execute format($sql$
    with given as (
      select r.id, r.path, r.formatter, t.storage_class, coalesce(r.component, '') as component, r.checksum, r.file_size
      from json_to_recordset($1) as r (
        id uuid, path text, formatter text, component text, checksum text, file_size bigint)
      join %1$I.dataset d using (id)
      join %1$I.dataset_type t on t.id = d.dataset_type_id
    ), located as (
      insert into %1$I.dataset_location (datastore_name, dataset_id)
      select distinct $2, id from given
      on conflict do nothing
    )
    insert into %1$I.file_datastore_records (dataset_id, path, formatter, storage_class, component, checksum, file_size)
    select id, path, coalesce(formatter, ''), storage_class, component, checksum, file_size from given
    on conflict (dataset_id, component) do nothing
  $sql$, registry) using records, datastore;
  get diagnostics count = row_count;
  return count;
end;
$$;

comment on function butler.import_file_records(json, text, name) is
'Records where the files of datasets are, as a file datastore of that name does, and returns how many are new: an array of {id, path, formatter, component, checksum, file_size [byte]}. A dataset that has a file recorded keeps it. Nothing is read or moved.';
