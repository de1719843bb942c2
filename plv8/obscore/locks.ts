/**
 * Advisory locks between the upkeep of ObsCore tables and their rebuilding, all held to the end of the transaction.
 *
 * - *writes*, one a registry: whatever brings rows of its ObsCore tables up to date takes it shared, before it looks
 *   at anything; a rebuild that swaps its table in takes it exclusive, for a moment.
 * - *rebuild*, one an ObsCore table: a rebuild has it exclusive from its beginning. Upkeep tries it shared: who gets it
 *   is waited for before the rebuild looks at the registry, and who does not adds what it changes to
 *   almagest_obscore_pending, whatever collection and dataset type it is of, for the table that is being built.
 */
import type { Registry } from '../butler/registry.ts';
import { triggerPattern } from './triggers/names.ts';

/** SQL, for generated functions: waits until no rebuild of the registry is swapping its table in. */
export function takeWrites(registry: Registry): string {
  return `obscore._writes(${plv8.quote_literal(registry.name)})`;
}

/** SQL, for generated functions: whether this table is being rebuilt, so that ids are to be recorded. */
export function isRebuilding(registry: Registry, tableName: string): string {
  return `obscore._rebuilding(${plv8.quote_literal(registry.name)}, ${plv8.quote_literal(tableName)})`;
}

/** Waits for all upkeep in the registry that has begun, and holds off what begins now. */
export function stopWrites(registry: Registry): void {
  registry.rows('select pg_advisory_xact_lock(obscore._lock_key($1))', [registry.name]);
}

/** Waits for other rebuilds of the table, and for all upkeep that does not record what it changes. */
export function beginRebuild(registry: Registry, tableName: string): void {
  registry.rows('select pg_advisory_xact_lock(obscore._lock_key($1, $2))', [registry.name, tableName]);
}

/** Waits until no rebuild of the table runs, and holds off the next one. */
export function holdOffRebuilds(registry: Registry, tableName: string): void {
  registry.rows('select pg_advisory_xact_lock_shared(obscore._lock_key($1, $2))', [registry.name, tableName]);
}

/** Waits for others who refresh the table. */
export function holdOffRefreshes(registry: Registry, tableName: string): void {
  registry.rows(`select pg_advisory_xact_lock(obscore._lock_key($1, $2, 'refresh'))`, [
    registry.name,
    tableName,
  ]);
}

/**
 * Waits for all who write what ObsCore tables of the registry are made of, and holds them off before they begin: where
 * triggers change, none of those that have begun may go on with the old ones.
 */
export function stopBaseWrites(registry: Registry): void {
  const tables = registry
    .rows<{ name: string }>(
      `select distinct c.relname::text as name
       from pg_trigger t join pg_class c on c.oid = t.tgrelid join pg_namespace n on n.oid = c.relnamespace
       where n.nspname = $1::name and t.tgname ~ $2 and not t.tgisinternal
       order by 1`,
      [registry.name, triggerPattern],
    )
    .map(({ name }) => registry.table(name));
  if (tables.length > 0) plv8.execute(`lock table ${tables.join(', ')} in share row exclusive mode`);
}
