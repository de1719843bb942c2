create or replace function apdb.check(name name, repair boolean default false)
returns table (problem text, dia_object_id int8, detail text)
language plpgsql volatile parallel unsafe
set search_path = pg_catalog, pg_temp
as $$
declare
  rules json;
  rule json;
  statement text;
begin
  select coalesce(json_agg(c), '[]') into rules from apdb._compile_check(name) c;
  for rule in select r.value from json_array_elements(rules) with ordinality r order by r.ordinality loop
    return query execute rule ->> 'query';
    if repair then
      for statement in select s.value from json_array_elements_text(rule -> 'repair') s loop
        execute statement;
      end loop;
    end if;
  end loop;
end
$$;

comment on function apdb.check(name, boolean) is
'What is wrong in an APDB, no rows where nothing is: pixels that are not those of the positions, versions of an object that overlap, stand open before newer ones or leave a gap (MJD TAI), DiaObjectLast against the newest versions, visits of stored_visit without all their rows. repair: mends what can be derived, in this order: pixels, ends of versions, DiaObjectLast; call it again to see what is left. A client that keeps DiaObjectLast leaves versions open: this closes them. MissingApdbError.';
