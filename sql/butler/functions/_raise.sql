create or replace function butler._raise(code text, message text, detail text default null, hint text default null)
returns text
language plpgsql volatile parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
  if detail is null and hint is null then
    raise exception using errcode = code, message = message;
  elsif hint is null then
    raise exception using errcode = code, message = message, detail = detail;
  elsif detail is null then
    raise exception using errcode = code, message = message, hint = hint;
  end if;
  raise exception using errcode = code, message = message, detail = detail, hint = hint;
end
$$;

comment on function butler._raise(text, text, text, text) is
'Ends the statement with an error: for expressions of composed statements that meet a row they must refuse. code: its SQLSTATE; it returns never, and its type is for the expression''s sake.';
