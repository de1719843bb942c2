create role engine_test_one;
create role engine_test_two;
grant all on schema public to engine_test_one, engine_test_two;
-- Each role has globals of its own, whatever the call site caches.
create function who() returns text language plv8 as $$
  globalThis.calls = (globalThis.calls || 0) + 1;
  return plv8.execute('select current_user::text as u')[0].u + ' ' + calls;
$$;
create function assign_twice() returns text language plpgsql as $$
declare r text; all_of_them text;
begin
  for i in 1..4 loop
    perform set_config('role', case when i % 2 = 1 then 'engine_test_one' else 'engine_test_two' end, true);
    r := who();
    all_of_them := concat_ws(', ', all_of_them, r);
  end loop;
  return all_of_them;
end $$;
select assign_twice();
create function return_it() returns text language plpgsql as $$ begin return who(); end $$;
begin;
set local role engine_test_one; select return_it();
set local role engine_test_two; select return_it();
reset role; select return_it();
commit;
begin;
declare c cursor for select who() from generate_series(1, 6);
set local role engine_test_one; fetch 2 from c;
set local role engine_test_two; fetch 2 from c;
reset role; fetch 2 from c;
commit;
prepare p as select who();
set role engine_test_one; execute p;
set role engine_test_two; execute p;
reset role;
-- A set-returning function and a trigger, too.
create function who_set() returns setof text language plv8 as $$ return [who_name(), who_name()]; function who_name() { return plv8.execute('select current_user::text as u')[0].u } $$;
create function loop_set() returns setof text language plpgsql as $$
begin
  for i in 1..2 loop
    perform set_config('role', case when i = 1 then 'engine_test_one' else 'engine_test_two' end, true);
    return query select * from who_set();
  end loop;
end $$;
begin; select * from loop_set(); rollback;

-- SECURITY DEFINER runs in the definer's context.
create function secret() returns void language plv8 security definer as $$ globalThis.password = 'hunter2' $$;
create function tell() returns text language plv8 security definer as $$ return globalThis.password $$;
alter function secret() owner to engine_test_one;
alter function tell() owner to engine_test_one;
set role engine_test_two;
select secret();
select tell();
do $$ plv8.elog(NOTICE, typeof password) $$ language plv8;
-- The definer's objects do not leak through errors or prototypes.
create function throws_object() returns void language plv8 security definer as $$
  throw Object.assign(new Error('leaky'), {tool: () => globalThis.password});
$$;
reset role;
alter function throws_object() owner to engine_test_one;
set role engine_test_two;
do $$ try { plv8.execute('select throws_object()') } catch (e) { plv8.elog(NOTICE, e.message, typeof e.tool, e instanceof Error) } $$ language plv8;
do $$ Array.prototype.map = () => 'replaced'; globalThis.JSON = null; Object.prototype.polluted = 1 $$ language plv8;
reset role;
set role engine_test_one;
do $$ plv8.elog(NOTICE, [1].map(x => x + 1), typeof JSON, ({}).polluted) $$ language plv8;
reset role;

-- A promise's reactions run as the role that made them, before its call returns.
create function later() returns text language plv8 security definer as $$
  Promise.resolve().then(() => plv8.elog(NOTICE, 'reaction as', plv8.execute('select current_user::text as u')[0].u));
  return 'returned';
$$;
alter function later() owner to engine_test_one;
do $$ plv8.execute('select later()'); plv8.elog(NOTICE, 'caller goes on') $$ language plv8;
do $$
  const order = [];
  Promise.resolve().then(() => { order.push('reaction'); plv8.elog(NOTICE, order.join()) });
  plv8.execute('select 1'); order.push('body');
$$ language plv8;
do $$ Promise.reject(new Error('nobody hears')) $$ language plv8;
do $$ (async () => { await null; throw new Error('from async') })() $$ language plv8;
do $$ const p = Promise.reject(new Error('heard')); p.catch(() => {}) $$ language plv8;

-- plv8_reset() is for the current role alone.
do $$ globalThis.mark = 1 $$ language plv8;
set role engine_test_one;
do $$ globalThis.mark = 2 $$ language plv8;
select plv8_reset();
do $$ plv8.elog(NOTICE, typeof mark) $$ language plv8;
reset role;
do $$ plv8.elog(NOTICE, mark) $$ language plv8;
create function reset_within() returns text language plv8 as $$ plv8.execute('select plv8_reset()'); return 'still here ' + mark $$;
select reset_within();
do $$ plv8.elog(NOTICE, typeof mark) $$ language plv8;

-- Rights of the language and of its queries are the role's.
set role engine_test_two;
create function mine() returns int language plv8 as $$ return plv8.execute('select count(*)::int as n from pg_authid')[0].n $$;
select mine();
set plv8.memory_limit = 1000;
set plv8.v8_flags = '--allow-natives-syntax';
select plv8_info();
reset role;
drop owned by engine_test_one, engine_test_two;
drop role engine_test_one;
drop role engine_test_two;
