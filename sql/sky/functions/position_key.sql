create or replace function sky.position_key(ra float8)
returns int4
language sql immutable parallel safe
return floor(least(float8 '180', abs(ra - float8 '360' * floor((ra + float8 '180') / float8 '360'))) * float8 '1e7')::int4;

comment on function sky.position_key(float8) is
'Second key of a position index: how far the meridian of ra is from that of 0 [1e-7 degrees], so that a cell has no seam in right ascension. Indexes hold its values, so that it may never change; every input has a key, NaN and infinity too. ra: degrees ICRS.';
