-- Cameras: where their detectors are in the focal plane, for the regions of visits.
create table butler.camera (
  name text primary key check (name <> ''),
  instrument text,
  units text not null check (units in ('deg', 'mm')),
  radial float8[] check ((radial is null) = (units = 'deg')),
  x_axis text not null check (x_axis in ('east', 'west')),
  sky_angle_offset float8 not null,
  padding_pixels float8 not null check (padding_pixels >= 0),
  loaded timestamptz not null default now()
);

create table butler.camera_detector (
  camera text not null references butler.camera on update cascade on delete cascade,
  detector bigint not null,
  full_name text,
  name_in_raft text,
  raft text,
  purpose text,
  corners float8[] not null check (cardinality(corners) = 8),
  width_pixels integer check (width_pixels > 0),
  height_pixels integer check ((height_pixels is null) = (width_pixels is null) and height_pixels > 0),
  primary key (camera, detector)
);
