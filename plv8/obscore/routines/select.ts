/** The compiler of rows in SQL. */
import { openRegistry } from '../../butler/registry.ts';
import { type Routine, routine } from '../../routine.ts';
import { configOf, type Definition } from '../definition.ts';
import { allDatasets } from '../select/datasets.ts';
import { rowsOf } from '../select/rows.ts';

export const _compile_rows: Routine = routine(
  {
    args: [
      ['config', 'text'],
      ['registry', 'name'],
    ],
    returns: {
      table: [
        ['dataset_type', 'text'],
        ['query', 'text'],
      ],
    },
    volatility: 'stable',
    usesSql: true,
    comment:
      'For each configured dataset type of a registry, the query of all rows that an ObsCore table would have.',
  },
  (config, registry) => {
    const opened = openRegistry(registry);
    const parsed = configOf(config);
    const definition: Definition = {
      registry: opened,
      tableName: parsed.tableName,
      mode: 'live',
      onError: 'record',
      published: false,
      config: parsed,
      configText: config,
    };
    return opened.datasetTypes(parsed.datasetTypes.map(({ name }) => name)).map((datasetType) => ({
      dataset_type: datasetType.name,
      query: rowsOf(definition, datasetType, allDatasets(definition, datasetType)),
    }));
  },
);
