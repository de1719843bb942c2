create or replace function butler._change(
  query text,
  problems text,
  parameters text[],
  given json default null,
  ids uuid[] default null,
  timespan int8range default null,
  bulk text default null)
returns bigint
language plpgsql volatile parallel unsafe
set search_path = pg_catalog, pg_temp
as $$
declare
  role constant text := current_setting('session_replication_role');
  changed bigint;
  problem record;
  reason text;
  refused text;
begin
  -- Rows that another session commits meanwhile can be the very ones that were to be written: the second time the
  -- statement sees them.
  for attempt in 1 .. 3 loop
    begin
      if bulk is not null and attempt = 1 then
        begin
          perform set_config('session_replication_role', 'replica', true);
          execute bulk into changed using parameters, given, ids, timespan;
          perform set_config('session_replication_role', role, true);
        exception when foreign_key_violation then
          -- The checks of the foreign keys themselves decide.
          execute query into changed using parameters, given, ids, timespan;
        end;
      else
        execute query into changed using parameters, given, ids, timespan;
      end if;
      if changed is not null then
        return changed;
      end if;
      raise exception using errcode = 'integrity_constraint_violation', message = 'rows are in the way';
    exception when integrity_constraint_violation or string_data_right_truncation then
      get stacked diagnostics reason = message_text, refused = pg_exception_detail;
    end;
    execute problems into problem using parameters, given, ids, timespan;
    if problem.sqlstate is not null then
      perform butler._raise(problem.sqlstate, problem.message, problem.detail, problem.hint);
    end if;
  end loop;
  perform butler._raise('BR005', 'ConflictingDefinitionError: ' || reason, refused);
end
$$;

comment on function butler._change(text, text, text[], json, uuid[], int8range, text) is
'Runs a compiled statement that changes a registry ($1 parameters, $2 given, $3 ids, $4 timespan) and returns its count. Where a constraint, or a count of NULL, says that rows are in the way, the query of its problems names them in the error, and the statement leaves nothing behind. bulk is the same statement without the checks of foreign keys.';
