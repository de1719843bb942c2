/** The mode of an ObsCore table, changed. */
import { attempt } from './attempt.ts';
import { givenChoice } from './create.ts';
import { type Definition, definitionIn, type Mode } from './definition.ts';
import { obscoreError } from './errors.ts';
import { beginRebuild, stopBaseWrites, stopWrites } from './locks.ts';
import { applyPending } from './refresh.ts';
import { requireReadCommitted, requireRights } from './require.ts';
import { installTriggers } from './triggers/install.ts';

const choices: readonly Mode[] = ['live', 'manual'];

/** @throws ObsCoreStateError */
export function setMode({ registry, tableName }: Definition, given: string | null): void {
  const mode = givenChoice('mode to change to', given, choices);
  requireReadCommitted('obscore.set_mode');
  requireRights(registry);
  beginRebuild(registry, tableName);
  const definition = definitionIn(registry, tableName);
  if (definition.mode === 'matview')
    throw obscoreError(
      'ObsCoreStateError',
      `'${tableName}' is a materialized view, which no trigger can keep up to date`,
      {
        hint: `Drop it by obscore.drop('${tableName}'), and create it with mode => '${mode}'.`,
      },
    );
  if (definition.mode === mode) return;
  attempt(() => {
    // Triggers that have begun are of the old mode: none of them may still be at work.
    stopBaseWrites(registry);
    stopWrites(registry);
    registry.rows(
      'update obscore.definition set mode = $3 where registry = $1::name and table_name = $2::name',
      [registry.name, tableName, mode],
    );
    const changed: Definition = { ...definition, mode };
    if (mode === 'live') applyPending(changed);
    installTriggers(changed);
  });
}
