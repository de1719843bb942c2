/**
 * An ObsCore table made anew beside the one that is there, which it then replaces, in one transaction.
 *
 * Readers keep the old table, and writers keep it up to date, until the swap; what they write meanwhile is recorded
 * (locks.ts), and applied to the new table before it takes the old one's name. Only that needs locks that others wait
 * for: it is tried until it gets them within a moment, so that nobody waits longer behind it.
 */
import { shrink } from '../butler/names.ts';
import { openRegistry } from '../butler/registry.ts';
import { attempt } from './attempt.ts';
import { buildTable, makeApplyFunctions, rowCount } from './build.ts';
import {
  carryIndexes,
  carryRights,
  lockViews,
  ownRenamings,
  type Renamings,
  remakeViews,
  renameIndexes,
  requireReplaceable,
  restOf,
  viewsOn,
} from './carry.ts';
import { dropApplyFunctions, insertDefinition } from './create.ts';
import { type Definition, definitionIn, givenConfig } from './definition.ts';
import { obscoreError } from './errors.ts';
import { prepareFootprints } from './footprints.ts';
import { beginRebuild, stopBaseWrites, stopWrites } from './locks.ts';
import { createView } from './matview.ts';
import { memberTable, pendingTable, refreshMembers, requireCollections } from './members.ts';
import { publishedView, refreshPublication, takePublicationTurn } from './publish.ts';
import { applyMembers, applyPending } from './refresh.ts';
import { requireReadCommitted, requireRights } from './require.ts';
import { installTriggers, lockUnkept, serialiseInstallation } from './triggers/install.ts';

/** So few changed rows that the swap may wait for them. */
const fewChanges = 1000n;
const mostRounds = 20;

/**
 * Makes all rows anew.
 * @param configText another configuration, of the same table_name
 * @returns rows of the new table
 * @throws MissingObsCoreTableError, ObsCoreConfigError, ObsCoreStateError
 */
export function rebuildObsCore(
  tableName: string,
  configText: string | null,
  registryName: string | null,
): bigint {
  const registry = openRegistry(registryName);
  definitionIn(registry, tableName);
  requireReadCommitted('obscore.rebuild');
  requireRights(registry);
  beginRebuild(registry, tableName);
  // Another rebuild, for which this one waited, may have changed it.
  const old = definitionIn(registry, tableName);
  requireReplaceable(old);
  const renewed: Definition =
    configText === null ? old : { ...old, config: givenConfig(configText), configText };
  if (renewed.config.tableName !== tableName)
    throw obscoreError(
      'ObsCoreConfigError',
      `table_name: the configuration is of '${renewed.config.tableName}', not of '${tableName}'`,
      { hint: 'A rebuild keeps the name; make another table by obscore.create.' },
    );
  const isChanged = renewed.configText !== old.configText;
  if (isChanged) requireCollections(renewed);
  // Otherwise footprints are there, and nobody who writes regions need wait.
  if (renewed.config.pgsphere && !old.config.pgsphere) prepareFootprints(registry, { pgsphere: true });
  const shadow: Definition = {
    ...renewed,
    tableName: shrink(`almagest_new_${tableName}`),
    published: false,
    isApart: true,
  };
  if (old.mode === 'matview') {
    refreshMembers(renewed);
    createView(renewed, shadow.tableName);
  } else {
    insertDefinition(shadow);
    refreshMembers(shadow, { alone: true });
    // What was recorded before is in the rows that are now read.
    registry.rows(`delete from ${registry.table(pendingTable)} where table_name = $1::name`, [tableName]);
    if (isChanged) lockUnkept(renewed);
    buildTable(shadow);
  }
  const [from, to] = [registry.table(tableName), registry.table(shadow.tableName)];
  carryRights(from, to, old.mode === 'matview' ? 'materialized view' : 'table');
  const renamings = new Map([...ownRenamings(shadow, tableName), ...carryIndexes(old, shadow)]);
  if (old.mode !== 'matview') catchUp(shadow, tableName);
  attempt(() => {
    if (old.mode !== 'matview') {
      // Triggers that have begun are of the old configuration: none of them may still be at work.
      if (isChanged) stopBaseWrites(registry);
      stopWrites(registry);
      applyChanges(shadow, tableName);
    }
    swap(old, shadow, renewed, renamings);
    if (isChanged && old.mode !== 'matview') installTriggers(renewed);
    if (isChanged && renewed.published) refreshPublication(registry.name);
  });
  return rowCount(renewed);
}

/** Applies what was written since the rows were read, while more is written, until little is left. */
function catchUp(shadow: Definition, tableName: string): void {
  for (let round = 0; round < mostRounds; round++) if (applyChanges(shadow, tableName) < fewChanges) return;
}

function applyChanges(shadow: Definition, tableName: string): bigint {
  // Dataset types may have been registered since the last time.
  makeApplyFunctions(shadow);
  return applyMembers(shadow, refreshMembers(shadow, { alone: true })) + applyPending(shadow, tableName);
}

/** Gives the new relation the name of the old one, and drops that. */
function swap(old: Definition, shadow: Definition, renewed: Definition, renamings: Renamings): void {
  const { registry, tableName, mode } = old;
  const kind = mode === 'matview' ? 'materialized view' : 'table';
  const table = registry.table(tableName);
  const outgoing = shrink(`almagest_old_${tableName}`);
  const quoted = (name: string) => plv8.quote_ident(name);
  // Before the table is locked: who publishes another has its turn, and reads this one.
  if (old.published) takePublicationTurn();
  lockViews(viewsOn(table));
  // A materialized view cannot be locked by name; renaming locks it as well.
  if (kind === 'table') plv8.execute(`lock table ${table} in access exclusive mode`);
  requireReplaceable(old);
  // The published view is not carried over but made anew, of the columns that the table then has.
  const views = viewsOn(table).filter(({ name }) => !(old.published && name === publishedView));
  const rest = kind === 'table' ? restOf(old) : [];
  plv8.execute(`alter ${kind} ${table} rename to ${quoted(outgoing)}`);
  plv8.execute(`alter ${kind} ${registry.table(shadow.tableName)} rename to ${quoted(tableName)}`);
  remakeViews(views);
  if (old.published) refreshPublication(registry.name);
  plv8.execute(`drop ${kind} ${registry.table(outgoing)}`);
  renameIndexes(registry, renamings);
  for (const statement of rest) plv8.execute(statement);
  if (mode !== 'matview') {
    dropApplyFunctions(shadow);
    // Who registers a dataset type makes these functions as well.
    serialiseInstallation(registry);
    makeApplyFunctions(renewed);
    dropApplyFunctions(old, renewed);
    takeOver(shadow, renewed);
  }
  registry.rows(
    `update obscore.definition set config = $3::text::json, built = clock_timestamp()
     where registry = $1::name and table_name = $2::name`,
    [registry.name, tableName, renewed.configText],
  );
}

/** The members and the errors of the new table become those of the old one's name. */
function takeOver(shadow: Definition, { registry, tableName }: Definition): void {
  const identity = [registry.name, shadow.tableName, tableName];
  registry.rows(
    `update obscore.error n set since = o.since
     from obscore.error o
     where n.registry = $1::name and n.table_name = $2::name and o.registry = $1::name and o.table_name = $3::name
       and o.dataset_id is not distinct from n.dataset_id and o.column_name = n.column_name and o.reason = n.reason
       and o.since < n.since`,
    identity,
  );
  registry.rows('delete from obscore.error where registry = $1::name and table_name = $2::name', [
    registry.name,
    tableName,
  ]);
  registry.rows(
    'update obscore.error set table_name = $3::name where registry = $1::name and table_name = $2::name',
    identity,
  );
  const member = registry.table(memberTable);
  registry.rows(`delete from ${member} where table_name = $1::name`, [tableName]);
  registry.rows(`update ${member} set table_name = $2::name where table_name = $1::name`, [
    shadow.tableName,
    tableName,
  ]);
  registry.rows('delete from obscore.definition where registry = $1::name and table_name = $2::name', [
    registry.name,
    shadow.tableName,
  ]);
}
