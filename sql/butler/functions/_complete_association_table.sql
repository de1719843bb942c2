create or replace function butler._complete_association_table(association regclass)
returns void
language plpgsql volatile parallel unsafe
set search_path = pg_catalog, pg_temp
-- The event trigger may have been here first, which is nobody's concern.
set client_min_messages = warning
as $$
declare
  registry name;
  label name;
  dimensions text;
  n_dimensions int;
  equals text;
begin
  select n.nspname, c.relname,
         string_agg(quote_ident(a.attname), ', ' order by a.attnum),
         count(a.attname),
         coalesce(string_agg(', ' || quote_ident(a.attname) || ' with =', '' order by a.attnum), '')
  into registry, label, dimensions, n_dimensions, equals
  from pg_class c
  join pg_namespace n on n.oid = c.relnamespace
  left join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    and a.attname not in ('id', 'dataset_type_id', 'dataset_id', 'collection_id', 'timespan')
  where c.oid = association
  group by n.nspname, c.relname;
  if label like 'dataset\_calibs\_%' then
    if not exists (
      select from pg_constraint k where k.conrelid = association and k.conname = label || '_almagest_validity')
    then
      execute format(
        'alter table %I.%I add constraint %I exclude using gist (dataset_type_id with =, collection_id with =%s, timespan with &&)',
        registry, label, label || '_almagest_validity', equals);
    end if;
  elsif n_dimensions > 0 then
    execute format(
      'create index if not exists %I on %I.%I (dataset_type_id, %s, collection_id) include (dataset_id)',
      label || '_almagest_data_id', registry, label, dimensions);
    -- Dimensions depend on one another, so the number of data IDs is far below the product of their values.
    if n_dimensions between 2 and 8 then
      execute format('create statistics if not exists %I.%I (ndistinct, dependencies) on %s from %I.%I',
        registry, label || '_almagest_statistics', dimensions, registry, label);
    end if;
  end if;
end;
$$;

comment on function butler._complete_association_table(regclass) is
'Adds to a table dataset_tags_… or dataset_calibs_… of a registry what clients of the Data Butler do not make: the index and statistics by which one data ID is found in all collections, and the constraint that validity ranges of one data ID do not overlap. Does nothing where they are there.';
