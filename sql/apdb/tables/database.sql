comment on table apdb.database is 'The alert-production databases of this database, one a schema';
comment on column apdb.database.name is 'Schema that holds the tables';
comment on column apdb.database.prefix is 'What the names of its tables begin with';
comment on column apdb.database.options is 'Options that may change; those frozen when it was made are in its table metadata';
comment on column apdb.database.origin is 'created: made by apdb.create; attached: made by a client of its own, then apdb.attach';
comment on column apdb.database.since is 'When it was created or attached';
grant select on apdb.database to almagest_reader;
grant insert, update, delete on apdb.database to almagest_owner;
