create table t (id int, name text);
-- What each kind of statement gives.
do $$
  const show = (v) => plv8.elog(NOTICE, JSON.stringify(v));
  show(plv8.execute("insert into t values (1, 'a'), (2, 'b')"));
  show(plv8.execute('select * from t order by id'));
  show(plv8.execute("update t set name = name || '!' returning id, name"));
  show(plv8.execute('delete from t where id > 5'));
  show(plv8.execute('create temp table u as select * from t'));
  show(plv8.execute('create temp table v (x int)'));
  show(plv8.execute('select * from v'));
  show(plv8.execute('show search_path'));
  show(plv8.execute('explain (costs off) select 1'));
  show(plv8.execute('values (1, true, null)'));
  show(plv8.execute('select'));
  show(plv8.execute('select 1 as a, 2 as a'));
  show(plv8.execute('insert into v values (1); select 2 as last'));
$$ language plv8;

-- Parameters: an Array or the values themselves, their types deduced.
do $$
  const show = (v) => plv8.elog(NOTICE, JSON.stringify(v));
  show(plv8.execute('select $1 + 1 as n, $2 || $3 as s', [1, 'a', 'b']));
  show(plv8.execute('select $1::int8::text as big, $2::float8 as f', 9007199254740993n, 0.5));
  show(plv8.execute('select $1::jsonb as j, $2::int[] as a, $3::bool as b', [{a: [1]}, [1, null], false]));
  show(plv8.execute('select $1 as nothing, $2 is null as missing', [null, undefined]));
  show(plv8.execute('select count(*)::int as n from t where $1 is null or id = $1', [2]));
  show(plv8.execute('select count(*)::int as n from t where id = any ($1)', [[1, 2, 3]]));
  show(plv8.execute('select $2::text as second', ['skipped', 'used']));
  show(plv8.execute('select length($1::bytea) as n', [new Uint8Array(5)]));
  show(plv8.execute('select $1::date::text as d', [new Date(0)]));
  for (const wrong of [['select $1', []], ['select $1::int', [1, 2]], ['select $1::int', ['x']], ['select 1', [1]]])
    try { show(plv8.execute(...wrong)) } catch (e) { plv8.elog(NOTICE, e.sqlerrcode, e.message) }
$$ language plv8;

-- Plans.
do $$
  const show = (v) => plv8.elog(NOTICE, typeof v === 'string' ? v : JSON.stringify(v));
  const typed = plv8.prepare('select $1 as n, $2 as s', ['int', 'varchar(3)']);
  show(typed.execute([1, 'a']));
  show(typed.execute(2, 'b'));
  show(String(typed));
  try { typed.execute([1]) } catch (e) { show(e.message) }
  try { typed.execute(['x', 'y']) } catch (e) { show(e.message) }
  show(typed.free());
  try { typed.execute([1, 'a']) } catch (e) { show(e.message) }
  show(typed.free());
  const deduced = plv8.prepare('select id from t where id >= $1 order by id');
  show(deduced.execute([2]));
  plv8.execute('alter table t add column extra int');
  show(deduced.execute([1]));
  plv8.execute('alter table t drop column extra');
  show(deduced.execute([1]));
  try { plv8.prepare('select nothing') } catch (e) { show(e.message) }
  try { plv8.prepare('select $1', ['no_such_type']) } catch (e) { show(e.message) }
  try { typed.execute.call({}) } catch (e) { show(e.message) }
  try { deduced.cursor.call(globalThis) } catch (e) { show(e.message) }
  try { new typed.constructor() } catch (e) { show(e.message) }
$$ language plv8;

-- A plan outlives the call that made it.
create function keep_plan() returns void language plv8 as $$ globalThis.plan = plv8.prepare('select $1 * 2 as n', ['int']) $$;
create function use_plan(x int) returns int language plv8 as $$ return plan.execute([x])[0].n $$;
select keep_plan();
select use_plan(i) from generate_series(1, 3) as i;
begin; savepoint s; select use_plan(4); rollback to s; select use_plan(5); commit;

-- A plan may be freed while it runs.
create function free_plan() returns int language plv8 as $$ plan.free(); return 1 $$;
do $$
  globalThis.plan = plv8.prepare('select free_plan() as v from generate_series(1, 3)');
  plv8.elog(NOTICE, JSON.stringify(plan.execute()));
  try { plan.execute() } catch (e) { plv8.elog(NOTICE, e.message) }
$$ language plv8;

-- Cursors.
do $$
  const show = (v) => plv8.elog(NOTICE, v === undefined ? 'undefined' : JSON.stringify(v));
  const plan = plv8.prepare('select i from generate_series(1, $1) as i', ['int']);
  const cursor = plan.cursor([10]);
  show(cursor.fetch());
  show(cursor.fetch(3));
  cursor.move(2);
  show(cursor.fetch());
  cursor.move(-2);
  show(cursor.fetch(1));
  show(cursor.fetch(-2));
  show(cursor.fetch(100));
  show(cursor.fetch());
  show(cursor.fetch(5));
  show(cursor.close());
  for (const use of [c => c.fetch(), c => c.move(1), c => c.close()])
    try { use(cursor) } catch (e) { plv8.elog(NOTICE, e.message) }
  const two = [plan.cursor([2]), plan.cursor(1)];
  show(two.map(c => c.fetch()));
  two.forEach(c => c.close());
  const failing = plv8.prepare('select 1 / (3 - i) as v from generate_series(1, 5) as i').cursor();
  show(failing.fetch());
  try { failing.fetch(5) } catch (e) { plv8.elog(NOTICE, e.message) }
  show(plv8.execute('select 1 as alive'));
  try { plv8.prepare('insert into t values (9)').cursor() } catch (e) { plv8.elog(NOTICE, e.message) }
  try { cursor.fetch.call({}) } catch (e) { plv8.elog(NOTICE, e.message) }
$$ language plv8;

-- A cursor of SQL is not ours; one of ours survives a subtransaction.
do $$
  const cursor = plv8.subtransaction(() => plv8.prepare('select i from generate_series(1, 3) as i').cursor());
  plv8.elog(NOTICE, JSON.stringify(cursor.fetch()));
  try { plv8.subtransaction(() => { plv8.execute('select 1/0') }) } catch (e) { plv8.elog(NOTICE, e.message) }
  plv8.elog(NOTICE, JSON.stringify(cursor.fetch()));
  cursor.close();
$$ language plv8;

-- Many rows.
do $$
  plv8.elog(NOTICE, plv8.execute('select i, i::text as t from generate_series(1, 100000) as i').length);
  const cursor = plv8.prepare('select i from generate_series(1, 100000) as i').cursor();
  let sum = 0, rows;
  while ((rows = cursor.fetch(5000))) for (const r of rows) sum += r.i;
  cursor.close();
  plv8.elog(NOTICE, sum);
$$ language plv8;

-- The session's other commands, where they may run.
do $$ try { plv8.execute('commit') } catch (e) { plv8.elog(NOTICE, e.message) } $$ language plv8;
do $$ try { plv8.execute('copy t to stdout') } catch (e) { plv8.elog(NOTICE, e.message) } $$ language plv8;
do $$ try { plv8.execute('vacuum t') } catch (e) { plv8.elog(NOTICE, e.message) } $$ language plv8;
select * from t order by id;
