create function show(x anyarray) returns text language plv8 as $$
  return Array.isArray(x) + ' ' + x.map(v => v instanceof Date ? v.toISOString() : typeof v === 'bigint' ? v + 'n' : JSON.stringify(v)).join(' ');
$$;
select show('{1,NULL,3}'::int[]), show('{1,2}'::int2[]), show('{9007199254740993,NULL}'::int8[]), show('{}'::int[]);
select show('{0.5,NULL}'::float4[]), show('{1.5,NaN}'::float8[]), show('{1.25,NULL}'::numeric[]), show('{t,NULL,f}'::bool[]);
select show('{a,NULL,"b c"}'::text[]), show('{x}'::varchar[]), show('{y}'::name[]), show('{2020-01-01}'::date[]);
select show(array['{"a":1}', '[2]']::json[]), show(array['{"a":1}', 'null']::jsonb[]), show(array['\x01']::bytea[]);
select show('{{1,2},{3,4}}'::int[]) as flattened, show('[5:6]={1,2}'::int[]) as bounds;

create function same(x anyarray) returns anyarray language plv8 as $$ return x $$;
select same('{1,NULL,3}'::int[]), same('{9223372036854775807}'::int8[]), same('{a,"b,c",NULL,"\""}'::text[]), same('{}'::text[]);
select same('{t,f}'::bool[]), same('{1.5,NULL}'::float8[]), same('{2020-02-29}'::date[]), same('{"1 day"}'::interval[]);
select same(array['{"a": 1}']::jsonb[]), same(array['\xff00']::bytea[]), same(array['a', null]::varchar[]);
select array_length(same(array_agg(i)), 1) from generate_series(1, 200000) as i;
select same(null::int[]) is null as missing;

create function numbers(which int) returns int[] language plv8 as $$
  return [[1, 2], [], [null, undefined, 3], 1, 'abc', {length: 1, 0: 1}, [[1, 2], [3]], [1, 'x'], [2147483648], new Int32Array([7, 8]), [, 5]][which];
$$;
select i, numbers(i) from unnest('{0,1,2,9,10}'::int[]) as i;
select numbers(3);
select numbers(4);
select numbers(5);
select numbers(6);
select numbers(7);
select numbers(8);
create function json_items() returns jsonb[] language plv8 as $$ return [{a: [1]}, [2, 3], 'text', 4, null, true] $$;
select json_items();

create type pair as (a int, b text);
create function pairs(n int) returns pair[] language plv8 as $$ return Array.from({length: n}, (_, i) => ({a: i, b: 'x' + i})) $$;
select pairs(2);
create function first_names(x pair[]) returns text language plv8 as $$ return x.map(p => p && p.b).join() $$;
select first_names(array[(1, 'a'), null, (2, null)]::pair[]);
create function total(variadic x int[]) returns int language plv8 as $$ return x.reduce((s, v) => s + v, 0) $$;
select total(1, 2, 3), total(variadic '{4,5}');

create domain short_list as int[] check (array_length(value, 1) < 3);
create function to_short(x int[]) returns short_list language plv8 as $$ return x $$;
create function of_short(x short_list) returns int language plv8 as $$ return x.length $$;
select to_short('{1,2}'), of_short('{1,2}');
select to_short('{1,2,3}');
