create type pair as (a int, b text);
create function make(a int, b text) returns pair language plv8 as $$ return {b, a} $$;
select make(1, 'x'), (make(2, null)).b is null as missing;
select * from make(3, 'y');
create function show(p pair) returns text language plv8 as $$ return JSON.stringify(p) $$;
select show((1, 'x')), show(null), show(row(null, null)::pair);
create function wrong(which int) returns pair language plv8 as $$
  return [{a: 1}, {a: 1, b: undefined}, {a: 1, b: 2, c: 3}, 5, 'x', null, undefined, {a: 'x', b: ''}, [1, 2], Object.create({a: 1, b: 'inherited'})][which];
$$;
select wrong(0);
select wrong(1), wrong(2), wrong(5), wrong(6), wrong(9);
select wrong(3);
select wrong(4);
select wrong(7);
select wrong(8);

-- Nested rows, rows of a table with a dropped column, and of one that changes.
create type outer_pair as (name text, inner_pair pair, list pair[]);
create function nest() returns outer_pair language plv8 as $$ return {name: 'n', inner_pair: {a: 1, b: 'i'}, list: [{a: 2, b: 'l'}, null]} $$;
select nest(), (nest()).inner_pair.b, (nest()).list[1].a;
create function show_outer(x outer_pair) returns jsonb language plv8 as $$ return x $$;
select show_outer(nest());
create table wide (a int, b int, c int, "__proto__" text, "constructor" int);
alter table wide drop column b;
insert into wide values (1, 3, 'p', 5);
create function show_wide(w wide) returns text language plv8 as $$ return JSON.stringify(w) + Object.keys(w).length $$;
select show_wide(wide) from wide;
create function make_wide() returns wide language plv8 as $$ return {a: 1, c: 2, ['__proto__']: 'x', constructor: 3} $$;
select make_wide();
select * from make_wide();
alter table wide add column d int default 9;
select show_wide(wide) from wide;
select make_wide();

-- Records: what has no name of its own is read, and cannot be made.
create function any_row(r record) returns text language plv8 as $$ return JSON.stringify(r) $$;
select any_row(row(1, 'x', null)), any_row((1, 2)::pair);
create function anonymous() returns record language plv8 as $$ return {a: 1} $$;
select * from anonymous() as t (a int);

-- OUT arguments.
create function one_out(i int, out o text) language plv8 as $$ return 'v' + i $$;
create function two_out(i int, out double int, out label text) language plv8 as $$ return {double: i * 2, label: 'l' + i} $$;
create function in_out(inout a int, inout b text) language plv8 as $$ return {a: a + 1, b: b + '!'} $$;
select one_out(1), two_out(2), in_out(3, 'x');
select * from two_out(4);
create function short_out(out a int, out b int) language plv8 as $$ return {a: 1} $$;
select short_out();

-- Polymorphic types, resolved at each call site.
create function first_of(x anyarray) returns anyelement language plv8 as $$ return x[0] $$;
select first_of('{5,6}'::int[]), first_of('{a}'::text[]), first_of('{2020-01-01}'::date[]), first_of(array[(1, 'x')]::pair[]);
create function wrap(x anyelement) returns anyarray language plv8 as $$ return [x, x] $$;
select wrap(1), wrap('a'::text), wrap(true);
create function wrap_all(x anyelement, out one anyelement, out many anyarray) language plv8 as $$ return {one: x, many: [x]} $$;
select * from wrap_all(7);

-- A domain over a row keeps its constraint.
create domain good_pair as pair check ((value).a > 0);
create function to_good(a int) returns good_pair language plv8 as $$ return {a, b: 'x'} $$;
select to_good(1);
select to_good(-1);

create function nothing() returns void language plv8 as $$ return 5 $$;
select nothing(), nothing() is null as is_null;
