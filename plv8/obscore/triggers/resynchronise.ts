/** After a change that no trigger sees row by row, all is compared with the truth. */
import type { Registry } from '../../butler/registry.ts';
import { refreshMembers } from '../members.ts';
import { applyIds } from '../refresh.ts';
import { differencesQuery } from '../verify.ts';
import { lockKept } from './install.ts';
import { keptDefinitions } from './subjects.ts';

/** Compares all ObsCore tables that triggers keep with the registry, and mends them. */
export function resynchronise(registry: Registry): void {
  lockKept(registry);
  for (const definition of keptDefinitions(registry)) {
    refreshMembers(definition);
    const rows = registry.rows<{ id: string }>(
      `select d.dataset_id::text as id from (${differencesQuery(definition)}) d`,
    );
    if (rows.length > 0)
      applyIds(
        definition,
        rows.map(({ id }) => id),
      );
  }
}
