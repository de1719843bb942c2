/** The values that a query's data ID gives for dimensions. */
import { dataIdRows, keyType } from '../data_id.ts';
import { butlerError } from '../errors.ts';
import type { Registry } from '../registry.ts';
import { Parameters } from '../statement.ts';

/** Values of dimensions as PostgreSQL's text. */
export type Given = ReadonlyMap<string, string>;

/**
 * Reads a data ID, which need not be complete. Alternate keys become keys where the dimensions that they require are
 * given too.
 *
 * @param text JSON of an object
 * @throws DimensionNameError, DataIdValueError, InconsistentDataIdError
 */
export function givenValues(registry: Registry, text: string): Given {
  const { universe } = registry;
  const names = namesOf(text);
  const dimensions = new Set(names.map((name) => name.split('.')[0]));
  const isWhole = (name: string) => universe.element(name).required.every((other) => dimensions.has(other));
  const group = universe.conform([...dimensions].filter(isWhole));
  const values = new Map<string, string>();
  if (group.required.length > 0) {
    const parameters = new Parameters();
    const rows = dataIdRows(registry, group, { array: 'json_build_array($2)' }, parameters);
    const columns = group.required.map((name) => plv8.quote_ident(name));
    const [row] = run<Record<string, string>>(
      `select ${columns.map((column) => `v.${column}::text as ${column}`).join(', ')} from (${rows}) v`,
      ['text[]', 'json'],
      [parameters.values, text],
    );
    for (const name of group.required) values.set(name, row[name]);
  }
  const partial = [...dimensions].filter((name) => !isWhole(name));
  if (partial.length === 0) return values;
  for (const { name, value } of run<{ name: string; value: string | null }>(
    'select key as name, value from json_each_text($1)',
    ['json'],
    [text],
  )) {
    const dimension = partial.find((other) => other === name);
    if (dimension === undefined) continue;
    if (value === null || (keyType(universe, dimension) === 'int8' && !/^-?[0-9]{1,18}$/.test(value)))
      throw butlerError('DataIdValueError', `${value ?? 'null'} is no value of the dimension ${dimension}`, {
        detail: `The data ID is ${text}.`,
      });
    values.set(dimension, value);
  }
  return values;
}

function namesOf(text: string): string[] {
  const value: unknown = JSON.parse(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw butlerError('DataIdValueError', `a data ID is a JSON object, not ${text}`);
  return Object.keys(value);
}

function run<R extends object>(sql: string, types: readonly string[], values: readonly unknown[]): R[] {
  const plan = plv8.prepare(sql, types);
  try {
    return plan.execute(values) as R[];
  } finally {
    plan.free();
  }
}
