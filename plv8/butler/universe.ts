/**
 * A universe of dimensions: which elements there are, what they require and imply, and the columns of their tables.
 * Made from the JSON that a registry keeps in `butler_attributes` under `config:dimensions.json`.
 */
import { butlerError } from './errors.ts';

export type FieldType = 'int' | 'float' | 'string' | 'bool' | 'hash' | 'region' | 'timespan';

export interface Field {
  readonly name: string;
  readonly type: FieldType;
  /** Characters of a string; twice the bytes of a hash. */
  readonly length?: number;
  readonly nullable: boolean;
  readonly doc?: string;
}

/** A column of an element's table. */
export interface Column extends Field {
  /** `required` and `implied` hold the key of another dimension, whose name the column bears. */
  readonly role: 'required' | 'key' | 'implied' | 'alternate' | 'metadata' | 'region' | 'timespan';
}

interface KeyConfig {
  readonly name: string;
  readonly type: FieldType;
  readonly length?: number;
  readonly nbytes?: number;
  readonly nullable?: boolean;
  readonly doc?: string;
}

interface ElementConfig {
  readonly doc?: string;
  readonly keys?: readonly KeyConfig[];
  readonly requires?: readonly string[];
  readonly implies?: readonly string[];
  readonly metadata?: readonly KeyConfig[];
  readonly governor?: boolean;
  readonly always_join?: boolean;
  readonly populated_by?: string;
  readonly storage?: ElementStorage;
}

/** Where a client of the Data Butler keeps an element's records; the class names are for old clients. */
export interface ElementStorage {
  readonly cls?: string;
  readonly view_of?: string;
  readonly nested?: ElementStorage;
}

export interface UniverseConfig {
  readonly version: number;
  /** The first universes had none. */
  readonly namespace?: string;
  readonly skypix: {
    readonly common: string;
    readonly [system: string]: string | { readonly class: string; readonly max_level?: number };
  };
  readonly elements: { readonly [name: string]: ElementConfig };
  readonly topology: {
    readonly spatial?: { readonly [family: string]: readonly string[] };
    readonly temporal?: { readonly [family: string]: readonly string[] };
  };
  readonly packers?: unknown;
}

export interface Skypix {
  readonly system: string;
  readonly level: number;
}

export interface Element {
  readonly name: string;
  readonly doc: string;
  /** Whether it is a dimension, with a key of its own, and not a table that only joins dimensions. */
  readonly isDimension: boolean;
  readonly isGovernor: boolean;
  /** Required dimensions with all that these require, in the universe's order; a dimension itself comes last. */
  readonly required: readonly string[];
  /** Dimensions implied directly, in the universe's order. */
  readonly implied: readonly string[];
  /** All columns of its table, in their order; the primary key is those of roles `required` and `key`. */
  readonly columns: readonly Column[];
  /** The spatial and temporal families it belongs to, and its place there: the smaller, the finer. */
  readonly spatial?: { readonly family: string; readonly rank: number };
  readonly temporal?: { readonly family: string; readonly rank: number };
  readonly alwaysJoin: boolean;
  readonly populatedBy?: string;
  /** An element without a table: the distinct values of its column in this one's. */
  readonly viewOf?: string;
  readonly skypix?: Skypix;
}

/** A set of dimensions closed under what they require and imply. All lists are in the universe's order. */
export interface DimensionGroup {
  readonly names: readonly string[];
  readonly required: readonly string[];
  readonly implied: readonly string[];
  readonly governors: readonly string[];
  /** The names, and the joining elements all of whose dimensions are there. */
  readonly elements: readonly string[];
  readonly skypix: readonly string[];
}

function field(config: KeyConfig, nullable: boolean): Field {
  const length = config.type === 'hash' ? (config.nbytes ?? 0) * 2 : config.length;
  return {
    name: config.name,
    type: config.type,
    ...(length === undefined ? {} : { length }),
    nullable: config.nullable ?? nullable,
    ...(config.doc === undefined ? {} : { doc: config.doc.trim() }),
  };
}

export class Universe {
  readonly version: number;
  readonly namespace: string;
  /** The pixelization in which overlaps are kept, such as htm7. */
  readonly commonSkypix: Skypix & { readonly name: string };
  /** Every element by its name, in the universe's order. */
  readonly elements: ReadonlyMap<string, Element>;
  private readonly order: ReadonlyMap<string, number>;

  constructor(config: UniverseConfig) {
    this.version = config.version;
    this.namespace = config.namespace ?? 'daf_butler';
    const skypix = skypixOf(config);
    const common = skypix.get(config.skypix.common);
    if (!common) throw butlerError('RegistryStateError', `no pixelization is called ${config.skypix.common}`);
    this.commonSkypix = { name: config.skypix.common, ...common };
    const names = inTopologicalOrder(config, skypix);
    this.order = new Map(names.map((name, index) => [name, index]));
    const elements = new Map<string, Element>();
    for (const name of names) elements.set(name, this.makeElement(config, name, elements, skypix.get(name)));
    this.elements = elements;
  }

  private makeElement(
    config: UniverseConfig,
    name: string,
    before: ReadonlyMap<string, Element>,
    skypix: Skypix | undefined,
  ): Element {
    const definition: ElementConfig = config.elements[name] ?? {};
    const isDimension = skypix !== undefined || (definition.keys?.length ?? 0) > 0;
    const others = new Set((definition.requires ?? []).flatMap((other) => before.get(other)!.required));
    const required = [...this.sorted(others), ...(isDimension ? [name] : [])];
    const implied = this.sorted(definition.implies ?? []);
    const families = (kind: 'spatial' | 'temporal') => {
      for (const [family, members] of Object.entries(config.topology[kind] ?? {}))
        if (members.includes(name)) return { family, rank: members.indexOf(name) };
      return undefined;
    };
    const spatial = skypix ? undefined : families('spatial');
    const temporal = skypix ? undefined : families('temporal');
    const key: Field | undefined = skypix
      ? { name: 'id', type: 'int', nullable: false }
      : definition.keys?.[0] && field(definition.keys[0], false);
    const link = (role: 'required' | 'implied') => (other: string) => {
      const otherKey = before.get(other)!.columns.find((column) => column.role === 'key')!;
      return { ...otherKey, name: other, role, nullable: false, doc: `Key of the ${other}.` } as Column;
    };
    const columns: Column[] = [
      ...required.filter((other) => other !== name).map(link('required')),
      ...(key ? [{ ...key, nullable: false, role: 'key' } as const] : []),
      ...implied.map(link('implied')),
      ...(definition.keys ?? [])
        .slice(1)
        .map((other) => ({ ...field(other, true), role: 'alternate' }) as const),
      ...(definition.metadata ?? []).map((other) => ({ ...field(other, true), role: 'metadata' }) as const),
      ...(spatial ? [{ name: 'region', type: 'region', nullable: true, role: 'region' } as const] : []),
      ...(temporal
        ? [{ name: 'timespan', type: 'timespan', nullable: true, role: 'timespan' } as const]
        : []),
    ];
    const viewOf = definition.storage?.view_of ?? definition.storage?.nested?.view_of;
    return {
      name,
      doc: (definition.doc ?? '').trim(),
      isDimension,
      isGovernor: definition.governor ?? false,
      required,
      implied,
      columns,
      ...(spatial ? { spatial } : {}),
      ...(temporal ? { temporal } : {}),
      alwaysJoin: definition.always_join ?? false,
      ...(definition.populated_by === undefined ? {} : { populatedBy: definition.populated_by }),
      ...(viewOf === undefined ? {} : { viewOf }),
      ...(skypix ? { skypix } : {}),
    };
  }

  /** @throws DimensionNameError where there is no such element */
  element(name: string): Element {
    const element = this.elements.get(name);
    if (!element)
      throw butlerError('DimensionNameError', `there is no dimension or element '${name}'`, {
        hint: `Universe ${this.namespace} ${this.version} has ${[...this.elements.values()]
          .filter((other) => !other.skypix)
          .map((other) => other.name)
          .join(', ')}, and pixels such as ${this.commonSkypix.name}.`,
      });
    return element;
  }

  /** Names without repetition in the universe's order. */
  sorted(names: Iterable<string>): string[] {
    return [...new Set(names)].sort((a, b) => this.order.get(a)! - this.order.get(b)!);
  }

  /** The group of these dimensions and all that they require and imply. */
  conform(dimensions: Iterable<string>): DimensionGroup {
    const closed = new Set<string>();
    const add = (name: string) => {
      if (closed.has(name)) return;
      closed.add(name);
      const { required, implied } = this.element(name);
      for (const other of [...required, ...implied]) add(other);
    };
    for (const name of dimensions) add(name);
    const names = this.sorted(closed);
    const members = names.map((name) => this.elements.get(name)!);
    const implied = names.filter((name) => members.some((member) => member.implied.includes(name)));
    return {
      names,
      required: names.filter((name) => !implied.includes(name)),
      implied,
      governors: members.filter(({ isGovernor }) => isGovernor).map(({ name }) => name),
      elements: [...this.elements.values()]
        .filter(({ name, isDimension, required }) =>
          isDimension ? closed.has(name) : closed.has(name) || required.every((other) => closed.has(other)),
        )
        .map(({ name }) => name),
      skypix: members.filter(({ skypix }) => skypix).map(({ name }) => name),
    };
  }
}

function skypixOf(config: UniverseConfig): Map<string, Skypix> {
  const all = new Map<string, Skypix>();
  for (const [system, settings] of Object.entries(config.skypix)) {
    if (typeof settings === 'string') continue;
    for (let level = 0; level <= (settings.max_level ?? 0); level++)
      all.set(`${system}${level}`, { system, level });
  }
  return all;
}

/** Elements after all that they require and imply; those that become free together, by name. */
function inTopologicalOrder(config: UniverseConfig, skypix: ReadonlyMap<string, Skypix>): string[] {
  const waiting = new Map<string, readonly string[]>();
  for (const name of skypix.keys()) waiting.set(name, []);
  for (const [name, { requires = [], implies = [] }] of Object.entries(config.elements))
    waiting.set(name, [...requires, ...implies]);
  const ordered: string[] = [];
  while (waiting.size > 0) {
    const free = [...waiting]
      .filter(([, needs]) => needs.every((need) => !waiting.has(need)))
      .map(([name]) => name);
    if (free.length === 0)
      throw butlerError('RegistryStateError', `dimensions ${[...waiting.keys()].join(', ')} need each other`);
    for (const name of free.sort()) {
      waiting.delete(name);
      ordered.push(name);
    }
  }
  return ordered;
}
