/** Conditions on datasets: `where` for all types, `dataset_type_constraints` for some. */
import { parseBind } from '../../butler/where/bind.ts';
import { parse } from '../../butler/where/parser.ts';
import { type Json, JsonNumber } from '../../config/exact_json.ts';
import type { Place } from '../../config/place.ts';
import { Failure } from '../../failure.ts';
import type { Constraint } from '../config.ts';
import { whereOptions } from './options.ts';

/** JSON of a value, its numbers as they were written. */
function jsonText(value: Json): string {
  if (value instanceof JsonNumber) return value.text;
  if (value instanceof Map)
    return `{${Array.from(value as ReadonlyMap<string, Json>, ([key, member]) => `${JSON.stringify(key)}:${jsonText(member)}`).join(',')}}`;
  if (Array.isArray(value)) return `[${value.map(jsonText).join(',')}]`;
  return JSON.stringify(value);
}

/** Runs what reads a text of the Data Butler's language, and complains of what it throws, with line and column. */
function complaining(place: Place, what: string, read: () => unknown): void {
  try {
    read();
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const message = error.message.replace(/^\w+Error: /, '');
    const [, where = ''] = /^Line (\d+, column \d+):/.exec(error.detail ?? '') ?? [];
    place.complain(`${what}: ${message}${where && ` (line ${where})`}`);
  }
}

function constraint(place: Place): Constraint | undefined {
  const options = place.options(whereOptions);
  if (!options) return undefined;
  const where = options.where.value === undefined ? '' : options.where.text();
  const bind = options.bind.value === undefined ? [] : options.bind.entries();
  const dims = options.extra_dims.value === undefined ? [] : options.extra_dims.list();
  const extraDims = new Set(dims?.flatMap((dim) => dim.named() ?? []));
  if (where === undefined || bind === undefined) return undefined;
  const values = options.bind.value === undefined ? '{}' : jsonText(options.bind.value);
  complaining(options.where, 'is no expression', () => parse(where));
  complaining(options.bind, 'cannot be bound', () => parseBind(values));
  return { where, bind: values, extraDims: [...extraDims] };
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
