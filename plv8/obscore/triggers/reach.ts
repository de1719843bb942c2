/** Which datasets show a dimension record, and which rows stand for them when sessions meet. */
import { keyType, recordKeys } from '../../butler/data_id.ts';
import { hasTable } from '../../butler/ddl.ts';
import type { DatasetType, Registry } from '../../butler/registry.ts';
import type { DimensionGroup, Element, Universe } from '../../butler/universe.ts';

const quote = (name: string): string => plv8.quote_ident(name);

/** A join that leads from changed records to the tags table. */
export interface Reach {
  /** Relations to be joined to `c`, the changed records' required dimensions, before the tags table. */
  readonly joins: readonly string[];
  /** By required dimension of the datasets, as far as it is determined: SQL over `c` and the joins. */
  readonly values: ReadonlyMap<string, string>;
  /**
   * Whether a record of another dimension that the datasets refer to by foreign keys is met on the way: who inserts
   * datasets locks these, so that locking them keeps inserts off.
   */
  readonly anchor: string | undefined;
}

/** The dimensions that join visits to exposures. */
const visitDefinition = 'visit_definition';

/** The way from an element's records to datasets of these dimensions; undefined where there is none. */
export function reach(registry: Registry, group: DimensionGroup, element: Element): Reach | undefined {
  const { universe } = registry;
  const own = new Map(element.required.map((name) => [name, `c.${quote(name)}`]));
  const known = (names: ReadonlyMap<string, string>) =>
    new Map([...names].filter(([name]) => group.required.includes(name)));
  if (element.required.every((name) => group.required.includes(name)))
    return { joins: [], values: known(own), anchor: anchorOf(universe, element.required) };
  if (own.has('visit') && !group.names.includes('visit') && group.required.includes('exposure')) {
    const values = new Map(own);
    if (own.has('exposure')) return { joins: [], values: known(own), anchor: 'exposure' };
    values.set('exposure', 'vd.exposure');
    const join = `join ${registry.table(visitDefinition)} vd on vd.instrument = c.instrument and vd.visit = c.visit`;
    return { joins: [join], values: known(values), anchor: 'exposure' };
  }
  return implied(registry, group, own);
}

/** Of the dimensions that identify a record, the one that depends on most others. */
function anchorOf(universe: Universe, required: readonly string[]): string | undefined {
  return required.filter((name) => hasTable(universe.element(name))).at(-1);
}

/** Through records that imply the element's: exposures of a physical filter, and so on. */
function implied(
  registry: Registry,
  group: DimensionGroup,
  own: ReadonlyMap<string, string>,
): Reach | undefined {
  const { universe } = registry;
  const values = new Map(own);
  const joins: string[] = [];
  // From the element outwards: each step joins the records that imply what is known but not of the data ID.
  const missing = () =>
    [...values.keys()].filter((name) => !group.required.includes(name) && !done.has(name));
  const done = new Set<string>();
  for (let [name] = missing(); name !== undefined; [name] = missing()) {
    done.add(name);
    const by = group.names.find((other) => universe.element(other).implied.includes(name));
    if (by === undefined || !hasTable(universe.element(by))) return undefined;
    const alias = quote(`by ${name}`);
    const keys = recordKeys(universe, by);
    const conditions = [
      `${alias}.${quote(name)} = ${values.get(name)}`,
      ...keys
        .filter(({ dimension }) => values.has(dimension))
        .map(({ dimension, column }) => `${alias}.${quote(column)} = ${values.get(dimension)}`),
    ];
    joins.push(`join ${registry.table(by)} ${alias} on ${conditions.join(' and ')}`);
    for (const { dimension, column } of keys)
      if (!values.has(dimension)) values.set(dimension, `${alias}.${quote(column)}`);
  }
  return {
    joins,
    values: new Map([...values].filter(([name]) => group.required.includes(name))),
    anchor: undefined,
  };
}

/** The query of the datasets in the tags table that the changed records `c` reach; alias `t`. */
export function reachedDatasets(tags: string, { joins, values }: Reach, changed: string): string {
  const conditions = [...values].map(([name, sql]) => `t.${quote(name)} = ${sql}`);
  return `${changed} ${joins.join(' ')} join ${tags} t on ${conditions.join(' and ') || 'true'}`;
}

/** Rows of a dimension's table whose keys are among those that a query gives, as columns of the dimensions' names. */
export function recordsAmong(
  registry: Registry,
  dimension: string,
  query: (columns: string) => string,
  columnOf: (dimension: string) => string,
): { table: string; condition: string; order: string } {
  const keys = recordKeys(registry.universe, dimension);
  const columns = keys.map(({ column }) => `r.${quote(column)}`).join(', ');
  return {
    table: `${registry.table(dimension)} r`,
    condition: `(${columns}) in (${query(keys.map((key) => columnOf(key.dimension)).join(', '))})`,
    order: columns,
  };
}

/** SQL types of the required dimensions of an element, for arrays of their values. */
export function dimensionTypes({ universe }: Registry, element: Element): { name: string; type: string }[] {
  return element.required.map((name) => ({ name, type: keyType(universe, name) }));
}

/** Whether datasets of a type could exist without a record of the element. */
export function mayComeLate({ dimensions }: DatasetType, element: Element): boolean {
  return !dimensions.names.includes(element.name);
}
