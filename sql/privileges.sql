-- privileges
-- The sky is pure computation over its arguments and runs with its caller's rights: everyone's. Whatever keeps
-- rows is for members of the almagest roles; each object's own file says for which.
grant usage on schema sky to public;
grant usage on schema almagest to almagest_reader;
revoke all on all functions in schema almagest from public;
grant usage on schema butler to almagest_reader;
revoke all on all functions in schema butler from public;
-- They run with their caller's rights: the tables of each registry say who may do what.
grant execute on all functions in schema butler to almagest_reader;
