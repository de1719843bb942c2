create function same(x json) returns json language plv8 as $$ return x $$;
create function same(x jsonb) returns jsonb language plv8 as $$ return x $$;
select same('{"b": 1, "a": [1, null, true, "x"], "n": 1e300}'::json), same('{"b": 1, "a": [1, null, true, "x"], "n": 1e3}'::jsonb);
select same('"text"'::jsonb), same('12.5'::jsonb), same('true'::jsonb), same('null'::jsonb) is null as sql_null;
select same('12.5'::json), same('true'::json), same('null'::json) is null as sql_null;
-- A string returned as json is JSON text; as jsonb it is a JSON string.
select same('"text"'::json);
create function text_json() returns json language plv8 as $$ return '{"a": 1}' $$;
create function text_jsonb() returns jsonb language plv8 as $$ return '{"a": 1}' $$;
select text_json(), text_jsonb();
create function value_of(which int) returns jsonb language plv8 as $$
  const cyclic = {}; cyclic.self = cyclic;
  return [{a: undefined, b: null}, [undefined], undefined, () => 1, Symbol('s'), new Date(0), {d: new Date(0)}, new Date(NaN),
          {toJSON() { return 'own' }}, NaN, {n: Infinity}, new Map([[1, 2]]), 5n, {count: 5n, list: [1n]}, cyclic,
          {get x() { throw new Error('getter') }}, 0.1 + 0.2, 123456789012345678][which];
$$;
select i, value_of(i) from generate_series(0, 13) as i;
select value_of(14);
select value_of(15);
select value_of(16), value_of(17);
create function json_value(which int) returns json language plv8 as $$ return [new Date(0), () => 1, {a: 1n}, [1, 'x']][which] $$;
select json_value(0), json_value(1) is null as function, json_value(3);
select json_value(2);
create function deep(n int) returns jsonb language plv8 as $$ let o = 1; for (let i = 0; i < n; i++) o = [o]; return o $$;
select length(deep(1000)::text);
select same('{"__proto__": {"x": 1}, "constructor": 1, "2": "b", "1": "a"}'::jsonb);
create function keys_of(x jsonb) returns text language plv8 as $$ return Object.keys(x).join() + ' ' + ({}).x $$;
select keys_of('{"__proto__": {"x": 1}}');
select same('{"u": "\u00e9\ud834\udefc"}'::jsonb);
create table documents (id int, d jsonb);
insert into documents select i, jsonb_build_object('n', i, 'pad', repeat('x', 5000)) from generate_series(1, 20) as i;
create function n_of(d jsonb) returns int language plv8 as $$ return d.n $$;
select sum(n_of(d)) from documents;
