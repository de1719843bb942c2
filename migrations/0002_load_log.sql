-- The log of loads: one row a file (or one table of it) that was loaded.
create table almagest.load_log (
  load_id bigint generated always as identity primary key,
  target text not null,
  target_oid oid not null,
  origin text not null,
  checksum bytea not null check (octet_length(checksum) = 32),
  section text not null,
  path text not null,
  bytes bigint not null check (bytes >= 0),
  rows bigint not null check (rows >= 0),
  refused_rows bigint not null check (refused_rows >= 0),
  refusals jsonb not null check (jsonb_typeof(refusals) = 'array'),
  started_at timestamptz not null,
  finished_at timestamptz not null check (finished_at >= started_at),
  seconds float8 not null generated always as (extract(epoch from finished_at - started_at)) stored,
  loaded_by name not null,
  options jsonb not null check (jsonb_typeof(options) = 'object'),
  in_force boolean not null default true
);

create unique index load_log_in_force on almagest.load_log (checksum, target_oid, section, origin) where in_force;
create index load_log_target on almagest.load_log (target, finished_at);
