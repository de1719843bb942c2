-- A time limit stops JavaScript wherever it is, and JavaScript cannot catch that.
set statement_timeout = '200ms';
do $$ while (true); $$ language plv8;
do $$ try { while (true); } catch (e) { plv8.elog(NOTICE, 'caught') } finally { plv8.elog(NOTICE, 'finally') } $$ language plv8;
do $$ /^(a+)+$/.test('a'.repeat(50) + 'b') $$ language plv8;
do $$ [1, 2].sort(() => { while (true); }) $$ language plv8;
do $$ JSON.stringify({toJSON() { while (true); }}) $$ language plv8;
do $$ new Proxy({}, {get() { while (true); }}).x $$ language plv8;
do $$ const f = () => Promise.resolve().then(f); f() $$ language plv8;
do $$ (function* () { for (;;) yield 1 })().next(); for (const x of (function* () { for (;;) yield 1 })()); $$ language plv8;
do $$ plv8.execute('select pg_sleep(10)') $$ language plv8;
do $$ try { plv8.execute('select pg_sleep(10)') } catch (e) { plv8.elog(NOTICE, 'caught') } $$ language plv8;
do $do$ try { plv8.execute('do $$ while (true); $$ language plv8') } catch (e) { plv8.elog(NOTICE, 'caught') } $do$ language plv8;
do $$ try { plv8.subtransaction(() => { while (true); }) } catch (e) { plv8.elog(NOTICE, 'caught') } $$ language plv8;
do $$ plv8.elog(NOTICE, {toString() { while (true); }}) $$ language plv8;
do $$ throw {toString() { while (true); }} $$ language plv8;
\set VERBOSITY terse
do $$ while (true) try { plv8.execute('select 1/0') } catch (e) {} $$ language plv8;
\set VERBOSITY default
create function endless_rows() returns setof int language plv8 as $$ while (true) plv8.return_next(1) $$;
select count(*) from endless_rows();
create function endless_text() returns text language plv8 as $$ return {toString() { while (true); }} $$;
select endless_text();
create function endless_trigger() returns trigger language plv8 as $$ while (true); $$;
create table t (a int);
create trigger e before insert on t for each row execute function endless_trigger();
insert into t values (1);
-- PL/pgSQL may catch it, and JavaScript runs again.
do $do$
begin
  execute 'do $$ while (true); $$ language plv8';
exception when query_canceled then
  raise notice 'cancelled: %', sqlerrm;
end $do$;
set statement_timeout = 0;
do $$ let s = 0; for (let i = 0; i < 1e6; i++) s += i; plv8.elog(NOTICE, s) $$ language plv8;
-- A cancel that a query has dealt with does not stop the caller.
create function survives() returns text language plpgsql as $$
begin
  perform pg_cancel_backend(pg_backend_pid());
  perform pg_sleep(5);
  return 'not cancelled';
exception when query_canceled then
  return 'dealt with';
end $$;
do $$ const r = plv8.execute('select survives() as s')[0].s; let s = 0; for (let i = 0; i < 1e7; i++) s += i; plv8.elog(NOTICE, r, s) $$ language plv8;
do $$ plv8.execute('select pg_cancel_backend(pg_backend_pid())'); while (true); $$ language plv8;
-- A session that is told to end.

select 'alive' as session;
do $$ plv8.execute('select pg_terminate_backend(pg_backend_pid())'); while (true); $$ language plv8;
\c -
select 'back' as session;
