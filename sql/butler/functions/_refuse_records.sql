create or replace function butler._refuse_records(
  element text,
  records json,
  code text,
  constraint_name text,
  message text,
  registry name
)
returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  compiled record;
  found_record record;
begin
  if json_typeof(records) <> 'array' then
    raise exception using
      errcode = 'BR010',
      message = format('DataIdValueError: records of %s are JSON objects, not %s', element, records);
  end if;
  select e.position, e.item into found_record
  from json_array_elements(records) with ordinality e (item, position)
  where json_typeof(e.item) <> 'object'
  limit 1;
  if found then
    raise exception using
      errcode = 'BR010',
      message = format('DataIdValueError: records of %s are JSON objects, not %s', element, found_record.item),
      detail = format('Record %s of those given is none.', found_record.position);
  end if;
  select c.query, c.name, c.code, c.hint into compiled
  from butler._compile_record_complaint(element, code, constraint_name, registry) c;
  execute compiled.query into found_record using null::text[], records;
  if found_record.complaint is null then
    raise exception using
      errcode = compiled.code,
      message = format('%s: records of %s are refused: %s', compiled.name, element, message);
  end if;
  raise exception using
    errcode = compiled.code,
    message = format('%s: %s %s is refused: %s', compiled.name, element, found_record.data_id, found_record.complaint),
    detail = format('Record %s of those given is %s.', found_record.position, found_record.item)
      || coalesce(' ' || found_record.other || '.', ''),
    hint = compiled.hint;
end
$$;

comment on function butler._refuse_records(text, json, text, text, text, name) is
'Raises the named error for records whose writing failed, and names the record: DataIdValueError for a value that its column cannot hold and for a reference to a record that does not exist, ConflictingDefinitionError for a key that is taken. code, constraint_name, message: what PostgreSQL said.';
