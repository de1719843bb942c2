create or replace function obscore._cells_at(x float8, y float8, z float8)
returns int8[]
language plpgsql immutable strict parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
  face int8;
  main float8;
  u float8;
  w float8;
  column_bits int8;
  row_bits int8;
  place int8;
begin
  if abs(x) >= abs(y) and abs(x) >= abs(z) then
    face := 0;
    main := x;
    u := y;
    w := z;
  elsif abs(y) >= abs(z) then
    face := 1;
    main := y;
    u := z;
    w := x;
  else
    face := 2;
    main := z;
    u := x;
    w := y;
  end if;
  if main < 0 then
    face := face + 3;
    main := -main;
  end if;
  column_bits := greatest(0, least(65535, floor((u / main + 1) * 32768)));
  row_bits := greatest(0, least(65535, floor((w / main + 1) * 32768)));
  -- A zero before each bit, so that those of column and row go between one another.
  column_bits := (column_bits | (column_bits << 8)) & 16711935;
  column_bits := (column_bits | (column_bits << 4)) & 252645135;
  column_bits := (column_bits | (column_bits << 2)) & 858993459;
  column_bits := (column_bits | (column_bits << 1)) & 1431655765;
  row_bits := (row_bits | (row_bits << 8)) & 16711935;
  row_bits := (row_bits | (row_bits << 4)) & 252645135;
  row_bits := (row_bits | (row_bits << 2)) & 858993459;
  row_bits := (row_bits | (row_bits << 1)) & 1431655765;
  place := (face << 32) | column_bits | (row_bits << 1);
  return array[
    place * 2 + 1,
    ((place >> 2) * 2 + 1) << 2,
    ((place >> 4) * 2 + 1) << 4,
    ((place >> 6) * 2 + 1) << 6,
    ((place >> 8) * 2 + 1) << 8,
    ((place >> 10) * 2 + 1) << 10,
    ((place >> 12) * 2 + 1) << 12,
    ((place >> 14) * 2 + 1) << 14,
    ((place >> 16) * 2 + 1) << 16,
    ((place >> 18) * 2 + 1) << 18,
    ((place >> 20) * 2 + 1) << 20,
    ((place >> 22) * 2 + 1) << 22,
    ((place >> 24) * 2 + 1) << 24,
    ((place >> 26) * 2 + 1) << 26,
    ((place >> 28) * 2 + 1) << 28,
    ((place >> 30) * 2 + 1) << 30,
    ((place >> 32) * 2 + 1) << 32];
end;
$$;

comment on function obscore._cells_at(float8, float8, float8) is
'The cells that hold a direction, from the finest, a few arcseconds wide, to a sixth of the sky: the faces of a cube around the sphere, split into quarters 16 times. The pixels of a registry''s almagest_footprint_pixel are such cells. x, y, z: unit vector, ICRS.';
