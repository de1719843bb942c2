create or replace function butler.insert_datasets(
  dataset_type text,
  run text,
  data_ids json,
  id_mode text default 'UNIQUE',
  registry name default butler.current_registry())
returns setof uuid
language plpgsql volatile parallel unsafe
set search_path = pg_catalog, pg_temp
as $$
declare
  role constant text := current_setting('session_replication_role');
  compiled record;
  problem record;
  reason text;
  refused text;
begin
  select c.query, c.bulk, c.problems, c.parameters into compiled
  from butler._compile_insert_datasets(
    dataset_type,
    run,
    id_mode,
    butler._may_check_at_once(case json_typeof(data_ids) when 'array' then json_array_length(data_ids) end),
    registry) c;
  perform butler._require_given(data_ids is null, 'data_ids');
  begin
    if compiled.bulk is not null then
      begin
        perform set_config('session_replication_role', 'replica', true);
        return query execute compiled.bulk using compiled.parameters, data_ids;
        perform set_config('session_replication_role', role, true);
        return;
      exception when foreign_key_violation then
        -- Before any row: the checks of the foreign keys themselves decide.
        null;
      end;
    end if;
    return query execute compiled.query using compiled.parameters, data_ids;
    return;
  exception when integrity_constraint_violation or string_data_right_truncation then
    get stacked diagnostics reason = message_text, refused = pg_exception_detail;
  end;
  execute compiled.problems into problem using compiled.parameters, data_ids;
  perform butler._raise(
    coalesce(problem.sqlstate, 'BR005'),
    coalesce(problem.message, 'ConflictingDefinitionError: ' || reason),
    coalesce(problem.detail, refused),
    problem.hint);
end
$$;

comment on function butler.insert_datasets(text, text, json, text, name) is
'Registers a new dataset of a type in a RUN collection for each data ID of a JSON array, and returns their ids in its order. id_mode: UNIQUE (UUIDs of version 7, ascending), DATAID_TYPE or DATAID_TYPE_RUN (version 5, which type and data ID, or these and the run, decide). All or nothing: ConflictingDefinitionError names the data IDs that the run has, that are given twice or that have no dimension records. MissingDatasetTypeError, MissingCollectionError, CollectionTypeError, DimensionNameError.';
