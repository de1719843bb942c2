/** Columns of simulated rows: those that are given, and random values for the others. */
import { typedArray } from '../../formats/columns.ts';
import type { MemoryColumn } from '../../formats/memory.ts';
import { MemoryTable } from '../../formats/memory.ts';
import type { ElementType, Vector } from '../../formats/table.ts';
import type { Random } from './random.ts';

/** A column as the schema of an APDB has it. */
export interface SchemaColumn {
  readonly name: string;
  /** PostgreSQL's name of the type, as the schema or format_type spells it. */
  readonly type: string;
  readonly notNull: boolean;
}

/** All columns, or only those that must have a value. */
export type Fill = 'all' | 'required';

type Values = Int16Array | Int32Array | BigInt64Array | Float32Array | Float64Array | Uint8Array;

/** Values of a column that are given: numbers or one number for all rows, or one text for all rows. */
export type Given = Values | number | bigint | string;

const elementTypes: Readonly<Record<string, ElementType>> = {
  int2: 'int16',
  smallint: 'int16',
  int4: 'int32',
  integer: 'int32',
  int8: 'int64',
  bigint: 'int64',
  float4: 'float32',
  real: 'float32',
  float8: 'float64',
  'double precision': 'float64',
  boolean: 'boolean',
  timestamptz: 'timestamptz',
  'timestamp with time zone': 'timestamptz',
  'timestamp without time zone': 'timestamp',
  bytea: 'bytea',
};

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

function elementTypeOf(type: string): ElementType {
  return elementTypes[type] ?? 'text';
}

/** Characters of a text: as many as the type has room for, where it says. */
function widthOf(type: string): number {
  return Number(/\((\d+)\)/.exec(type)?.[1] ?? 8);
}

function textVector(width: number, rows: number, put: (bytes: Uint8Array) => void): Vector {
  const bytes = new Uint8Array(width * rows);
  put(bytes);
  return { layout: 'strided', bytes, offset: 0, stride: width, width };
}

function randomVector(random: Random, type: string, rows: number): Vector {
  const element = elementTypeOf(type);
  const values = typedArray(element, rows);
  if (values === undefined) {
    if (element === 'bytea')
      return {
        layout: 'values',
        values: Array.from({ length: rows }, () => Uint8Array.of(random.integer(256))),
      };
    return textVector(widthOf(type), rows, (bytes) => {
      for (let i = 0; i < bytes.length; i++) bytes[i] = alphabet.charCodeAt(random.integer(alphabet.length));
    });
  }
  if (values instanceof BigInt64Array) {
    for (let row = 0; row < rows; row++) values[row] = BigInt(random.integer(1000));
  } else if (values instanceof Float32Array || values instanceof Float64Array) {
    for (let row = 0; row < rows; row++) values[row] = (random.bits() >>> 0) / 2 ** 32;
  } else if (element === 'boolean') {
    for (let row = 0; row < rows; row++) values[row] = random.bits() & 1;
  } else for (let row = 0; row < rows; row++) values[row] = random.integer(1000);
  return { layout: 'typed', values };
}

function givenVector(given: Given, type: string, rows: number): Vector {
  if (typeof given === 'string') {
    const text = new TextEncoder().encode(given);
    return textVector(text.length, rows, (bytes) => {
      for (let i = 0; i < bytes.length; i++) bytes[i] = text[i % text.length];
    });
  }
  if (typeof given !== 'number' && typeof given !== 'bigint') return { layout: 'typed', values: given };
  const values = typedArray(elementTypeOf(type), rows)!;
  if (values instanceof BigInt64Array) values.fill(BigInt(given));
  else values.fill(Number(given));
  return { layout: 'typed', values };
}

/**
 * A table with the given columns and, as `fill` says, the other columns of the schema with random values: numbers from 0
 * to 1, whole numbers below 1000, text as long as the column allows.
 */
export function filledTable(
  name: string,
  schema: readonly SchemaColumn[],
  given: Readonly<Record<string, Given>>,
  rows: number,
  { fill, random, leave = [] }: { fill: Fill; random: Random; leave?: readonly string[] },
): MemoryTable {
  const columns = schema.flatMap(({ name: column, type, notNull }): MemoryColumn[] => {
    const value = given[column];
    if (value === undefined && (leave.includes(column) || (fill === 'required' && !notNull))) return [];
    const vector = value === undefined ? randomVector(random, type, rows) : givenVector(value, type, rows);
    return [
      {
        column: { name: column, type: elementTypeOf(type), nullable: false, storedAs: type },
        vector,
      },
    ];
  });
  return new MemoryTable(name, columns, rows);
}
