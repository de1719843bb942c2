-- A database that is not in UTF-8: text is converted on the way in and out.
create database engine_test_latin template template0 encoding 'LATIN1' lc_collate 'C' lc_ctype 'C';
create database engine_test_bytes template template0 encoding 'SQL_ASCII' lc_collate 'C' lc_ctype 'C';
\c engine_test_latin
create extension plv8;
create function same(x text) returns text language plv8 as $$ return x $$;
create function units(x text) returns int language plv8 as $$ return x.length $$;
select same('é ü ß'), units('é'), octet_length(same('é'));
create function euro() returns text language plv8 as $$ return '\u20ac' $$;
select euro();
do $$ plv8.elog(NOTICE, 'é', '€') $$ language plv8;
create table "tablé" ("spalté" text);
do $$ plv8.execute('insert into "tablé" values ($1)', ['ü']); plv8.elog(NOTICE, JSON.stringify(plv8.execute('select * from "tablé"'))) $$ language plv8;
create function j(x jsonb) returns jsonb language plv8 as $$ x.k += 'é'; return x $$;
select j('{"k": "ü"}');
do $$ throw new Error('fehlgeschlagen: ü €') $$ language plv8;
do $$ throw new Error('fehlgeschlagen: ü') $$ language plv8;
\c engine_test_bytes
create extension plv8;
create function same(x text) returns text language plv8 as $$ return x $$;
select same('plain'), octet_length(same(E'\303\251')) as utf8;
\c postgres
drop database engine_test_latin;
drop database engine_test_bytes;
