create or replace trigger almagest_obscore_deleted
before delete on butler.registry
for each row execute function obscore._registry_deleted();

comment on trigger almagest_obscore_deleted on butler.registry is
'ObsCore tables go with their registry';
