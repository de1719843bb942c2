create or replace function sky.position_angle(ra1 float8, decl1 float8, ra2 float8, decl2 float8)
returns float8
language sql immutable parallel safe
return
  -- Adding and taking away 1e-80 makes nothing of what would underflow in a product, and of a negative zero.
  180 + atan2d(
    -(sind(ra2 - ra1 + 1e-80 - 1e-80) * cosd(decl2) + 0),
    -(sind(decl2 - decl1 + 1e-80 - 1e-80)
      + 2 * sind(decl1 + 1e-80 - 1e-80) * cosd(decl2) * sind((ra2 - ra1 + 1e-80 - 1e-80) / 2) ^ 2 + 0));

comment on function sky.position_angle(float8, float8, float8, float8) is
'Direction of the second position as seen from the first [deg, 0 up to 360], from north through east; 0 where they coincide. Positions in degrees, both in one frame; NaN for NaN. Raises numeric_value_out_of_range for infinity. Source: bearing of a great circle, with the difference of declinations kept apart so that near positions lose no digits.';
