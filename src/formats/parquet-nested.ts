import type { Records } from './parquet-pages.ts';
import type { Leaf, Node } from './parquet-schema.ts';
import { clock, Unreadable } from './parquet-values.ts';

/** A value inside a nested record that cannot be read, by its row in the batch. */
export class UnreadableRow extends Error {
  readonly row: number;
  constructor(row: number, reason: string) {
    super(reason);
    this.row = row;
  }
}

interface Stream extends Records {
  readonly leaf: Leaf;
  entry: number;
  value: number;
}

/** The next rows of a list of primitives: null, an array with its nulls, or a typed array where it holds none. */
export function raggedArrays(node: Node & { kind: 'list' }, records: Records, rows: number): unknown[] {
  const { definition, repetition, values } = records;
  const leaf = node.leaves[0];
  const full = leaf.maxDefinition;
  const arrays: unknown[] = new Array(rows).fill(null);
  let entry = 0;
  let value = 0;
  for (let row = 0; row < rows; row++) {
    const first = entry;
    let defined = 0;
    do {
      if (definition[entry] === full) defined++;
      entry++;
    } while (entry < repetition.length && repetition[entry] !== 0);
    if (definition[first] >= node.itemDefinition) {
      const slice = values.slice(value, value + defined);
      // A Uint8Array would be taken for bytes.
      const items = leaf.type === 'boolean' ? Array.from(slice as Uint8Array, (bit) => bit === 1) : slice;
      arrays[row] =
        defined === entry - first
          ? items
          : spread(items as ArrayLike<unknown>, definition, first, entry, full);
    } else if (definition[first] === node.definition) {
      arrays[row] = [];
    }
    value += defined;
  }
  if (entry !== repetition.length) throw new Error('levels do not add up to the rows');
  return arrays;
}

function spread(
  items: ArrayLike<unknown>,
  definition: Uint8Array,
  first: number,
  end: number,
  full: number,
): unknown[] {
  const array: unknown[] = [];
  let at = 0;
  for (let entry = first; entry < end; entry++) array.push(definition[entry] === full ? items[at++] : null);
  return array;
}

/**
 * The next rows of a nested column as JSON text, or null. Integers and decimals keep every digit; NaN and the
 * infinities become the strings that PostgreSQL's float8 reads; bytes its bytea text; times ISO 8601.
 */
export function jsonTexts(node: Node, records: readonly Records[], rows: number): (string | null)[] {
  const streams = new Map<number, Stream>();
  for (const [i, leaf] of node.leaves.entries()) {
    streams.set(leaf.index, { ...records[i], leaf, entry: 0, value: 0 });
  }
  const writer = new JsonWriter(streams);
  const texts: (string | null)[] = [];
  for (let row = 0; row < rows; row++) {
    try {
      texts.push(writer.record(node));
    } catch (error) {
      throw error instanceof UnreadableValue ? new UnreadableRow(row, error.message) : error;
    }
  }
  for (const stream of streams.values()) {
    if (stream.entry !== stream.repetition.length)
      throw new Error(`${stream.leaf.path}: levels do not add up to the rows`);
  }
  return texts;
}

class UnreadableValue extends Error {}

class JsonWriter {
  readonly #streams: ReadonlyMap<number, Stream>;

  constructor(streams: ReadonlyMap<number, Stream>) {
    this.#streams = streams;
  }

  record(node: Node): string | null {
    for (const leaf of node.leaves) {
      const stream = this.#streams.get(leaf.index)!;
      if (stream.repetition[stream.entry] !== 0)
        throw new Error(`${leaf.path}: a record starts in the middle of a list`);
    }
    return this.#json(node);
  }

  #json(node: Node): string | null {
    if (this.#level(node) < node.definition) {
      this.#skip(node);
      return null;
    }
    switch (node.kind) {
      case 'leaf':
        return this.#leafJson(node.leaf);
      case 'struct':
        return `{${node.fields.map(([name, field]) => `${JSON.stringify(name)}:${this.#json(field) ?? 'null'}`).join(',')}}`;
      case 'list':
        return `[${this.#items(node, () => this.#json(node.item) ?? 'null').join(',')}]`;
      case 'map':
        return `{${this.#items(node, () => this.#pair(node)).join(',')}}`;
    }
  }

  #items(node: Node & { kind: 'list' | 'map' }, read: () => string): string[] {
    if (this.#level(node) < node.itemDefinition) {
      this.#skip(node);
      return [];
    }
    const items: string[] = [];
    const stream = this.#streams.get(node.firstLeaf)!;
    do items.push(read());
    while (stream.entry < stream.repetition.length && stream.repetition[stream.entry] === node.repetition);
    return items;
  }

  #pair({ key, value }: Node & { kind: 'map' }): string {
    const name = this.#json(key) ?? 'null';
    const content = value ? (this.#json(value) ?? 'null') : 'null';
    return `${name.startsWith('"') ? name : JSON.stringify(name)}:${content}`;
  }

  #level(node: Node): number {
    const stream = this.#streams.get(node.firstLeaf)!;
    if (stream.entry >= stream.definition.length) throw new Error(`${stream.leaf.path}: levels end early`);
    return stream.definition[stream.entry];
  }

  #skip(node: Node): void {
    for (const leaf of node.leaves) this.#streams.get(leaf.index)!.entry++;
  }

  #leafJson(leaf: Leaf): string {
    const stream = this.#streams.get(leaf.index)!;
    stream.entry++;
    const value = stream.values[stream.value++];
    if (value instanceof Unreadable) throw new UnreadableValue(`${leaf.path}: ${value.reason}`);
    return scalarJson(value, leaf);
  }
}

function scalarJson(value: unknown, leaf: Leaf): string {
  switch (leaf.type) {
    case 'boolean':
      return value === 1 ? 'true' : 'false';
    case 'float32':
    case 'float64':
      return floatJson(value as number);
    case 'text':
    case 'uuid':
      return JSON.stringify(value);
    case 'bytea':
      return `"\\\\x${Buffer.from(value as Uint8Array).toString('hex')}"`;
    case 'date':
      return `"${isoDate(BigInt(value as number))}"`;
    case 'timestamp':
    case 'timestamptz':
      return `"${isoTime(value as bigint)}${leaf.type === 'timestamptz' ? '+00:00' : ''}"`;
    default:
      return String(value);
  }
}

/** Identifiers are sometimes stored as floats; past 2^53 the shortest text of one is another integer than its value. */
function floatJson(value: number): string {
  if (!Number.isFinite(value)) return `"${value}"`;
  return Number.isInteger(value) && Math.abs(value) < 1e21 ? BigInt(value).toString() : String(value);
}

const DAY = 86_400_000_000n;

function isoTime(microseconds: bigint): string {
  const ofDay = ((microseconds % DAY) + DAY) % DAY;
  return `${isoDate((microseconds - ofDay) / DAY)}T${clock(ofDay)}`;
}

function isoDate(days: bigint): string {
  const date = new Date(Number(days) * 86_400_000);
  if (Number.isNaN(date.getTime()))
    throw new UnreadableValue(`a date ${days} days from 1970 is out of range`);
  return date.toISOString().split('T')[0];
}
