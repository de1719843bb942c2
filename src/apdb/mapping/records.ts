/** The records that a block of a mapping finds in a batch of a file's rows, and the values in them by path. */
import { accessorOf } from '../../db/copy/vectors.ts';
import type { Batch, Column } from '../../formats/table.ts';
import type { Block } from './schema.ts';
import { BadValue, LostDigits, shown, taiFromMicroseconds, type Value } from './values.ts';

type Read = (row: number) => unknown;

/** Integers that a double cannot hold stay what they are. */
function parseExactly(text: string): unknown {
  if (!/\d{16}/.test(text)) return JSON.parse(text);
  const reviver = (_key: string, value: unknown, context: { source?: string }): unknown =>
    typeof value === 'number' && !Number.isSafeInteger(value) && /^-?\d+$/.test(context.source ?? '')
      ? BigInt(context.source!)
      : value;
  return JSON.parse(text, reviver as (key: string, value: unknown) => unknown);
}

const decoder = new TextDecoder();

function readerOf(column: Column, batch: Batch, place: number): Read {
  const vector = batch.vectors[place]!;
  const read =
    vector.layout === 'values' ? (row: number) => vector.values[row] : accessorOf(column.type, vector, 0, 1);
  const { nulls } = vector;
  const isInstant = column.type === 'timestamp' || column.type === 'timestamptz';
  return (row) => {
    const value = nulls?.[row] ? null : (read(row) ?? null);
    if (value === null) return null;
    if (column.type === 'boolean' && typeof value === 'number') return value !== 0;
    if (column.type === 'jsonb') return parseExactly(value as string);
    if (isInstant && typeof value === 'bigint') return taiFromMicroseconds(value);
    if (value instanceof Uint8Array && column.type === 'text') return decoder.decode(value);
    return value;
  };
}

function scalar(value: unknown): Value {
  if (value === undefined || value === null) return null;
  if (typeof value === 'object') throw new BadValue(`${shown(JSON.stringify(value))} is no single value`);
  return value as Value;
}

function fieldOf(record: unknown, steps: readonly string[]): unknown {
  let found = record;
  for (const step of steps) {
    if (found === null || found === undefined) return null;
    found = (found as Record<string, unknown>)[step];
  }
  return found;
}

/** Whether a field of the structs of a column is a floating point number in the file. */
function isFloat({ storedAs }: Column, field: string): boolean {
  const name = field.replaceAll(/[^A-Za-z0-9_]/g, (sign) => `\\${sign}`);
  return new RegExp(`[<,] ?${name}: (DOUBLE|FLOAT)`).test(storedAs);
}

/** Structs cross as JSON, where a double beyond 2^53 looks like an integer. */
function refusingLostDigits(read: (item: number) => Value): (item: number) => Value {
  return (item) => {
    const value = read(item);
    if (typeof value === 'bigint') throw new LostDigits(value);
    return value;
  };
}

interface Item {
  readonly row: number;
  /** The record, for a block that reads structs; its place in the lists, for one that reads lists side by side. */
  readonly record: unknown;
  readonly place: number | undefined;
}

/** The top of a path, which is a column's name. */
export const columnOf = (path: string): string => path.replace(/^\//, '').split('.')[0]!;

/** The columns of the file that a block needs to be read. */
export function columnsOf(block: Block, paths: Iterable<string>): Set<string> {
  const inside = block.rows === undefined ? [] : [block.rows];
  const lists = block.each ?? [];
  const fromTop = [...paths].filter((path) => block.rows === undefined || path.startsWith('/'));
  return new Set([...inside, ...lists, ...fromTop].map(columnOf));
}

export class Records {
  readonly #batch: Batch;
  readonly #block: Block;
  readonly #readers = new Map<string, Read>();
  readonly #lists = new Map<string, readonly (ArrayLike<unknown> | null)[]>();
  #items: readonly Item[];
  readonly #columns: readonly Column[];

  constructor(block: Block, columns: readonly Column[], batch: Batch) {
    this.#block = block;
    this.#batch = batch;
    this.#columns = columns;
    for (const [i, column] of columns.entries()) {
      const read = readerOf(column, batch, i);
      // Structs are parsed once however many fields are asked for.
      const parsed =
        column.type === 'jsonb' ? Array.from({ length: batch.rows }, (_, row) => read(row)) : undefined;
      this.#readers.set(column.name, parsed === undefined ? read : (row) => parsed[row]);
    }
    this.#items = this.#find();
  }

  /** Leaves out the records that are no rows. */
  keep(isRow: (item: number) => boolean): void {
    this.#items = this.#items.filter((_, item) => isRow(item));
  }

  get count(): number {
    return this.#items.length;
  }

  /** Row of the file, from 1. */
  rowOf(item: number): number {
    return this.#batch.firstRow + this.#items[item]!.row + 1;
  }

  /** Names of fields of all the structs, or of the columns. */
  fields(): Set<string> {
    if (this.#block.rows === undefined) return new Set(this.#readers.keys());
    return new Set(this.#items.flatMap(({ record }) => Object.keys(record as object)));
  }

  /** Values at a path, by the number of the record. */
  reader(path: string): (item: number) => Value {
    const steps = path.replace(/^\//, '').split('.');
    const items = this.#items;
    if (this.#block.rows !== undefined && !path.startsWith('/')) {
      const field = (item: number) => scalar(fieldOf(items[item]!.record, steps));
      return this.#keepsFloat(columnOf(this.#block.rows), path) ? refusingLostDigits(field) : field;
    }
    const list = this.#lists.get(path);
    if (list !== undefined) return (item) => scalar(list[items[item]!.row]?.[items[item]!.place!]);
    const read = this.#readers.get(steps[0]!);
    if (read === undefined) return () => null;
    const below = steps.slice(1);
    const field = (item: number) => scalar(fieldOf(read(items[item]!.row), below));
    return below.length > 0 && this.#keepsFloat(steps[0]!, below.at(-1)!) ? refusingLostDigits(field) : field;
  }

  /** How many values the lists at a path hold, by the number of the record. */
  counter(path: string): (item: number) => number {
    const [column, ...below] = path.replace(/^\//, '').split('.');
    const isField = this.#block.rows !== undefined && !path.startsWith('/');
    const read = this.#readers.get(column!);
    return (item) => {
      const { row, record } = this.#items[item]!;
      const found = isField ? fieldOf(record, [column!, ...below]) : fieldOf(read?.(row), below);
      return Array.from((found ?? []) as ArrayLike<unknown>).filter((each) => each !== null).length;
    };
  }

  #keepsFloat(column: string, field: string): boolean {
    const found = this.#columns.find(({ name }) => name === column);
    return found !== undefined && isFloat(found, field);
  }

  #find(): Item[] {
    const { rows, each } = this.#block;
    const all = Array.from({ length: this.#batch.rows }, (_, row) => row);
    if (each !== undefined) {
      for (const path of each) {
        const read = this.#readers.get(path);
        this.#lists.set(
          path,
          all.map((row) => (read?.(row) ?? null) as ArrayLike<unknown> | null),
        );
      }
      return all.flatMap((row) => this.#places(row, each));
    }
    if (rows === undefined) return all.map((row) => ({ row, record: undefined, place: undefined }));
    const [column, ...below] = rows.replace(/^\//, '').split('.');
    const read = this.#readers.get(column!)!;
    return all.flatMap((row) => {
      const found = fieldOf(read(row), below);
      const records = Array.isArray(found) ? found : [found];
      return records
        .filter((record) => record !== null && record !== undefined)
        .map((record): Item => ({ row, record, place: undefined }));
    });
  }

  #places(row: number, each: readonly string[]): Item[] {
    const lengths = each.map((path) => this.#lists.get(path)![row]?.length ?? 0);
    const longest = Math.max(...lengths);
    const other = lengths.findIndex((length) => length !== 0 && length !== longest);
    if (other >= 0) {
      const names = `${each[lengths.indexOf(longest)]} and ${each[other]}`;
      throw new BadValue(
        `row ${this.#batch.firstRow + row + 1}: the lists ${names} have ${longest} and ${lengths[other]} elements`,
      );
    }
    return Array.from({ length: longest }, (_, place) => ({ row, record: undefined, place }));
  }
}
