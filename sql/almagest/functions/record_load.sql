create or replace function almagest.record_load(
  target regclass,
  checksum bytea,
  section text,
  path text,
  bytes bigint,
  rows bigint,
  refusals jsonb default '[]',
  options jsonb default '{}',
  supersede boolean default false
)
returns bigint
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  target_name constant text := almagest._target_name(record_load.target);
  id bigint;
begin
  perform almagest._check_loader(record_load.target);
  if record_load.supersede then
    update almagest.load_log l
    set in_force = false
    where l.load_id in (
      select f.load_id
      from almagest._loads_in_force(record_load.target, record_load.checksum, record_load.section) f);
  end if;
  insert into almagest.load_log (
    target, target_oid, origin, checksum, section, path, bytes, rows,
    refused_rows, refusals, started_at, finished_at, loaded_by, options)
  values (
    target_name, record_load.target, almagest._database_identity(), record_load.checksum, record_load.section,
    record_load.path, record_load.bytes, record_load.rows, jsonb_array_length(record_load.refusals),
    record_load.refusals, transaction_timestamp(), clock_timestamp(), session_user, record_load.options)
  returning load_id into id;
  return id;
exception
  when unique_violation then
    raise exception '"%" is already loaded into %', record_load.path, target_name
      using errcode = 'unique_violation',
            hint = 'Loading it once more would double its rows: supersede the earlier load to do so all the same.';
end
$$;

comment on function almagest.record_load(regclass, bytea, text, text, bigint, bigint, jsonb, jsonb, boolean) is 'Enters a load in the log, in the transaction that wrote its rows, and returns its number; supersede puts an earlier load of the same out of force';
grant execute on function almagest.record_load(regclass, bytea, text, text, bigint, bigint, jsonb, jsonb, boolean) to almagest_loader;
