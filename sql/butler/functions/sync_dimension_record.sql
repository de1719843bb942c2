create or replace function butler.sync_dimension_record(
  element text,
  record json,
  "update" boolean default false,
  registry name default butler.current_registry()
)
returns json
language plpgsql volatile
set search_path = pg_catalog, pg_temp
set jit = off
as $$
declare
  compiled record;
  given json := json_build_array(record);
  query text;
  compared record;
  is_there boolean;
  inserted bigint;
  result json;
  code text;
  constraint_name text;
  message text;
  detail text;
  hint text;
begin
  select c.compare, c.insert_queries, c.update_queries, c.parameters, c.key into compiled
  from butler._compile_sync_record(element, record, "update", registry) c;
  begin
    -- What another session inserts or deletes meanwhile is met at the next look.
    for attempt in 1..10 loop
      execute compiled.compare into compared using compiled.parameters, given;
      get diagnostics inserted = row_count;
      is_there := inserted > 0;
      if is_there then
        exit;
      end if;
      execute compiled.insert_queries[1] into inserted using compiled.parameters, given;
      if inserted > 0 then
        return 'true';
      end if;
    end loop;
    if not is_there then
      raise exception using
        errcode = 'serialization_failure',
        message = format('other sessions insert and delete this record of %s again and again', element);
    elsif compared.differences is null then
      return 'false';
    elsif "update" then
      foreach query in array compiled.update_queries loop
        execute query using compiled.parameters, given;
      end loop;
      return json_build_object('updated_old_values', compared.old_values);
    end if;
  exception
    when data_exception or integrity_constraint_violation then
      get stacked diagnostics
        code = returned_sqlstate,
        constraint_name = constraint_name,
        message = message_text;
    when others then
      get stacked diagnostics
        code = returned_sqlstate,
        message = message_text,
        detail = pg_exception_detail,
        hint = pg_exception_hint;
      -- Raised anew, the error comes without the statement that was composed.
      perform butler._raise(code, message, nullif(detail, ''), nullif(hint, ''));
  end;
  if code is not null then
    perform butler._refuse_records(element, given, code, constraint_name, message, registry);
  end if;
  execute compiled.key into result using compiled.parameters, given;
  raise exception using
    errcode = 'BR017',
    message = format('DatabaseConflictError: %s %s is there with other values: %s', element, result, compared.differences),
    detail = format('The registry has %s; given is %s.', compared.old_values, record),
    hint = '"update" => true takes over what is given.';
end
$$;

comment on function butler.sync_dimension_record(text, json, boolean, name) is
'Makes sure that a record is there as given, with the fields that butler.insert_dimension_records takes. Returns true where it inserted the record, false where it was there with the same values in all fields given (NULL and NaN equal themselves, floats exactly), and with update {"updated_old_values": {…}} where it changed some. Of sessions that give the same record at once, one inserts it. DatabaseConflictError for other values without update, with both in the message; ConflictingDefinitionError where another record has its other name; otherwise as butler.insert_dimension_records.';
