create or replace function sky.in_pixels(pixel int8, cover int8multirange)
returns boolean
language sql immutable parallel safe
return
  sky.in_pixel_ranges(pixel, sky.pixel_ranges(cover))
  -- As a case, because the planner takes a bare <@ for far more selective than the ranges leave it.
  and case when pixel <@ cover then true else false end;

comment on function sky.in_pixels(int8, int8multirange) is
'Whether a pixel is in a cover: write where sky.in_pixels("pixelId", sky.htm_envelope(region, 20, 16)) and sky.region_contains(region, ra, dec) for a table that keeps HTM pixels of level 20. Inlines, and a plain index on the pixel column answers it; few ranges plan faster, so ask the cover for at most sixteen.';
