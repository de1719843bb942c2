/** Conditions on datasets: `where` for all types, `dataset_type_constraints` for some. */
import { type Json, JsonNumber } from '../../butler/where/exact_json.ts';
import type { Constraint } from '../config.ts';
import { whereOptions } from './options.ts';
import type { Place } from './place.ts';

/** JSON of a value, its numbers as they were written. */
function jsonText(value: Json): string {
  if (value instanceof JsonNumber) return value.text;
  if (value instanceof Map)
    return `{${Array.from(value as ReadonlyMap<string, Json>, ([key, member]) => `${JSON.stringify(key)}:${jsonText(member)}`).join(',')}}`;
  if (Array.isArray(value)) return `[${value.map(jsonText).join(',')}]`;
  return JSON.stringify(value);
}

function constraint(place: Place): Constraint | undefined {
  const options = place.options(whereOptions);
  if (!options) return undefined;
  const where = options.where.value === undefined ? '' : options.where.text();
  const bind = options.bind.value === undefined ? [] : options.bind.entries();
  const dims = options.extra_dims.value === undefined ? [] : options.extra_dims.list();
  const extraDims = new Set(dims?.flatMap((dim) => dim.named() ?? []));
  if (where === undefined || bind === undefined) return undefined;
  return {
    where,
    bind: options.bind.value === undefined ? '{}' : jsonText(options.bind.value),
    extraDims: [...extraDims],
  };
}

/** Whether a condition asks for anything. */
function restricts({ where, extraDims }: Constraint): boolean {
  return where !== '' || extraDims.length > 0;
}

/** The condition on all dataset types: none or one. */
export function whereOf(place: Place): readonly Constraint[] {
  const found = place.value === undefined ? undefined : constraint(place);
  return found && restricts(found) ? [found] : [];
}

/** Alternatives by dataset type; none at all means every dataset. */
export function constraintsByType(
  place: Place,
  datasetTypes: ReadonlySet<string>,
): ReadonlyMap<string, readonly Constraint[]> {
  const entries = place.value === undefined ? [] : (place.entries() ?? []);
  return new Map(
    entries.map(([name, at]) => {
      if (!datasetTypes.has(name)) at.note('has no effect: the dataset type is not configured');
      const all = (at.list() ?? []).flatMap((member) => constraint(member) ?? []);
      return [name, all.every(restricts) ? all : []];
    }),
  );
}
