-- find_function: by name and by signature, overloaded, missing, of another language.
create function callee(a int) returns int language plv8 as $$ return a * a $$;
create function callee2(a int) returns int language plv8 as $$ return a $$;
create function callee2(a text) returns text language plv8 as $$ return a + '!' $$;
create function in_sql(a int) returns int language sql as 'select $1';
do $$
  const show = (f) => { try { plv8.elog(NOTICE, f()) } catch (e) { plv8.elog(NOTICE, e.sqlerrcode, e.message) } };
  show(() => plv8.find_function('callee')(7));
  show(() => plv8.find_function('public.callee')(7));
  show(() => plv8.find_function('callee(int)')(8));
  show(() => plv8.find_function('callee2')(1));
  show(() => plv8.find_function('callee2(text)')('x'));
  show(() => plv8.find_function('missing'));
  show(() => plv8.find_function('callee(text)'));
  show(() => plv8.find_function('no_schema.callee'));
  show(() => plv8.find_function('in_sql'));
  show(() => plv8.find_function('lower(text)'));
  show(() => plv8.find_function('callee(('));
  show(() => plv8.find_function(''));
  show(() => plv8.find_function());
  show(() => plv8.find_function('callee') === plv8.find_function('callee'));
$$ language plv8;
-- Values cross as they are, without any conversion; one that is replaced is found anew.
create function identity(x internal) returns internal language plv8 as $$ return x $$;
do $do$
  const f = plv8.find_function('identity');
  const object = {a: 1n};
  plv8.elog(NOTICE, f(object) === object);
  plv8.execute('create or replace function callee(a int) returns int language plv8 as $$ return -a $$');
  plv8.elog(NOTICE, plv8.find_function('callee')(7));
$do$ language plv8;
-- The search path decides, at each call.
create schema other;
create function other.callee(a int) returns int language plv8 as $$ return a + 1000 $$;
create function by_path() returns int language plv8 as $$ return plv8.find_function('callee')(1) $$;
select by_path();
set search_path = other, public;
select by_path();
reset search_path;
-- Only who may execute a function can find it.
create role engine_test_nobody;
create function private() returns int language plv8 as $$ return 42 $$;
revoke execute on function private() from public;
set role engine_test_nobody;
do $$ plv8.elog(NOTICE, plv8.find_function('private'), plv8.find_function('private()')) $$ language plv8;
reset role;
grant execute on function private() to engine_test_nobody;
set role engine_test_nobody;
do $$ plv8.elog(NOTICE, plv8.find_function('private')()) $$ language plv8;
reset role;
revoke execute on function private() from engine_test_nobody;
set role engine_test_nobody;
do $$ plv8.elog(NOTICE, plv8.find_function('private')) $$ language plv8;
reset role;
drop role engine_test_nobody;
-- A call within parallel workers.
create function parallel_safe(x int) returns int language plv8 immutable parallel safe as $$
  return plv8.find_function('callee')(x);
$$;
create function parallel_query(x int) returns int language plv8 stable parallel safe as $$
  return plv8.execute('select $1 + 1 as v', [x])[0].v;
$$;
create function parallel_error(x int) returns int language plv8 stable parallel safe as $$
  try { plv8.execute('select 1 / 0') } catch (e) { return 1 }
$$;
create table numbers as select i from generate_series(1, 20000) as i;
analyze numbers;
set parallel_setup_cost = 0; set parallel_tuple_cost = 0; set min_parallel_table_scan_size = 0; set max_parallel_workers_per_gather = 2;
set parallel_leader_participation = off;
explain (costs off) select sum(parallel_safe(i)) from numbers;
select sum(parallel_safe(i)) from numbers;
select sum(parallel_query(i)) from numbers where i <= 200;
select sum(parallel_error(i)) from numbers;
reset all;
-- Arguments without names, named ones, defaults, many.
create function unnamed(int, text) returns text language plv8 as $$ return $1 + $2 + arguments.length $$;
select unnamed(1, 'x');
create function defaults(a int, b int default 5) returns int language plv8 as $$ return a * b $$;
select defaults(2), defaults(2, 3), defaults(b => 1, a => 9);
create function bad_name("a b" int) returns int language plv8 as $$ return 1 $$;
create function reserved("class" int) returns int language plv8 as $$ return 1 $$;
create function this_is_global() returns bool language plv8 as $$ return this === globalThis $$;
select this_is_global();
create function strict_mode() returns bool language plv8 as $$ 'use strict'; return this === undefined $$;
select strict_mode();
do $do$
  const names = Array.from({length: 100}, (_, i) => `a${i} int`).join();
  plv8.execute(`create function hundred(${names}) returns int language plv8 as $$ return Array.from(arguments).reduce((s, v) => s + v) $$`);
  plv8.elog(NOTICE, JSON.stringify(plv8.execute(`select hundred(${Array.from({length: 100}, (_, i) => i).join()}) as v`)));
$do$ language plv8;
-- A comment at the end, closing braces, line counts.
create function comment_end() returns int language plv8 as $$ return 1 // the end$$;
select comment_end();
create function braces() returns int language plv8 as $$ }); (function () { $$;
