create or replace function almagest.version()
returns text
language sql immutable parallel safe
return '@VERSION@';

comment on function almagest.version() is 'version of Almagest whose functions this database has';
grant execute on function almagest.version() to almagest_reader;
