create or replace function sky.position_cell(ra float8, decl float8)
returns int4
language sql immutable parallel safe
return
  case when ra - float8 '360' * floor((ra + float8 '180') / float8 '360') < float8 '0' then -1 else 1 end
  * floor((greatest(float8 '-91', least(float8 '91', decl)) + float8 '92') * float8 '10')::int4;

comment on function sky.position_cell(float8, float8) is
'First key of a position index: the zone of declination, 6 arcmin high and counted from 1, negative in the half of the sky where right ascension is beyond 180 degrees. Indexes hold its values, so that it may never change; every input has a cell, NaN and infinity too. ra, decl: degrees ICRS.';
