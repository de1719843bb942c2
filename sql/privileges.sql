-- privileges
-- The sky is pure computation over its arguments and runs with its caller's rights: everyone's. Whatever keeps
-- rows is for members of the almagest roles; each object's own file says for which.
grant usage on schema sky to public;
grant usage on schema almagest to almagest_reader;
revoke all on all functions in schema almagest from public;
