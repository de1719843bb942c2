-- From PostgreSQL to JavaScript: every field of the error.
create table t (a int primary key, b text check (b <> ''));
insert into t values (1, 'x');
do $$
  for (const sql of ['insert into t values (1)', "insert into t values (2, '')", 'select 1/0', 'select nothing', 'selec 1', 'insert into t values (null)'])
    try { plv8.execute(sql); plv8.elog(NOTICE, 'no error'); }
    catch (e) {
      plv8.elog(NOTICE, e instanceof Error, e.sqlerrcode, e.message, '|', e.detail, '|', e.schema_name, e.table_name, e.column_name, e.constraint_name, '|', e.hint);
      plv8.elog(NOTICE, typeof e.code, e.context, e.internalquery);
    }
$$ language plv8;
do $do$
  try {
    plv8.execute(`do $$ begin raise exception 'custom' using errcode = 'AL042', detail = 'more', hint = 'try', schema = 's', table = 't', column = 'c', datatype = 'd', constraint = 'k'; end $$`);
  } catch (e) {
    plv8.elog(NOTICE, JSON.stringify({...e, message: e.message}));
    throw e;
  }
$do$ language plv8;

-- From JavaScript to PostgreSQL: message, SQLSTATE, detail, hint, context.
create function fail(which int) returns void language plv8 as $$
  switch (which) {
    case 0: throw new Error('plain');
    case 1: throw 'a string';
    case 2: throw Object.assign(new Error('with fields'), {code: 'AL001', detail: 'the detail', hint: 'the hint'});
    case 3: throw Object.assign(new RangeError('by name'), {sqlerrcode: '22003'});
    case 4: throw null;
    case 5: throw undefined;
    case 6: throw {toString() { throw new Error('worse') }};
    case 7: throw {message: 'an object'};
    case 8: throw Object.assign(new Error('not a code'), {code: 'ENOENT', detail: null});
    case 9: null.x;
    case 10: throw Object.assign(new Error('packed'), {code: 83906754});
    case 11: throw Object.defineProperty(new Error('hostile'), 'detail', {get() { throw 1 }});
    case 12: throw new Error('line one\nline two');
    case 13: throw new Error('');
    case 14: throw Symbol('sym');
  }
$$;
create function caught(which int) returns text language plpgsql as $$
declare s text; m text; d text; h text; c text;
begin
  perform fail(which);
  return 'no error';
exception when others then
  get stacked diagnostics s = returned_sqlstate, m = message_text, d = pg_exception_detail, h = pg_exception_hint, c = pg_exception_context;
  return concat_ws(' | ', s, m, d, h, split_part(c, E'\n', 1));
end $$;
select i, caught(i) from generate_series(0, 14) as i;
select fail(2);

-- Calls within JavaScript are listed below the line.
create function nested() returns void language plv8 as $$
  function inner() {
    throw new TypeError('deep');
  }
  const middle = () => [1].map(() => inner());
  middle();
$$;
select nested();
create function thrower() returns void language plv8 as $$
  throw new Error('from the callee');
$$;
create function through() returns void language plv8 as $$
  plv8.find_function('thrower')();
$$;
select through();

-- Through several levels, each side adding its context once.
create function level1() returns void language plv8 as $$
  plv8.execute('select fail(2)');
$$;
create function level2() returns void language plpgsql as $$ begin perform level1(); end $$;
select level2();
do $$ try { plv8.execute('select level2()') } catch (e) { plv8.elog(NOTICE, e.sqlerrcode, e.detail, e.hint); plv8.elog(NOTICE, e.context) } $$ language plv8;

-- elog: levels, several values, errors that can be caught.
set client_min_messages = debug1;
do $$ plv8.elog(DEBUG1, 'debug'); plv8.elog(INFO, 'info', 1, null, undefined, [1, 2], {a: 1}); plv8.elog(WARNING, 'warning'); plv8.elog(LOG, 'log') $$ language plv8;
reset client_min_messages;
do $$ try { plv8.elog(ERROR, 'as error') } catch (e) { plv8.elog(NOTICE, e.message, e.sqlerrcode) } $$ language plv8;
do $$ plv8.elog(ERROR, 'uncaught %s %d') $$ language plv8;
do $$ plv8.elog(22, 'fatal') $$ language plv8;
do $$ plv8.elog(NOTICE) $$ language plv8;
do $$ plv8.elog('NOTICE', 'by name') $$ language plv8;

-- Syntax errors carry the line, a long line is cut.
do $$
  let a = 1;
  let a = 2;
$$ language plv8;
do $do$ plv8.execute('do $$ ' + '/*' + 'x'.repeat(2000) + '*/ throw new Error("long") $$ language plv8') $do$ language plv8;
do $$ function f() { f() } f() $$ language plv8;
