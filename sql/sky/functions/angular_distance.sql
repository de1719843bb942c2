create or replace function sky.angular_distance(ra1 float8, decl1 float8, ra2 float8, decl2 float8)
returns float8
language sql immutable parallel safe
return
  -- Adding and taking away 1e-80 makes nothing of differences that would underflow. The distance between points is
  -- hypot, which never does.
  2 * atan2d(
    point(
      sind((decl1 - decl2 + 1e-80 - 1e-80) / 2) * cosd((ra1 - ra2 + 1e-80 - 1e-80) / 2),
      cosd((decl1 + decl2 + 1e-80 - 1e-80) / 2) * sind((ra1 - ra2 + 1e-80 - 1e-80) / 2)) <-> point(0, 0),
    point(
      cosd((decl1 - decl2 + 1e-80 - 1e-80) / 2) * cosd((ra1 - ra2 + 1e-80 - 1e-80) / 2),
      sind((decl1 + decl2 + 1e-80 - 1e-80) / 2) * sind((ra1 - ra2 + 1e-80 - 1e-80) / 2)) <-> point(0, 0));

comment on function sky.angular_distance(float8, float8, float8, float8) is
'Angle between two positions [deg], as precise for positions that coincide as for opposite ones. Positions in degrees, both in one frame; NaN for NaN. Raises numeric_value_out_of_range for infinity. Source: sine and cosine of half the angle from half sums and half differences of the coordinates.';
