create table t (a int);
-- A failing query is undone by itself; what came before stays.
do $$
  plv8.execute('insert into t values (1)');
  try { plv8.execute('insert into t select 1 / (i - 3) from generate_series(1, 5) as i') } catch (e) { plv8.elog(NOTICE, e.message) }
  plv8.execute('insert into t values (2)');
$$ language plv8;
select * from t order by a;
truncate t;
-- A block is undone as a whole, and gives the function's result.
do $$
  plv8.elog(NOTICE, plv8.subtransaction(() => { plv8.execute('insert into t values (1)'); return 'result' }));
  try {
    plv8.subtransaction(() => { plv8.execute('insert into t values (2)'); plv8.execute('select 1/0') });
  } catch (e) { plv8.elog(NOTICE, e.sqlerrcode, e.message) }
  try {
    plv8.subtransaction(() => { plv8.execute('insert into t values (3)'); throw new Error('own') });
  } catch (e) { plv8.elog(NOTICE, e.message) }
  plv8.subtransaction(() => {
    plv8.execute('insert into t values (4)');
    try { plv8.subtransaction(() => { plv8.execute('insert into t values (5)'); throw 'inner' }) } catch (e) { plv8.elog(NOTICE, e) }
    plv8.execute('insert into t values (6)');
  });
  plv8.elog(NOTICE, plv8.subtransaction(), plv8.subtransaction(5));
$$ language plv8;
select * from t order by a;
truncate t;
-- Deep nesting, and many in a row.
do $$
  function deep(n) { if (n > 0) plv8.subtransaction(() => { plv8.execute('insert into t values ($1)', [n]); deep(n - 1) }); else throw new Error('bottom') }
  try { deep(50) } catch (e) { plv8.elog(NOTICE, e.message) }
  for (let i = 0; i < 1000; i++) try { plv8.execute('select 1/0') } catch (e) {}
  plv8.elog(NOTICE, JSON.stringify(plv8.execute('select count(*)::int as n from t')));
$$ language plv8;
-- JavaScript, SQL and PL/pgSQL in turns, with an error through all.
create function js(n int) returns int language plv8 as $$
  if (n === 0) throw Object.assign(new Error('at the bottom'), {code: 'AL007'});
  return plv8.execute('select pl($1 - 1) as v', [n])[0].v + 1;
$$;
create function pl(n int) returns int language plpgsql as $$ begin return js(n) + 1; end $$;
create function pl_catch(n int) returns text language plpgsql as $$ begin return js(n)::text; exception when sqlstate 'AL007' then return 'caught ' || sqlerrm; end $$;
select pl_catch(1), pl_catch(20);
select js(2);
create function countdown(n int) returns int language plv8 as $$ return n === 0 ? 0 : plv8.execute('select countdown($1 - 1) as v', [n])[0].v + 1 $$;
select countdown(30);
create function endless() returns int language plv8 as $$ return plv8.execute('select endless() as v')[0].v $$;
do $$ try { plv8.execute('select endless()') } catch (e) { plv8.elog(NOTICE, e.sqlerrcode === '54001' || e.message.includes('stack')) } $$ language plv8;
select countdown(3);
-- Procedures end transactions where they may.
create table log (n int);
create procedure batches(total int, inout done int) language plv8 as $$
  for (let i = 0; i < total; i++) { plv8.execute('insert into log values ($1)', [i]); if (i % 2) plv8.rollback(); else plv8.commit() }
  return {done: total};
$$;
call batches(6, null);
select * from log order by n;
begin;
call batches(2, null);
rollback;
create function commits() returns void language plv8 as $$ plv8.commit() $$;
select commits();
do $$ plv8.execute('insert into log values (100)'); plv8.commit(); plv8.execute('insert into log values (101)'); plv8.rollback() $$ language plv8;
do $$ plv8.subtransaction(() => plv8.commit()) $$ language plv8;
select * from log where n >= 100;
create procedure plain() language plv8 as $$ plv8.elog(NOTICE, 'called') $$;
call plain();
