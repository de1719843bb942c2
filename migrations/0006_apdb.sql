-- Alert-production databases: each is a schema of its own, which apdb.create makes or apdb.attach finds.
create schema apdb;

create table apdb.database (
  name name primary key,
  prefix text not null default '',
  options json not null default '{}',
  origin text not null check (origin in ('created', 'attached')),
  since timestamptz not null default now()
);
