create or replace function butler._uuid7_tick()
returns int8
language sql volatile parallel safe
return floor(extract(epoch from clock_timestamp()) * 4096000)::int8;

comment on function butler._uuid7_tick() is
'The time now as butler._uuid7 takes it [ms / 4096 since 1970-01-01 UTC].';
