-- privileges
-- The sky is pure computation over its arguments and runs with its caller's rights: everyone's. Whatever keeps
-- rows is for members of the almagest roles; each object's own file says for which.
grant usage on schema sky to public;
grant usage on schema almagest, apdb, obscore to almagest_reader;
revoke all on all functions in schema almagest from public;
revoke all on all functions in schema apdb from public;
revoke all on all functions in schema butler from public;
revoke all on all functions in schema obscore from public;
-- They run with their caller's rights: the tables of each registry and APDB say who may do what.
grant execute on all functions in schema apdb to almagest_reader;
grant execute on all functions in schema butler to almagest_reader;
grant execute on all functions in schema obscore to almagest_reader;
-- A registry's triggers call these for every role that a client of the Data Butler connects as.
grant usage on schema butler to public;
grant execute on function butler._chain_cycles(name, bigint[]) to public;
grant execute on function butler._refresh_collection_flat(name, bigint[]) to public;
grant execute on function butler._complete_association_table(regclass) to public;
