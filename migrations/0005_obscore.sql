-- ObsCore tables of registries: each is made at run time by obscore.create in the registry's own schema.
create schema obscore;

create table obscore.definition (
  registry name not null,
  table_name name not null,
  mode text not null check (mode in ('live', 'manual', 'matview')),
  on_error text not null check (on_error in ('record', 'raise')),
  published boolean not null,
  config json not null,
  built timestamptz not null default now(),
  search text,
  primary key (registry, table_name)
);

create table obscore.error (
  registry name not null,
  table_name name not null,
  dataset_type text not null,
  dataset_id uuid,
  column_name text not null,
  reason text not null,
  since timestamptz not null default now(),
  foreign key (registry, table_name) references obscore.definition on update cascade on delete cascade
);

create unique index on obscore.error (registry, table_name, dataset_id, column_name);

-- One row of ivoa.obscore: ObsCore 1.1, tables 1 and 5.
create type obscore.observation as (
  dataproduct_type text,
  dataproduct_subtype text,
  calib_level int2,
  target_name text,
  obs_id text,
  obs_collection text,
  obs_publisher_did text,
  access_url text,
  access_format text,
  access_estsize int8,
  s_ra float8,
  s_dec float8,
  s_fov float8,
  s_region text,
  s_resolution float8,
  s_xel1 int8,
  s_xel2 int8,
  t_min float8,
  t_max float8,
  t_exptime float8,
  t_resolution float8,
  t_xel int8,
  em_min float8,
  em_max float8,
  em_res_power float8,
  em_xel int8,
  o_ucd text,
  pol_states text,
  pol_xel int8,
  facility_name text,
  instrument_name text
);
