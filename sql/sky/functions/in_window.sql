create or replace function sky.in_window(ra float8, decl float8, win int4[])
returns boolean
language sql immutable parallel safe
return
  case when ra - float8 '360' * floor((ra + float8 '180') / float8 '360') < float8 '0' then -1 else 1 end
    * floor((greatest(float8 '-91', least(float8 '91', decl)) + float8 '92') * float8 '10')::int4 = any (win[3:])
  and floor(least(float8 '180', abs(ra - float8 '360' * floor((ra + float8 '180') / float8 '360'))) * float8 '1e7')::int4
    between win[1] and win[2];

comment on function sky.in_window(float8, float8, int4[]) is
'Whether a position is in a window of sky.cone_window or sky.window_around; inlines, and is what a position index answers. sky.position_cell and sky.position_key are written out in it, which shortens the planning of a search. ra, decl: degrees ICRS.';
