\echo Use "create extension plv8" to load this file. \quit

create function plv8_call_handler() returns language_handler
  as 'MODULE_PATHNAME' language c;

create function plv8_inline_handler(internal) returns void
  as 'MODULE_PATHNAME' language c;

create function plv8_call_validator(oid) returns void
  as 'MODULE_PATHNAME' language c;

create trusted language plv8
  handler plv8_call_handler
  inline plv8_inline_handler
  validator plv8_call_validator;
comment on language plv8 is 'JavaScript run by V8; trusted: no files, no network, no other role''s objects';

create domain plv8_int2array as int2[];
comment on domain plv8_int2array is 'int2[] that JavaScript sees as an Int16Array: one dimension, no nulls';
create domain plv8_int4array as int4[];
comment on domain plv8_int4array is 'int4[] that JavaScript sees as an Int32Array: one dimension, no nulls';
create domain plv8_float4array as float4[];
comment on domain plv8_float4array is 'float4[] that JavaScript sees as a Float32Array: one dimension, no nulls';
create domain plv8_float8array as float8[];
comment on domain plv8_float8array is 'float8[] that JavaScript sees as a Float64Array: one dimension, no nulls';
create domain plv8_int8array as int8[];
comment on domain plv8_int8array is 'int8[] that JavaScript sees as a BigInt64Array: one dimension, no nulls';

create function plv8_version() returns text
  as $$ return plv8.version; $$ language plv8 stable;
comment on function plv8_version() is 'version of the PL/v8 language that this engine follows';

create function plv8_reset() returns void
  as 'MODULE_PATHNAME' language c;
comment on function plv8_reset() is 'drops the JavaScript globals and compiled functions of the current role in this session';

create function plv8_info() returns json
  as 'MODULE_PATHNAME' language c;
comment on function plv8_info() is 'engine, V8 version, memory and roles'' contexts of this session, as JSON';
revoke all on function plv8_info() from public;
