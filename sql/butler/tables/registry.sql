comment on table butler.registry is 'The registries of this database, one a schema';
comment on column butler.registry.name is 'Schema that holds the registry''s tables';
comment on column butler.registry.origin is 'created: made by butler.create_registry; attached: made by a client of its own, then butler.attach';
comment on column butler.registry.since is 'When it was created or attached';
grant select on butler.registry to almagest_reader;
grant insert, update, delete on butler.registry to almagest_owner;
