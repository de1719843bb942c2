-- Registries of images: each is a schema of its own, which butler.create_registry makes or butler.attach finds.
create schema butler;

create table butler.registry (
  name name primary key,
  origin text not null check (origin in ('created', 'attached')),
  since timestamptz not null default now()
);

-- What users add to what Almagest knows by itself, which is in views.
create table butler.storage_class (
  name text primary key check (name <> '')
);

create table butler.translator (
  name text primary key,
  instrument text not null,
  class_name text not null,
  day_obs_offset_s int,
  visit_system int8,
  visit_max int8 not null,
  exposure_max int8 not null,
  detector_max int8 not null,
  recognise jsonb not null check (jsonb_typeof(recognise) = 'array')
);

create table butler.header_rule (
  translator text not null,
  property text not null,
  place int2 not null default 1,
  keywords text[] not null default '{}',
  conversion text not null,
  argument jsonb,
  condition jsonb check (jsonb_typeof(condition) = 'object'),
  primary key (translator, property, place)
);
