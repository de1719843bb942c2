-- No way out of the language: no host's API, no shared or executable memory, no blocking.
do $$
  for (const name of ['require', 'process', 'module', 'Buffer', 'fetch', 'setTimeout', 'setInterval', 'queueMicrotask', 'load', 'print', 'read',
                      'quit', 'gc', 'd8', 'Worker', 'WebAssembly', 'SharedArrayBuffer', 'Atomics', 'FinalizationRegistry'])
    if (name in globalThis) plv8.elog(NOTICE, name, typeof globalThis[name]);
  try { eval('%DebugPrint(1)') } catch (e) { plv8.elog(NOTICE, e.name) }
  import('fs').then(() => plv8.elog(NOTICE, 'loaded'), (e) => plv8.elog(NOTICE, e.message));
  plv8.elog(NOTICE, new Function('return typeof this.process')(), eval('1 + 1'));
$$ language plv8;
do $$ import fs from 'fs' $$ language plv8;
-- The object plv8 can be spoilt only for oneself, and its functions take any `this`.
do $$
  const {elog, execute, quote_literal} = plv8;
  elog(NOTICE, quote_literal('x'), JSON.stringify(execute('select 1 as a')));
  for (const key of Object.keys(plv8))
    if (typeof plv8[key] === 'function' && !['commit', 'rollback'].includes(key))
      for (const args of [[], [undefined], [null, null], [{}, {}], [Symbol(), 1], [-1, -1, -1]])
        try { plv8[key].apply(null, args) } catch (e) { if (!e) elog(NOTICE, key) }
  for (const key of ['elog', 'execute', 'prepare'])
    try { new plv8[key](1) } catch (e) { elog(NOTICE, e.message) }
  const plan = plv8.prepare('select 1');
  try { new plan.constructor() } catch (e) { elog(NOTICE, e.message) }
  try { Reflect.construct(Object, [], plan.constructor).execute() } catch (e) { elog(NOTICE, e.message) }
  try { Object.create(plan).execute() } catch (e) { elog(NOTICE, e.message) }
  try { class Sub extends plan.constructor {} new Sub() } catch (e) { elog(NOTICE, e.message) }
$$ language plv8;
-- Arguments that run code or change while they are read.
do $$
  const trap = {toString() { plv8.execute('select 1/0') }};
  try { plv8.execute(trap) } catch (e) { plv8.elog(NOTICE, e.message) }
  try { plv8.execute('select $1::text as t', [trap]) } catch (e) { plv8.elog(NOTICE, e.message) }
  const shrinking = [1, {toString() { shrinking.length = 0; return '2' }}, 3];
  plv8.elog(NOTICE, JSON.stringify(plv8.execute('select $1::int[] as a', [shrinking])));
  plv8.elog(NOTICE, JSON.stringify(plv8.execute('select ($1::pg_catalog.pg_tablespace).spcname as n', [new Proxy({}, {get: (_, k) => k === 'spcname' ? 'p' : null, has: () => true})])));
  const plan = plv8.prepare('select $1::text as t', ['text']);
  try { plan.execute([{toString() { plan.free(); return 'freed' }}]) } catch (e) { plv8.elog(NOTICE, e.message) }
$$ language plv8;
create function detached() returns bytea language plv8 as $$
  const a = new Uint8Array(10);
  return {get length() { return 5 }, __proto__: a};
$$;
select detached();
create function growing() returns setof int language plv8 as $$
  const rows = [1, {toString() { if (rows.length < 10) rows.push(rows.length); return '7' }}, 3];
  return rows;
$$;
select * from growing();
-- Every session draws numbers of its own.
do $$ plv8.elog(NOTICE, Math.random() !== Math.random()) $$ language plv8;
create table draws (r float8);
insert into draws select (plv8_draw.r) from (select 0.5 as r) as plv8_draw where false;
create function draw() returns float8 language plv8 as $$ return Math.random() $$;
insert into draws select draw();
\c -
insert into draws select draw();
\c -
insert into draws select draw();
select count(distinct r) from draws;
