/** What triggers have to keep: the ObsCore tables of a registry with the dataset types that each shows. */
import type { DatasetType, Registry } from '../../butler/registry.ts';
import { type Definition, definitionsOf } from '../definition.ts';

/** One dataset type of one ObsCore table. */
export interface Subject {
  readonly definition: Definition;
  readonly type: DatasetType;
}

/** A registry's ObsCore tables that triggers keep, live or by noting what changed; not its materialized views. */
export function keptDefinitions(registry: Registry): Definition[] {
  return definitionsOf(registry).filter(({ mode }) => mode !== 'matview');
}

/** The dataset types that a table shows and the registry has. */
export function shownTypes({ registry, config }: Definition): DatasetType[] {
  return registry.datasetTypes(config.datasetTypes.map(({ name }) => name));
}

export function subjectsOf(definitions: readonly Definition[]): Subject[] {
  return definitions.flatMap((definition) => shownTypes(definition).map((type) => ({ definition, type })));
}

/** Whether of the datasets of one data ID only the first is shown. */
export function isFindFirst({ config }: Definition): boolean {
  return config.collectionType === 'CHAINED';
}
