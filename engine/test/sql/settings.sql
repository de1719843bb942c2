-- start_proc runs once in each role's context, if the role may run it.
create function starts() returns void language plv8 as $$ globalThis.started = (globalThis.started || 0) + 1; plv8.elog(NOTICE, 'start') $$;
\c -
set plv8.start_proc = 'starts';
do $$ plv8.elog(NOTICE, started) $$ language plv8;
do $$ plv8.elog(NOTICE, started) $$ language plv8;
select plv8_reset();
do $$ plv8.elog(NOTICE, started) $$ language plv8;
create role engine_test_starter;
revoke execute on function starts() from public;
set role engine_test_starter;
do $$ plv8.elog(NOTICE, typeof started) $$ language plv8;
reset role;
drop role engine_test_starter;
\c -
set plv8.start_proc = 'missing';
do $$ plv8.elog(NOTICE, 'goes on') $$ language plv8;
\c -
create function fails_to_start() returns void language plv8 as $$ throw new Error('cannot start') $$;
\c -
set plv8.start_proc = 'fails_to_start';
do $$ plv8.elog(NOTICE, 'not reached') $$ language plv8;
do $$ plv8.elog(NOTICE, 'not reached') $$ language plv8;
reset plv8.start_proc;
do $$ plv8.elog(NOTICE, 'reached') $$ language plv8;
-- Flags are V8's; what the engine does not have it does not accept.
\c -
set plv8.v8_flags = '--stack-trace-limit=3';
do $$ plv8.elog(NOTICE, Error.stackTraceLimit) $$ language plv8;
set plv8.context = 'mine';
set plv8.no_such_setting = 1;
show plv8.memory_limit;
-- Statements that clear the session leave the language working.
do $$ globalThis.x = plv8.prepare('select 1 as a') $$ language plv8;
discard plans;
do $$ plv8.elog(NOTICE, JSON.stringify(x.execute())) $$ language plv8;
discard all;
do $$ plv8.elog(NOTICE, JSON.stringify(x.execute())) $$ language plv8;
drop extension plv8 cascade;
create extension plv8;
do $$ plv8.elog(NOTICE, 'again') $$ language plv8;
