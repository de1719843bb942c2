create or replace function butler.expand_data_id(
  inout data_id json,
  registry name default butler.current_registry(),
  out timespan int8range,
  out region text
)
returns record
language plpgsql stable
set search_path = pg_catalog, pg_temp
set jit = off
as $$
declare
  compiled record;
  code text;
  message text;
  detail text;
  hint text;
begin
  select c.query, c.parameters into compiled
  from butler._compile_expand_data_id(data_id, registry) c;
  begin
    execute compiled.query into data_id, timespan, region using compiled.parameters, data_id;
    return;
  exception
    when others then
      get stacked diagnostics
        code = returned_sqlstate,
        message = message_text,
        detail = pg_exception_detail,
        hint = pg_exception_hint;
  end;
  -- Raised anew, the error comes without the statement that was composed.
  perform butler._raise(code, message, nullif(detail, ''), nullif(hint, ''));
end
$$;

comment on function butler.expand_data_id(json, name) is
'A data ID with all values that its records imply, required ones first; the timespan [ns TAI since 1970-01-01 TAI] and the region [base64, ICRS] that the finest of its records share, NULL where one has none. Integers may be strings, and keys alternate ones ({"instrument": "DECam", "detector": "S29"}). DimensionNameError for what is no dimension and for a missing value, DataIdValueError where there is no such record, InconsistentDataIdError for an implied value that contradicts the records and for an exposure and a visit that no visit_definition relates.';
