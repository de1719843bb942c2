/** Which tables of dimension records can alter the rows of a dataset type, and for which of their datasets. */
import type { DatasetType } from '../../butler/registry.ts';
import type { Definition } from '../definition.ts';
import { planOf } from './rows.ts';

export interface RecordUse {
  /** The element whose table it is. */
  readonly element: string;
  /**
   * `record`: a row concerns the datasets whose data IDs have its dimensions, given or implied. `visit`: it is of a
   * visit whose exposures take their region of it, visit_definition itself among them.
   */
  readonly kind: 'record' | 'visit';
}

/** Elements with tables, in the universe's order. */
export function recordsUsed(definition: Definition, datasetType: DatasetType): readonly RecordUse[] {
  const { records, region } = planOf(definition, datasetType);
  const { universe } = definition.registry;
  const visits = new Set(
    region.kind === 'visit' ? ['visit_definition', region.element.name, ...records.besideInUse] : [],
  );
  const all = universe.sorted([...records.elements.map(({ name }) => name), ...visits]);
  return all.map((element) => ({ element, kind: visits.has(element) ? 'visit' : 'record' }));
}
