create or replace function obscore.check_config(config json)
returns table (path text, complaint text)
language sql immutable strict parallel safe
rows 10
set search_path = pg_catalog, pg_temp
as $$
select c.path, c.complaint
from obscore._check_config(config::text) c
$$;

comment on function obscore.check_config(json) is
'What is wrong with the configuration of an ObsCore table, a row for each mistake with its path, such as dataset_types.raw.calib_level; no row where nothing is. Keys are those of dax_obscore and of the Data Butler''s live table. What only a registry can tell, such as collections that do not exist, is not looked at.';
