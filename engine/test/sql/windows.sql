-- A window function sees its partition, its frame and its own memory.
create table t (g text, v int);
insert into t values ('a', 10), ('a', 20), ('a', 20), ('b', 5), ('b', null);
create function running(x int) returns text language plv8 window as $$
  const w = plv8.get_window_object();
  const kept = w.get_partition_local() || {sum: 0, rows: 0};
  kept.sum += x;
  kept.rows++;
  w.set_partition_local(kept);
  return [w.get_current_position(), w.get_partition_row_count(), kept.rows, kept.sum, w.get_func_arg_current(0) === x].join(' ');
$$;
select g, v, running(v) over (partition by g order by v) from t order by g, v;
create function previous(x anyelement, distance int) returns anyelement language plv8 window as $$
  const w = plv8.get_window_object();
  const value = w.get_func_arg_in_partition(0, -distance, w.SEEK_CURRENT, false);
  return value === undefined ? null : value;
$$;
select g, v, previous(v, 1) over (partition by g order by v), previous(g, 2) over (order by g, v) from t order by g, v;
create function edges(x int) returns text language plv8 window as $$
  const w = plv8.get_window_object();
  return [w.get_func_arg_in_frame(0, 0, w.SEEK_HEAD, false), w.get_func_arg_in_frame(0, 0, w.SEEK_TAIL, false),
          w.rows_are_peers(0, w.get_current_position())].join(' ');
$$;
select g, v, edges(v) over (partition by g order by v rows between 1 preceding and current row) from t order by g, v;
-- Wrong uses.
create function misuse(which text) returns text language plv8 window as $$
  const w = plv8.get_window_object();
  try {
    switch (which) {
      case 'few': return w.rows_are_peers(1);
      case 'seek': return w.get_func_arg_in_frame(0, 0, 9, false);
      case 'argument': return w.get_func_arg_current(3);
      case 'memory': return w.set_partition_local('x'.repeat(2000));
      case 'room': return w.get_partition_local(-1);
      case 'position': return w.rows_are_peers(-5, 100);
      case 'kept': globalThis.kept = w; return 'kept';
    }
  } catch (e) { return e.message }
$$;
select k, misuse(k) over (partition by k) from unnest('{few,seek,argument,memory,room,position,kept}'::text[]) as k order by k;
do $$ try { kept.get_current_position() } catch (e) { plv8.elog(NOTICE, e.message) } $$ language plv8;
do $$ try { plv8.get_window_object() } catch (e) { plv8.elog(NOTICE, e.message) } $$ language plv8;
select misuse('few');
select v, running(v) over w, running(-v) over w from t where g = 'a' window w as (order by v);
