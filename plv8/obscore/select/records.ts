/**
 * The dimension records that rows are made of: which are used, and the SQL that joins them to the datasets.
 *
 * Whatever composes an expression asks here for its fields and keys, so that it is known what each expression is made
 * of, and which records must be joined at all.
 */
import { recordKeys } from '../../butler/data_id.ts';
import type { Registry } from '../../butler/registry.ts';
import type { DimensionGroup, Element } from '../../butler/universe.ts';
import { fieldName, joinName, regionKeyName } from './names.ts';

/** What an expression is made of. */
export interface Uses {
  /** Elements whose records it has fields of. */
  readonly elements: ReadonlySet<string>;
  /** The elements of these fields by their names. */
  readonly fields: ReadonlyMap<string, string>;
  /** Required dimensions of the data ID itself. */
  readonly dimensions: ReadonlySet<string>;
  /** Whether it needs more, such as the dataset's id or its region. */
  readonly others: boolean;
}

export interface Tracked<T> {
  readonly value: T;
  readonly uses: Uses;
}

interface Recorder extends Uses {
  readonly elements: Set<string>;
  readonly fields: Map<string, string>;
  readonly dimensions: Set<string>;
  others: boolean;
}

export class Records {
  readonly registry: Registry;
  readonly group: DimensionGroup;
  /** SQL of dimensions that are none of the data ID's, but known beside it. */
  private readonly beside: ReadonlyMap<string, string>;
  /** Columns in use, by element. */
  private readonly columns = new Map<string, Set<string>>();
  /** Elements whose regions are in use. */
  private readonly regionsUsed = new Set<string>();
  private recorder: Recorder | undefined;

  constructor(registry: Registry, group: DimensionGroup, beside: ReadonlyMap<string, string> = new Map()) {
    this.registry = registry;
    this.group = group;
    this.beside = beside;
  }

  /** Runs what composes an expression, and says what that is made of. */
  track<T>(compose: () => T): Tracked<T> {
    const outer = this.recorder;
    const recorder: Recorder = {
      elements: new Set(),
      fields: new Map(),
      dimensions: new Set(),
      others: false,
    };
    this.recorder = recorder;
    try {
      return { value: compose(), uses: recorder };
    } finally {
      this.recorder = outer;
    }
  }

  /** Adds to what the expression being composed is made of. */
  use({ elements, fields, dimensions, others }: { readonly [K in keyof Uses]?: Uses[K] }): void {
    const { recorder } = this;
    if (!recorder) return;
    for (const element of elements ?? []) recorder.elements.add(element);
    for (const [field, element] of fields ?? []) recorder.fields.set(field, element);
    for (const dimension of dimensions ?? []) recorder.dimensions.add(dimension);
    if (others) recorder.others = true;
  }

  /** SQL of a column of an element's record; the element has a table. */
  field(element: string, column: string): string {
    this.require(element).add(column);
    return this.used(element, fieldName(element, column));
  }

  /** SQL of a dimension's value; implied ones are in a record of another. */
  key(dimension: string): string {
    const known = this.beside.get(dimension);
    if (known !== undefined) {
      this.use({ others: true });
      return known;
    }
    if (this.group.required.includes(dimension)) {
      this.use({ dimensions: new Set([dimension]) });
      return plv8.quote_ident(dimension);
    }
    return this.field(this.implying(dimension), dimension);
  }

  /** SQL of whether the record of an element is missing, which need not be there. */
  isMissing(element: string): string {
    this.require(element);
    return `${this.used(element, joinName(element, this.element(element).required[0]!))} is null`;
  }

  /** SQL of the key of the footprint of an element's region. */
  regionKey(element: string): string {
    this.require(element);
    this.regionsUsed.add(element);
    return this.used(element, regionKeyName(element));
  }

  /** Elements in use, each after those that its key is found in. */
  get elements(): Element[] {
    const ordered = new Set<string>();
    const add = (name: string) => {
      if (ordered.has(name)) return;
      const { uses } = this.track(() => this.matches(this.element(name)));
      for (const other of uses.elements) add(other);
      ordered.add(name);
    };
    for (const name of this.columns.keys()) add(name);
    return [...ordered].map((name) => this.element(name));
  }

  /** Names of those elements in use that are known beside the data ID. */
  get besideInUse(): string[] {
    return [...this.columns.keys()].filter((name) => this.isBeside(name));
  }

  /** The required dimensions that determine the record of an element; undefined where they do not. */
  dependsOn(element: string): ReadonlySet<string> | undefined {
    if (this.isBeside(element)) return undefined;
    const found = new Set<string>();
    const add = (dimension: string) => {
      if (this.group.required.includes(dimension)) found.add(dimension);
      else for (const other of this.element(this.implying(dimension)).required) add(other);
    };
    for (const dimension of this.element(element).required) add(dimension);
    return found;
  }

  /** Pairs of columns that are the same where a record of an element belongs to a data ID. */
  matches(element: Element): readonly (readonly [own: string, key: string])[] {
    return element.required.map((dimension) => [joinName(element.name, dimension), this.key(dimension)]);
  }

  /**
   * The records of an element with what is in use of them, as a query.
   * @param dimensions whether its dimensions bear their own names as well
   */
  select({ name }: Element, { dimensions = false } = {}): string {
    const keys = recordKeys(this.registry.universe, name);
    const columns = [
      ...keys.map(({ dimension, column }) => [column, joinName(name, dimension)]),
      ...(dimensions ? keys.map(({ dimension, column }) => [column, plv8.quote_ident(dimension)]) : []),
      ...[...this.columns.get(name)!].map((column) => [column, fieldName(name, column)]),
    ].map(([column, label]) => `e.${plv8.quote_ident(column!)} as ${label}`);
    // The footprint of a region is found by its text.
    if (this.regionsUsed.has(name)) columns.push(`md5(e.region)::uuid as ${regionKeyName(name)}`);
    return `select ${columns.join(', ')} from ${this.registry.table(name)} e`;
  }

  private element(name: string): Element {
    return this.registry.universe.element(name);
  }

  private implying(dimension: string): string {
    return this.group.names.find((name) => this.element(name).implied.includes(dimension))!;
  }

  /** Whether a data ID has records of an element, its own or those that are known beside it. */
  has(name: string): boolean {
    return (
      this.group.elements.includes(name) || (this.registry.universe.elements.has(name) && this.isBeside(name))
    );
  }

  /** Whether an element's record is found by what is known beside the data ID, if there is any. */
  isBeside(element: string): boolean {
    const { required } = this.element(element);
    return (
      required.some((dimension) => this.beside.has(dimension)) &&
      required.every((dimension) => this.beside.has(dimension) || this.group.names.includes(dimension))
    );
  }

  private require(element: string): Set<string> {
    const known = this.columns.get(element);
    if (known) return known;
    const columns = new Set<string>();
    this.columns.set(element, columns);
    // Its own key is found by others' records, which are then in use as well.
    this.track(() => this.matches(this.element(element)));
    return columns;
  }

  private used(element: string, name: string): string {
    this.use({
      elements: new Set([element]),
      fields: new Map([[name, element]]),
      others: this.isBeside(element),
    });
    return name;
  }
}
