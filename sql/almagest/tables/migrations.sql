comment on table almagest.migrations is 'Migrations applied to this database, kept by postgres-migrations or by the extension''s scripts';
comment on column almagest.migrations.id is 'number of the migration, from 0';
comment on column almagest.migrations.name is 'its name, without number and ending';
comment on column almagest.migrations.hash is 'SHA-1 of its file name and content, in hexadecimal';
comment on column almagest.migrations.executed_at is 'when it was applied [session time zone]';
