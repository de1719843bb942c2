-- The extension makes a trusted language with its three handlers, and anyone may use it.
select lanname, lanpltrusted, lanplcallfoid::regproc, laninline::regproc, lanvalidator::regproc
from pg_language where lanname = 'plv8';
select has_language_privilege('public', 'plv8', 'usage');
select has_function_privilege('public', 'plv8_info()', 'execute') as info,
       has_function_privilege('public', 'plv8_reset()', 'execute') as reset;
select typname, typbasetype::regtype from pg_type where typname like 'plv8\_%array' order by 1;
select plv8_version() ~ '^3\.\d+\.\d+' as version;
do $$ plv8.elog(NOTICE, plv8.version === plv8.execute('select plv8_version() as v')[0].v) $$ language plv8;
select plv8_info() ->> 'engine' as engine, (plv8_info() ->> 'contexts')::int >= 1 as contexts;

-- A body is compiled when it is created, unless told not to.
create function broken() returns int language plv8 as $$ return (1 + $$;
set check_function_bodies = off;
create function broken() returns int language plv8 as $$ return (1 + $$;
reset check_function_bodies;
select broken();

-- Types without values of their own have no place in a signature.
create function no_values() returns cstring language plv8 as $$ $$;
create function no_values(x cstring) returns int language plv8 as $$ $$;

-- A replaced function is compiled anew, also in the middle of a transaction.
create function version_of() returns int language plv8 as $$ return 1 $$;
begin;
select version_of();
create or replace function version_of() returns int language plv8 as $$ return 2 $$;
select version_of();
rollback;
select version_of();

-- A function may replace itself while it runs.
create function once() returns int language plv8 as $fn$
  plv8.execute("create or replace function once() returns int language plv8 as $$ return 2 $$");
  return 1;
$fn$;
select once(), once();

-- Globals last as long as the session, until they are reset.
create function counter() returns int language plv8 as $$ globalThis.n = (globalThis.n || 0) + 1; return n $$;
select counter(), counter();
discard all;
select counter();
select plv8_reset();
select counter();

-- run_script evaluates at the top level, under a name of its own.
do $$
  plv8.run_script('globalThis.answer = () => 42', 'answer.js');
  plv8.elog(NOTICE, answer());
  try { plv8.run_script('throw new Error("from a script")', 'thrower.js'); }
  catch (e) { plv8.elog(NOTICE, e.stack.split('\n')[1].trim()); }
$$ language plv8;

-- memory_usage counts bytes.
do $$
  const usage = plv8.memory_usage();
  for (const key of ['total_heap_size', 'used_heap_size', 'external_memory', 'heap_size_limit'])
    if (!(usage[key] >= 0)) plv8.elog(ERROR, key);
  const before = plv8.memory_usage().external_memory;
  const kept = new Uint8Array(1000000);
  plv8.elog(NOTICE, plv8.memory_usage().external_memory - before >= 1000000, kept.length);
$$ language plv8;

-- 200 functions, each with its own closure.
do $do$
  for (let i = 0; i < 200; i++)
    plv8.execute(`create function f${i}(x int) returns int language plv8 as $$ return x + ${i} $$`);
  let sum = 0;
  for (let i = 0; i < 200; i++)
    sum += plv8.execute(`select f${i}(1) as v`)[0].v;
  plv8.elog(NOTICE, sum);
$do$ language plv8;
