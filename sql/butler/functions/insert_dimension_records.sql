create or replace function butler.insert_dimension_records(
  element text,
  records json,
  on_conflict text default 'error',
  registry name default butler.current_registry()
)
returns bigint
language plpgsql volatile
set search_path = pg_catalog, pg_temp
set jit = off
as $$
declare
  compiled record;
  given json := case when json_typeof(records) = 'object' then json_build_array(records) else records end;
  query text;
  written bigint;
  code text;
  constraint_name text;
  message text;
  detail text;
  hint text;
begin
  select c.queries, c.parameters into compiled
  from butler._compile_insert_records(element, on_conflict, registry) c;
  begin
    execute compiled.queries[1] into written using compiled.parameters, given;
    foreach query in array compiled.queries[2:] loop
      execute query using compiled.parameters, given;
    end loop;
  exception
    when data_exception or integrity_constraint_violation or cardinality_violation then
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
  return written;
end
$$;

comment on function butler.insert_dimension_records(text, json, text, name) is
'Inserts records of a dimension, or of a table that joins dimensions, and returns how many were written. records: a JSON object, or an array of any length, with the fields of the element''s table; timespan as {"begin", "end"} (ISO 8601, TAI), {"begin_ns", "end_ns"} or int8range text; region as base64, IVOA POS, {"sphgeom_hex"} or {"polygon_lonlat_deg"}; hash in hexadecimal. on_conflict, where the key is there already: error, skip, or replace the record as a whole. Pixels of regions are kept up to date. DimensionNameError for an unknown field; DataIdValueError for a value that does not fit and for a reference to a record that does not exist; ConflictingDefinitionError for a key, or another name, that is taken. All or nothing.';
