-- bytea is a Uint8Array of its own memory.
create function sum_of(x bytea) returns int language plv8 as $$ let s = 0; for (const b of x) s += b; return s $$;
select sum_of('\x'), sum_of('\x01ff'), sum_of(decode(repeat('01', 100000), 'hex'));
create function kind(x bytea) returns text language plv8 as $$ return x.constructor.name + x.length + x.byteOffset $$;
select kind('\x010203');
create function twice(x bytea) returns bytea language plv8 as $$ for (let i = 0; i < x.length; i++) x[i] *= 2; return x $$;
select twice(b), b from (values ('\x010280'::bytea)) as v (b);
create function keep_bytes(x bytea) returns void language plv8 as $$ globalThis.kept = x $$;
create function kept_bytes() returns bytea language plv8 as $$ return kept $$;
select keep_bytes('\xcafe');
select kept_bytes();

-- Out-of-line and compressed values are read whole.
create table stored (id int, b bytea);
alter table stored alter column b set storage external;
insert into stored select 1, decode(string_agg(md5(i::text), ''), 'hex') from generate_series(1, 5000) as i;
alter table stored alter column b set storage extended;
insert into stored values (2, decode(repeat('ab', 100000), 'hex')), (3, '\x01');
create function checksum(x bytea) returns int8 language plv8 as $$ let s = 0; for (const b of x) s = (s * 31 + b) % 1000003; return s $$;
create function echo(x bytea) returns bytea language plv8 as $$ return x $$;
select id, length(b), checksum(b) > 0 as read, md5(echo(b)) = md5(b) as same from stored order by id;

-- Every view, and part of a buffer, comes back as its bytes.
create function view_of(which int) returns bytea language plv8 as $$
  const buffer = new Uint8Array([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]).buffer;
  return [buffer, new Uint8Array(buffer, 1, 2), new Int16Array(buffer, 2, 1), new Uint32Array(buffer, 4), new DataView(buffer, 3, 3),
          new Float64Array([1.5]), new BigUint64Array([1n]), new Uint8ClampedArray([300]), new Uint8Array(0), new Uint8Array([1, 2]).subarray(1)][which];
$$;
select i, view_of(i) from generate_series(0, 9) as i;
create function text_bytes(x text) returns bytea language plv8 as $$ return x $$;
select text_bytes('abc'), text_bytes('\x0102');
create function wrong_bytes(which int) returns bytea language plv8 as $$ return [[1, 2, 3], {a: 1}][which] $$;
select wrong_bytes(0);
select wrong_bytes(1);

-- Typed-array domains.
create function describe2(x plv8_int2array) returns text language plv8 as $$ return x.constructor.name + ' ' + x.join() $$;
create function describe4(x plv8_int4array) returns text language plv8 as $$ return x.constructor.name + ' ' + x.join() $$;
create function describe8(x plv8_int8array) returns text language plv8 as $$ return x.constructor.name + ' ' + x.join() $$;
create function describef4(x plv8_float4array) returns text language plv8 as $$ return x.constructor.name + ' ' + x.join() $$;
create function describef8(x plv8_float8array) returns text language plv8 as $$ return x.constructor.name + ' ' + x.join() $$;
select describe2('{1,-2}'), describe4('{2147483647}'), describe8('{9223372036854775807,-1}');
select describef4('{0.5,1}'), describef8('{0.1,NaN,-Infinity}'), describef8('{}');
select describef8('{1,NULL}');
select describef8('{{1,2},{3,4}}');
create function doubled(x plv8_float8array) returns plv8_float8array language plv8 as $$ for (let i = 0; i < x.length; i++) x[i] *= 2; return x $$;
select doubled('{1,2.5}'), doubled('{}');
with v as (select array_agg(i::float8) as a from generate_series(1, 100000) as i)
select array_length(doubled(a), 1), (doubled(a))[100000], a[100000] from v;
create function made4(n int) returns plv8_int4array language plv8 as $$ return Int32Array.from({length: n}, (_, i) => i * i) $$;
select made4(4), made4(0);
create function from_plain() returns plv8_float8array language plv8 as $$ return [1, 2.5] $$;
select from_plain();
create function other_kind() returns float8[] language plv8 as $$ return new Int16Array([1, 2]) $$;
select other_kind();
create function narrowing() returns int2[] language plv8 as $$ return new Float64Array([1, 40000]) $$;
select narrowing();
