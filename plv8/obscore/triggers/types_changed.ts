/** Dataset types that come and go after the ObsCore tables that show them. */
import type { Registry } from '../../butler/registry.ts';
import { makeApplyFunctions } from '../build.ts';
import { refreshTriggers, serialiseInstallation } from './install.ts';
import { resynchronise } from './resynchronise.ts';
import { keptDefinitions } from './subjects.ts';

/**
 * Makes what keeps the rows of the dataset types that the registry has now. A dataset type is registered in any case:
 * where something is in the way, such as a table of another owner, obscore.error says so.
 * @param compare types were renamed or removed
 */
export function datasetTypesChanged(registry: Registry, compare: boolean): void {
  try {
    plv8.subtransaction(() => {
      serialiseInstallation(registry);
      for (const definition of keptDefinitions(registry)) makeApplyFunctions(definition);
      refreshTriggers(registry);
      if (compare) resynchronise(registry);
    });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    registry.rows(
      `insert into obscore.error (registry, table_name, dataset_type, column_name, reason)
       select d.registry, d.table_name, t.name, '', $2
       from obscore.definition d
       cross join lateral (select t.name from ${registry.table('dataset_type')} t order by t.id desc limit 1) t
       where d.registry = $1::name and d.mode <> 'matview'`,
      [registry.name, reason],
    );
    plv8.elog(
      WARNING,
      `ObsCore tables of registry ${registry.name} do not follow the dataset types that it has now: ${reason}`,
    );
  }
}
