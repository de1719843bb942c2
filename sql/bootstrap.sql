-- Roles of the cluster, the schema almagest, and the table in which postgres-migrations keeps what it applied.
do $$
begin
  if not exists (select from pg_catalog.pg_roles where rolname = 'almagest_reader') then
    create role almagest_reader nologin;
  end if;
  if not exists (select from pg_catalog.pg_roles where rolname = 'almagest_loader') then
    create role almagest_loader nologin in role almagest_reader;
  end if;
  if not exists (select from pg_catalog.pg_roles where rolname = 'almagest_owner') then
    create role almagest_owner nologin in role almagest_loader;
  end if;
exception
  -- Another session made them at the same moment, in another database of this cluster.
  when duplicate_object or unique_violation then null;
end
$$;

create schema if not exists almagest;

create table if not exists almagest.migrations (
  id integer primary key,
  name varchar(100) unique not null,
  hash varchar(40) not null,
  executed_at timestamp default current_timestamp
);

insert into almagest.migrations (id, name, hash)
values (0, 'create-migrations-table', 'e18db593bcde2aca2a408c4d1100f6abba2195df')
on conflict do nothing;
