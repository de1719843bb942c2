-- Registries of images: each is a schema of its own, which butler.create_registry makes or butler.attach finds.
create schema butler;

create table butler.registry (
  name name primary key,
  origin text not null check (origin in ('created', 'attached')),
  since timestamptz not null default now()
);
