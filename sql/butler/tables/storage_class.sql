comment on table butler.storage_class is 'Storage classes that dataset types may have, in every registry: how datasets are held in memory and written, as the configuration of the clients names it; a survey with classes of its own inserts them';
comment on column butler.storage_class.name is 'Name of the storage class, as clients have it; upper and lower case differ';
grant select on butler.storage_class to almagest_reader;
grant insert, update, delete on butler.storage_class to almagest_loader, almagest_owner;
