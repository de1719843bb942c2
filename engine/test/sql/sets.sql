create function counted(n int) returns setof int language plv8 as $$ for (let i = 0; i < n; i++) plv8.return_next(i) $$;
select * from counted(3);
select counted(2), counted(3);
select count(*), sum(c) from counted(100000) as c;
select * from counted(0);
create function listed() returns setof text language plv8 as $$ return ['a', null, 'b'] $$;
select * from listed();
create function two_ways() returns setof int language plv8 as $$ plv8.return_next(1); return [2, 3] $$;
select * from two_ways();
create function single() returns setof float8 language plv8 as $$ return 0.5 $$;
select * from single();
create function null_row() returns setof int language plv8 as $$ return null $$;
select * from null_row();

create type pair as (a int, b text);
create function pairs() returns setof pair language plv8 as $$ plv8.return_next({a: 1, b: 'x'}); return [{b: 'y', a: 2}] $$;
select * from pairs();
select pairs();
select (pairs()).b;
create function tabled(n int) returns table (i int, label text) language plv8 as $$ for (let i = 0; i < n; i++) plv8.return_next({i, label: 'l' + i}) $$;
select * from tabled(2);
create function unnamed() returns setof record language plv8 as $$ return [{a: 1, b: 'x', c: true}] $$;
select * from unnamed() as t (a int, b text);
select * from unnamed() as t (c bool);
select * from unnamed() as t (d int);
select unnamed();

create function bad_row() returns setof pair language plv8 as $$ plv8.return_next(5) $$;
select * from bad_row();
create function bad_field() returns setof pair language plv8 as $$ plv8.return_next({a: 'x', b: 'y'}) $$;
select * from bad_field();
create function caught_field() returns setof pair language plv8 as $$
  try { plv8.return_next({a: 'x', b: 'y'}) } catch (e) { plv8.return_next({a: 0, b: e.sqlerrcode}) }
$$;
select * from caught_field();
create function not_a_set() returns int language plv8 as $$ plv8.return_next(1) $$;
select not_a_set();

-- A set within a set, and a set from a called function.
create function nested() returns setof int language plv8 as $$
  plv8.return_next(-1);
  for (const row of plv8.execute('select * from counted(2) as v')) plv8.return_next(row.v);
  plv8.return_next(-2);
$$;
select * from nested();
create function helper(n int) returns void language plv8 as $$ plv8.return_next(n) $$;
create function through_helper() returns setof int language plv8 as $$ const h = plv8.find_function('helper'); h(1); h(2) $$;
select * from through_helper();
select c, n from counted(2) as c, lateral counted(c + 1) as n;
create function partial() returns setof int language plv8 as $$ plv8.return_next(1); throw new Error('in the middle') $$;
select * from partial();
select * from counted(5) limit 2;
