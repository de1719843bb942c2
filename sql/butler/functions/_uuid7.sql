create or replace function butler._uuid7(tick int8)
returns uuid
language sql volatile parallel safe
return (
  lpad(to_hex(((tick >> 12) << 16) | 28672 | (tick & 4095)), 16, '0')
    || substr(gen_random_uuid()::text, 20)
)::uuid;

comment on function butler._uuid7(int8) is
'A UUID of version 7 (RFC 9562, section 6.2, method 3) for a time [ms / 4096 since 1970-01-01 UTC], with 62 random bits: those of consecutive ticks ascend.';
