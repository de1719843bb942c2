create or replace function sky.in_pixel_ranges(pixel int8, ranges int8[])
returns boolean
language sql immutable parallel safe
return
  pixel between ranges[1] and ranges[2]
  or pixel between ranges[3] and ranges[4]
  or pixel between ranges[5] and ranges[6]
  or pixel between ranges[7] and ranges[8]
  or pixel between ranges[9] and ranges[10]
  or pixel between ranges[11] and ranges[12]
  or pixel between ranges[13] and ranges[14]
  or pixel between ranges[15] and ranges[16]
  or pixel between ranges[17] and ranges[18]
  or pixel between ranges[19] and ranges[20]
  or pixel between ranges[21] and ranges[22]
  or pixel between ranges[23] and ranges[24]
  or pixel between ranges[25] and ranges[26]
  or pixel between ranges[27] and ranges[28]
  or pixel between ranges[29] and ranges[30]
  or pixel between ranges[31] and ranges[32];

comment on function sky.in_pixel_ranges(int8, int8[]) is
'Whether a pixel is in one of the ranges that sky.pixel_ranges gives; inlines to an OR of comparisons, from which the planner takes those that are there and an index on the pixel answers them.';
