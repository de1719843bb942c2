comment on table butler.storage_class is 'Storage classes of datasets that users added; those that are known anyway are in the view butler.storage_classes';
comment on column butler.storage_class.name is 'Name, as dataset types give it; upper and lower case differ';
grant select on butler.storage_class to almagest_reader;
grant insert, update, delete on butler.storage_class to almagest_loader, almagest_owner;
