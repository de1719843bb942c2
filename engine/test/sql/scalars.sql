-- What each type is in JavaScript, and that it comes back as it went.
create function kind(x anyelement) returns text language plv8 as $$
  return x === null ? 'null' : typeof x === 'object' ? Object.prototype.toString.call(x) : typeof x;
$$;
select kind(true) as bool, kind(1::int2) as int2, kind(1) as int4, kind(1::int8) as int8, kind(1::oid) as oid,
       kind(1::float4) as float4, kind(1::float8) as float8, kind(1::numeric) as numeric;
select kind('a'::text) as text, kind('a'::varchar) as varchar, kind('a'::char(2)) as bpchar, kind('a'::name) as name,
       kind('\x00'::bytea) as bytea, kind('{}'::json) as json, kind('[]'::jsonb) as jsonb;
select kind(date '2020-01-01') as date, kind(timestamp '2020-01-01') as timestamp, kind(timestamptz '2020-01-01') as timestamptz,
       kind(time '01:00') as time, kind(interval '1 day') as interval, kind('{1}'::int[]) as array,
       kind(gen_random_uuid()) as uuid, kind(null::int) as missing;

create function same(x anyelement) returns anyelement language plv8 as $$ return x $$;
select same(true), same(false), same((-32768)::int2), same(2147483647), same(-2147483648), same(4294967295::oid);
select same(9223372036854775807), same((-9223372036854775808)::int8), same(9007199254740993);
select same(0.1::float4), same(1e-307::float8), same('NaN'::float8), same('-Infinity'::float8), same('-0'::float8);
select same(1.5::numeric), same('NaN'::numeric), same(12345678901234567890::numeric);
select same('a'::"char"), same('x'::name), same('12:34'::time), same('1 day 02:00'::interval), same('(1,2)'::point),
       same('10.0.0.1'::inet), same('5bd68e64-ff52-4f54-ace4-3cd9161c8b7f'::uuid), same('b'::char(3)) || '|';
create type mood as enum ('sad', 'happy');
select same('happy'::mood);

-- Each integer type keeps to its range; fractions are cut off.
create function to_int2(x float8) returns int2 language plv8 as $$ return x $$;
create function to_int4(x float8) returns int4 language plv8 as $$ return x $$;
create function to_int8(x float8) returns int8 language plv8 as $$ return x $$;
create function to_oid(x float8) returns oid language plv8 as $$ return x $$;
create function to_float4(x float8) returns float4 language plv8 as $$ return x $$;
select to_int2(1.9), to_int2(-1.9), to_int4(-0.5), to_int8(1e15), to_oid(4294967295), to_float4(1e-50);
select to_int2(32768);
select to_int4(2147483648);
select to_int4('NaN');
select to_int4('Infinity');
select to_int8(9223372036854775808);
select to_int8(-9223372036854775808);
select to_oid(-1);
select to_float4(1e39);
select to_float4('Infinity');

create function big(x text) returns int8 language plv8 as $$ return BigInt(x) $$;
select big('9223372036854775807'), big('-9223372036854775808');
select big('9223372036854775808');
create function big_numeric(x text) returns numeric language plv8 as $$ return BigInt(x) * 10n $$;
select big_numeric('123456789012345678901234567890');
create function big_int4() returns int4 language plv8 as $$ return 5n $$;
select big_int4();

-- Text is read by the type's own input.
create function text_as_int(x text) returns int language plv8 as $$ return x $$;
select text_as_int(' 12 ');
select text_as_int('twelve');
create function text_as_bool(x text) returns bool language plv8 as $$ return x $$;
select text_as_bool('yes'), text_as_bool('off');
select text_as_bool('perhaps');
create function text_as_int8(x text) returns int8 language plv8 as $$ return x $$;
select text_as_int8('9223372036854775807');
select text_as_int8('many');
create function as_mood(x text) returns mood language plv8 as $$ return x $$;
select as_mood('sad');
select as_mood('angry');

-- Anything has a text form; null and undefined are NULL.
create function as_text(which int) returns text language plv8 as $$
  return [12, 1.5, true, 10n, [1, [2, 3]], {a: 1}, null, undefined, new Date(0).toISOString(), Symbol.iterator][which];
$$;
select i, as_text(i) from generate_series(0, 8) as i;
select as_text(9);
create function as_numeric(which int) returns numeric language plv8 as $$
  return [1.25, -0, 1e21, NaN, Infinity, 3n, '7.5', null][which];
$$;
select i, as_numeric(i) from generate_series(0, 7) as i;

-- Domains cross as text, and their constraints hold.
create domain positive as int check (value > 0);
create domain required as text not null;
create function to_positive(x int) returns positive language plv8 as $$ return x $$;
create function to_required(x text) returns required language plv8 as $$ return x $$;
select to_positive(1), to_required('a');
select to_positive(0);
select to_required(null);

-- Strict functions are not called with NULL; others see null.
create function strict_one(x int) returns text language plv8 strict as $$ return 'called' $$;
create function lax_one(x int) returns text language plv8 as $$ return String(x) $$;
select strict_one(null), lax_one(null);
