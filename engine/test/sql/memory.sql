-- What is too much fails its statement; the session and its other contexts go on.
set plv8.memory_limit = 64;
do $$ globalThis.kept = 'kept' $$ language plv8;
do $$ const a = []; while (true) a.push(new Array(1e6)) $$ language plv8;
do $$ const a = []; try { while (true) a.push(new Array(1e5).fill(1.5)) } catch (e) { plv8.elog(NOTICE, 'caught') } $$ language plv8;
do $$ const a = {}; for (let i = 0; ; i++) a['key' + i] = {i} $$ language plv8;
do $$ const m = new Map(); for (let i = 0; ; i++) m.set(i, [i]) $$ language plv8;
do $$ const a = []; for (;;) a.push(() => a) $$ language plv8;
do $$ const f = (p) => p.then(() => { a.push(new Array(1000)); return f(p) }), a = []; f(Promise.resolve()) $$ language plv8;
do $$ plv8.elog(NOTICE, kept) $$ language plv8;
do $$ let s = 'x'; while (true) s += s $$ language plv8;
do $$ const a = []; for (;;) a.push(new Float64Array(1e6)) $$ language plv8;
do $$ const a = []; for (;;) a.push(new ArrayBuffer(1)) $$ language plv8;
do $$ try { new ArrayBuffer(1e9) } catch (e) { plv8.elog(NOTICE, e.name) } $$ language plv8;
do $$ new Array(3e7).fill(1.5) $$ language plv8;
do $$ let b = 2n; while (true) b *= b $$ language plv8;
do $$ 'x'.repeat(2 ** 29) + 'y' $$ language plv8;
do $$ 'x'.repeat(2 ** 29 - 100).split('') $$ language plv8;
do $$ let a = [1]; while (true) a = a.concat(a) $$ language plv8;
do $$ function f() { return f() + 1 } try { f() } catch (e) { plv8.elog(NOTICE, e.name) } $$ language plv8;
do $$ let o = {}; for (let i = 0; i < 1e5; i++) o = {o}; try { JSON.stringify(o) } catch (e) { plv8.elog(NOTICE, e.name) } $$ language plv8;
do $$ try { JSON.parse('['.repeat(1e6)) } catch (e) { plv8.elog(NOTICE, e.name) } $$ language plv8;
do $$ try { eval('('.repeat(1e6)) } catch (e) { plv8.elog(NOTICE, e.name) } $$ language plv8;
do $$ try { new RegExp('('.repeat(1e5) + ')'.repeat(1e5)) } catch (e) { plv8.elog(NOTICE, e.name) } $$ language plv8;
create function huge_argument(x bytea) returns int language plv8 as $$ return x.length $$;
select huge_argument(decode(repeat('00', 100000000), 'hex'));
do $$ plv8.execute('select i, repeat($1, 100) as t from generate_series(1, 2000000) as i', ['x']) $$ language plv8;
-- An inner call's failure is not the outer one's to catch, except in PL/pgSQL.
do $do$ try { plv8.execute('do $$ const a = []; while (true) a.push(new Array(1e6)) $$ language plv8') } catch (e) { plv8.elog(NOTICE, 'caught') } $do$ language plv8;
create function try_it(sql text) returns text language plpgsql as $$ begin execute sql; return 'done'; exception when others then return sqlstate || ' ' || sqlerrm; end $$;
select try_it('do $$ const a = []; while (true) a.push(new Array(1e6)) $$ language plv8');
do $do$
  const r = plv8.execute('select try_it($1) as r', ['do $$ const a = []; while (true) a.push(new Array(1e6)) $$ language plv8'])[0].r;
  plv8.elog(NOTICE, 'goes on after', r);
$do$ language plv8;
-- Where V8 gives up altogether, each call on the stack fails, and the next has a fresh start.
create table undone (a int);
select try_it($x$ do $y$ plv8.subtransaction(() => { plv8.execute('insert into undone values (1)'); 'x'.repeat(2 ** 29 - 100).split('') }) $y$ language plv8 $x$);
select * from undone;
do $$ plv8.elog(NOTICE, 'fresh', typeof kept) $$ language plv8;
select huge_argument('\x01'), try_it('select huge_argument(''\x02'')');
-- Globals that hold on to the memory are let go.
do $$ globalThis.hoard = []; while (true) hoard.push({a: [1, 2, 3]}) $$ language plv8;
do $$ plv8.elog(NOTICE, typeof hoard) $$ language plv8;
-- A limit can be raised and lowered within the session.
set plv8.memory_limit = 256;
do $$ const a = []; for (let i = 0; i < 15; i++) a.push(new Array(1e6).fill(i)); plv8.elog(NOTICE, a.length) $$ language plv8;
set plv8.memory_limit = 32;
do $$ const a = []; for (let i = 0; i < 15; i++) a.push(new Array(1e6).fill(i)); plv8.elog(NOTICE, a.length) $$ language plv8;
set plv8.memory_limit = 1;
reset plv8.memory_limit;
-- Nothing is left behind by many calls, errors, plans and rows.
create function resident() returns int8 language plpgsql as $$
declare size text;
begin
  size := (regexp_match(pg_read_file('/proc/self/status'), 'VmRSS:\s+(\d+)'))[1];
  return size::int8;
end $$;
create function one_call(x bytea) returns text language plv8 as $$ return 'text' + x.length $$;
create function one_row(x int) returns setof int language plv8 as $$ plv8.return_next(x) $$;
create table sizes (name text, kb int8);
select count(one_call(int4send(i))) from generate_series(1, 1000000) as i;
insert into sizes values ('calls', resident());
select count(one_call(int4send(i))) from generate_series(1, 1000000) as i;
update sizes set kb = resident() - kb where name = 'calls';
do $$
  const work = () => { for (let i = 0; i < 20000; i++) {
    try { plv8.execute('select 1 / $1', [0]) } catch (e) {}
    plv8.prepare('select $1::int', ['int']);
    if (i % 10 === 0) { const c = plv8.prepare('select 1').cursor(); c.fetch(); c.close() }
  } };
  const size = () => Number(plv8.execute('select resident() as r')[0].r);
  work();
  const before = size();
  work(); work();
  plv8.execute("insert into sizes values ('queries', $1)", [size() - before]);
$$ language plv8;
select name, kb < 20000 as bounded, case when kb >= 20000 then kb end as kb from sizes;
