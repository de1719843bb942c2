create or replace function apdb.update_statistics(
  dia_object_ids int8[] default null,
  all_versions boolean default false,
  apdb name default apdb.current_apdb())
returns int8
language sql volatile parallel unsafe
set search_path = pg_catalog, pg_temp
set enable_nestloop = off
set jit = off
return apdb._update_statistics(dia_object_ids::text, all_versions, apdb);

comment on function apdb.update_statistics(int8[], boolean, name) is
'Computes the statistics of the latest versions of objects anew from their sources and forced sources, and gives how many versions there are; NULL: of all objects. With all_versions those of earlier versions as well: what was known when each ended, by the times of the visits that are remembered, else by the sources'' midpoints. For after sources were reassigned or withdrawn, visits came late, or forced photometry came after association. Positions and pixels follow; an object that has no sources any more keeps its position. Means of fluxes are weighted by 1/error², over finite fluxes with finite positive errors; their errors are 1/√Σ(1/error²); the position is the mean direction, its errors come from those of the sources, or from their scatter where some have none.';
