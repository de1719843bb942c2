create or replace function sky.window_around(bounds float8[])
returns int4[]
language plpgsql immutable parallel safe cost 5
set search_path = pg_catalog, pg_temp
as $$
declare
  ra0 float8 := bounds[1];
  half_width float8 := bounds[2];
  decl_min float8 := bounds[3];
  decl_max float8 := bounds[4];
  -- Right ascension from -180 to 180; its sign says the half of the sky, its size is the key.
  folded float8 := ra0 - 360 * floor((ra0 + 180) / 360);
  meridian float8 := abs(folded);
  -- Wider by more than the rounding of everything here and in the caller's trigonometry.
  half float8 := half_width * (1 + 1e-7) + 1e-9;
  first_zone int4;
  last_zone int4;
  cells int4[];
begin
  if (ra0 between -1e6 and 1e6 and half_width between 0 and 360
      and decl_min between -360 and 360 and decl_max between decl_min and 360) is not true then
    return '{1,0}';
  end if;
  first_zone := floor((greatest(-90, least(90, decl_min) - 1e-9) + 92) * 10);
  last_zone := floor((least(90, greatest(-90, decl_max) + 1e-9) + 92) * 10);
  cells := array_positions(
    array_fill(true, array[last_zone - first_zone + 1], array[case when folded < 0 then -last_zone else first_zone end]),
    true);
  if abs(meridian - 90) + half >= 90 then
    cells := cells || array_positions(
      array_fill(true, array[last_zone - first_zone + 1], array[case when folded < 0 then first_zone else -last_zone end]),
      true);
  end if;
  return array[floor(greatest(0, meridian - half) * 1e7), floor(least(180, meridian + half) * 1e7)]::int4[] || cells;
end;
$$;

comment on function sky.window_around(float8[]) is
'The part of a position index that holds everything from bounds[3] to bounds[4] in declination and at most bounds[2] away from the meridian bounds[1], all in degrees: lowest and highest sky.position_key, then every sky.position_cell, as sky.in_window takes them; no cells for NULL, NaN and reversed limits.';
