/** One column's share of a block of COPY rows: first how long each field is, then its bytes where they belong. */
import type { Column, Vector } from '../../formats/table.ts';
import type { TargetColumn, WireType } from '../catalog.ts';
import { type Codec, codecFor, type FixedCodec, typeNames, type VariableCodec } from './codecs.ts';
import { Scratch } from './scratch.ts';
import { textProblem } from './text.ts';
import {
  type Accessor,
  accessorOf,
  copyStrided,
  copyTyped,
  elementsPerRow,
  mismatch,
  normalized,
  type Places,
  type Spread,
  type Strided,
  trimmedLength,
} from './vectors.ts';
import { textualCodec } from './written.ts';

/** Says why the field of a row (from 0 in the block) cannot be written; the row is then left out. */
export type Refuse = (row: number, reason: string) => void;

/** A column's fields of one block, measured and ready to be written. */
export interface Prepared {
  /** Bytes of every row's field, where all have the same number and none is NULL. */
  readonly width: number | undefined;
  /** Bytes of each row's field, -1 for NULL; where `width` is undefined. */
  readonly lengths: Int32Array | undefined;
  /** What every field begins with before its elements are written over it: an array's header and lengths. */
  readonly pattern: Uint8Array | undefined;
  write(out: Buffer, view: DataView, places: Places): void;
}

/** Column and target do not go together; names both types and what to do. */
export class TypeMismatch extends Error {
  readonly column: string;
  readonly hint: string;

  constructor(column: string, message: string, hint: string) {
    super(message);
    this.name = 'TypeMismatch';
    this.column = column;
    this.hint = hint;
  }
}

function nullMarks(vector: Vector, first: number, rows: number): Uint8Array | undefined {
  const { nulls } = vector;
  if (vector.layout !== 'values') return nulls?.subarray(first, first + rows);
  let marks = nulls?.slice(first, first + rows);
  for (let row = 0; row < rows; row++) {
    const value = vector.values[first + row];
    if (value !== null && value !== undefined) continue;
    marks ??= new Uint8Array(rows);
    marks[row] = 1;
  }
  return marks;
}

const anySet = (marks: Uint8Array | undefined): boolean => marks?.includes(1) ?? false;

/** Header of a one- or more-dimensional array without NULL elements, with every element's length in place. */
function arrayPattern(shape: readonly number[], elementOid: number, size: number): Uint8Array {
  const count = shape.reduce((product, axis) => product * axis, 1);
  const dimensions = count === 0 ? [] : shape;
  const header = 12 + 8 * dimensions.length;
  const pattern = Buffer.alloc(header + count * (4 + size));
  pattern.writeInt32BE(dimensions.length, 0);
  pattern.writeUInt32BE(elementOid, 8);
  for (const [i, axis] of dimensions.entries()) {
    pattern.writeInt32BE(axis, 12 + 8 * i);
    pattern.writeInt32BE(1, 16 + 8 * i);
  }
  for (let i = 0, at = header; i < count; i++, at += 4 + size) pattern.writeInt32BE(size, at);
  return pattern;
}

interface Binding {
  readonly wire: WireType;
  readonly codec: Codec;
  /** Booleans of an array become the bits of one value. */
  readonly bits: boolean;
}

/** @throws TypeMismatch */
function bind(column: Column, target: TargetColumn, textual: boolean): Binding {
  const fail = (why: string) =>
    new TypeMismatch(
      column.name,
      `column "${column.name}" (${column.storedAs}) cannot be loaded into "${target.name}" of type ${target.typeName}${why}`,
      `Make the column ${typeNames[column.type]}${column.shape === undefined ? '' : '[]'}, or leave it out by --columns.`,
    );
  const { wire } = target;
  if (wire === undefined) throw fail(', whose values a file cannot give');
  if (wire.kind === 'bit' && !target.isArray && column.type === 'boolean' && column.shape !== undefined) {
    return { wire, codec: bitsCodec(wire), bits: true };
  }
  if (target.isArray !== (column.shape !== undefined))
    throw fail(target.isArray ? ', an array' : ', no array');
  const written = textual && column.shape === undefined;
  const codec = written ? textualCodec(column.type, wire) : codecFor(column.type, wire);
  if (codec === undefined) throw fail('');
  return { wire, codec, bits: false };
}

/** A column of a file bound to a column of the target. */
export class ColumnEncoder {
  readonly column: Column;
  readonly target: TargetColumn;
  readonly #wire: WireType;
  readonly #codec: Codec;
  readonly #bits: boolean;
  readonly #scratch = new Scratch();

  readonly #textual: boolean;

  /**
   * @param textual scalars may cross as their text
   * @throws TypeMismatch
   */
  constructor(column: Column, target: TargetColumn, textual: boolean) {
    this.column = column;
    this.target = target;
    this.#textual = textual;
    const { wire, codec, bits } = bind(column, target, textual);
    this.#wire = wire;
    this.#codec = codec;
    this.#bits = bits;
  }

  /** Every field that is not NULL has the same, small number of bytes. */
  get isFixed(): boolean {
    return this.#codec.size !== undefined && this.column.shape === undefined;
  }

  /** Measures the fields of rows [first, first + rows) of a vector and refuses those that cannot be written. */
  prepare(vector: Vector, first: number, rows: number, refuse: Refuse): Prepared {
    const nulls = nullMarks(vector, first, rows);
    if (this.target.notNull && anySet(nulls)) {
      for (let row = 0; row < rows; row++) {
        if (nulls![row]) refuse(row, `NULL in "${this.target.name}", which is NOT NULL`);
      }
    }
    const perRow = elementsPerRow(this.column);
    const scalar = this.column.shape === undefined;
    if (this.#codec.size === undefined || vector.layout === 'values' || perRow === undefined) {
      if (scalar && this.#codec.size !== undefined) {
        return this.#scalarValues(this.#codec, vector, first, rows, nulls, refuse);
      }
      if (
        scalar &&
        this.column.type === 'text' &&
        this.#wire.kind === 'text' &&
        vector.layout === 'strided'
      ) {
        return this.#paddedText(vector, first, rows, nulls, refuse);
      }
      return this.#collected(vector, first, rows, nulls, refuse);
    }
    const read = accessorOf(this.column.type, vector, first, perRow);
    const { refuse: problem } = this.#codec;
    if (problem !== undefined) checkElements(read, problem, rows, perRow, nulls, refuse);
    return this.#fixed(this.#codec, vector, first, rows, perRow, nulls);
  }

  /** Fields of one size from bytes or typed arrays: scalars, and arrays of a fixed shape. */
  #fixed(
    codec: FixedCodec,
    vector: Exclude<Vector, { layout: 'values' }>,
    first: number,
    rows: number,
    perRow: number,
    nulls: Uint8Array | undefined,
  ): Prepared {
    const { shape } = this.column;
    const pattern = Array.isArray(shape) ? arrayPattern(shape, this.#wire.oid, codec.size) : undefined;
    const width = pattern?.length ?? codec.size;
    const spread: Spread = { perRow, step: pattern === undefined ? codec.size : codec.size + 4 };
    // The first element's bytes come after the header and its own length.
    const lead = pattern === undefined ? 0 : pattern.length - perRow * spread.step + 4;
    const write = (_out: Buffer, view: DataView, given: Places): void => {
      const places = { ...given, shift: given.shift + lead };
      if (codec.identical && vector.layout === 'strided') {
        copyStrided(vector, first, codec.size, view, places, spread);
      } else if (codec.identical && vector.layout === 'typed') {
        copyTyped(vector, first, codec.size, view, places, spread);
      } else {
        putElements(accessorOf(this.column.type, vector, first, perRow), codec, view, places, spread);
      }
    };
    return { ...measured(width, rows, nulls), pattern, write };
  }

  /** Scalars of one size given as JavaScript values. */
  #scalarValues(
    codec: FixedCodec,
    vector: Vector,
    first: number,
    rows: number,
    nulls: Uint8Array | undefined,
    refuse: Refuse,
  ): Prepared {
    const read = this.#valueAccessor(vector, first);
    const { type } = this.column;
    const checked = (value: unknown) =>
      (this.#textual ? undefined : mismatch(type, value)) ?? codec.refuse?.(value as never);
    checkElements(read, checked, rows, 1, nulls, refuse);
    const write = (_out: Buffer, view: DataView, places: Places): void =>
      putElements(read, codec, view, places, { perRow: 1, step: codec.size });
    return { ...measured(codec.size, rows, nulls), pattern: undefined, write };
  }

  #valueAccessor(vector: Vector, first: number): Accessor {
    const { type } = this.column;
    if (vector.layout !== 'values') return accessorOf(type, vector, first, 1, this.#wire.kind === 'bytea');
    const { values } = vector;
    if (!this.#textual) return (i) => normalized(type, values[first + i]);
    return (i) => {
      const value = values[first + i];
      return typeof value === 'string' ? value : normalized(type, value);
    };
  }

  /** Text in padded fields, copied from the file's bytes. */
  #paddedText(
    vector: Strided,
    first: number,
    rows: number,
    nulls: Uint8Array | undefined,
    refuse: Refuse,
  ): Prepared {
    const { bytes, stride, width } = vector;
    const origin = vector.offset + first * stride;
    const { maxLength = Number.POSITIVE_INFINITY, maxBytes = Number.POSITIVE_INFINITY } = this.#wire;
    const most = Math.min(maxLength, maxBytes);
    const lengths = new Int32Array(rows);
    for (let row = 0, at = origin; row < rows; row++, at += stride) {
      if (nulls?.[row]) {
        lengths[row] = -1;
        continue;
      }
      const length = trimmedLength(bytes, at, width);
      lengths[row] = length;
      // Printable ASCII within the limit is right for certain; only the rest is looked at closely.
      let plain = length <= most;
      for (let i = at; plain && i < at + length; i++) plain = bytes[i]! > 0 && bytes[i]! < 0x80;
      if (plain) continue;
      const problem = textProblem(bytes.subarray(at, at + length), this.#wire);
      if (problem !== undefined) refuse(row, problem);
    }
    const write = (out: Buffer, _view: DataView, { starts, shift, lengths: kept }: Places): void => {
      for (let row = 0, from = origin; row < rows; row++, from += stride) {
        const length = kept![row]!;
        if (length <= 0) continue;
        copyBytes(bytes, from, out, starts[row]! + shift, length);
      }
    };
    return { width: undefined, lengths, pattern: undefined, write };
  }

  /** Everything else: each field is encoded into the scratch, then copied to its place. */
  #collected(
    vector: Vector,
    first: number,
    rows: number,
    nulls: Uint8Array | undefined,
    refuse: Refuse,
  ): Prepared {
    const scratch = this.#scratch;
    scratch.length = 0;
    const encode = this.#rowEncoder(vector, first);
    const lengths = new Int32Array(rows);
    const origins = new Int32Array(rows);
    for (let row = 0; row < rows; row++) {
      if (nulls?.[row]) {
        lengths[row] = -1;
        continue;
      }
      const origin = scratch.length;
      const problem = encode(row);
      if (problem !== undefined) {
        refuse(row, problem);
        scratch.length = origin;
      }
      origins[row] = origin;
      lengths[row] = scratch.length - origin;
    }
    const write = (out: Buffer, _view: DataView, { starts, shift, lengths: kept }: Places): void => {
      for (let row = 0; row < rows; row++) {
        const length = kept![row]!;
        if (length > 0) copyBytes(scratch.bytes, origins[row]!, out, starts[row]! + shift, length);
      }
    };
    return { width: undefined, lengths, pattern: undefined, write };
  }

  #rowEncoder(vector: Vector, first: number): (row: number) => string | undefined {
    const scratch = this.#scratch;
    const { type, shape } = this.column;
    if (shape === undefined) {
      const read = this.#valueAccessor(vector, first);
      const { encode } = this.#codec as VariableCodec;
      const strict = vector.layout === 'values' && !this.#textual;
      return (row) => {
        const value = read(row);
        return (strict ? mismatch(type, value) : undefined) ?? encode(value, scratch);
      };
    }
    const nested = this.#nestedAccessor(vector, first);
    if (this.#bits) return (row) => (this.#codec as VariableCodec).encode(nested(row).elements, scratch);
    return (row) => {
      const { shape: dimensions, elements, problem } = nested(row);
      return problem ?? this.#encodeArray(dimensions, elements);
    };
  }

  /** Reads a row's array as a flat list with its dimensions. */
  #nestedAccessor(vector: Vector, first: number): (row: number) => Nested {
    const { shape, type } = this.column;
    if (vector.layout === 'values') return (row) => flatten(vector.values[first + row]);
    const dimensions = shape as readonly number[];
    const perRow = elementsPerRow(this.column)!;
    const read = accessorOf(type, vector, first, perRow, this.#wire.kind === 'bytea');
    return (row) => ({
      shape: dimensions,
      elements: Array.from({ length: perRow }, (_, i) => read(row * perRow + i)),
      problem: undefined,
    });
  }

  #encodeArray(shape: readonly number[], elements: ArrayLike<unknown>): string | undefined {
    const scratch = this.#scratch;
    const count = elements.length;
    const start = scratch.reserve(count === 0 ? 12 : 12 + 8 * shape.length);
    scratch.view.setInt32(start, count === 0 ? 0 : shape.length);
    scratch.view.setUint32(start + 8, this.#wire.oid);
    if (count > 0) {
      for (const [i, axis] of shape.entries()) {
        scratch.view.setInt32(start + 12 + 8 * i, axis);
        scratch.view.setInt32(start + 16 + 8 * i, 1);
      }
    }
    let hasNull = 0;
    for (let i = 0; i < count; i++) {
      const prefix = scratch.reserve(4);
      const value = normalized(this.column.type, elements[i]);
      if (value === null || value === undefined) {
        scratch.view.setInt32(prefix, -1);
        hasNull = 1;
        continue;
      }
      const problem = this.#encodeElement(value);
      if (problem !== undefined) return `element ${i + 1}: ${problem}`;
      scratch.view.setInt32(prefix, scratch.length - prefix - 4);
    }
    scratch.view.setInt32(start + 4, hasNull);
    return undefined;
  }

  #encodeElement(value: unknown): string | undefined {
    const problem = mismatch(this.column.type, value);
    if (problem !== undefined) return problem;
    const codec = this.#codec;
    if (codec.size === undefined) return codec.encode(value, this.#scratch);
    const reason = codec.refuse?.(value as never);
    if (reason !== undefined) return reason;
    const at = this.#scratch.reserve(codec.size);
    codec.put(this.#scratch.view, at, value as never);
    return undefined;
  }
}

interface Nested {
  readonly shape: readonly number[];
  readonly elements: ArrayLike<unknown>;
  readonly problem: string | undefined;
}

/** Dimensions and elements of nested lists; PostgreSQL's arrays are rectangular, so that others are refused. */
function flatten(value: unknown): Nested {
  const isList = (item: unknown): item is ArrayLike<unknown> =>
    Array.isArray(item) ||
    (ArrayBuffer.isView(item) && !(item instanceof DataView) && !(item instanceof Uint8Array));
  const fail = (problem: string): Nested => ({ shape: [], elements: [], problem });
  if (!isList(value)) return fail(`${String(value)} is not an array`);
  const shape = [value.length];
  let elements: ArrayLike<unknown> = value;
  while (elements.length > 0 && Array.isArray(elements) && isList(elements[0])) {
    const width: number = elements[0].length;
    const rows = elements as unknown[];
    if (rows.some((row) => !isList(row) || row.length !== width)) {
      return fail('its inner arrays differ in length, which PostgreSQL cannot hold');
    }
    shape.push(width);
    elements = rows.flatMap((row) => Array.from(row as ArrayLike<unknown>));
  }
  return { shape, elements, problem: undefined };
}

/** Booleans as a bit string: a count, then the bits from the highest of each byte. */
function bitsCodec(wire: WireType): VariableCodec {
  return {
    size: undefined,
    encode: (value, scratch) => {
      const bits = value as ArrayLike<unknown>;
      const { maxLength, exactLength } = wire;
      const wrong = exactLength
        ? bits.length !== maxLength
        : maxLength !== undefined && bits.length > maxLength;
      if (wrong) return `${bits.length} bits do not fit ${wire.name}; make the column bit(${bits.length})`;
      const bytes = Math.ceil(bits.length / 8);
      const start = scratch.reserve(4 + bytes);
      scratch.bytes.fill(0, start, start + 4 + bytes);
      scratch.view.setInt32(start, bits.length);
      for (let i = 0; i < bits.length; i++) {
        if (bits[i] === null) return 'a bit string cannot hold NULL; make the column boolean[]';
        if (bits[i]) scratch.bytes[start + 4 + (i >> 3)]! |= 0x80 >> (i & 7);
      }
      return undefined;
    },
  };
}

function measured(
  width: number,
  rows: number,
  nulls: Uint8Array | undefined,
): { width: number | undefined; lengths: Int32Array | undefined } {
  if (!anySet(nulls)) return { width, lengths: undefined };
  const lengths = new Int32Array(rows).fill(width);
  for (let row = 0; row < rows; row++) if (nulls![row]) lengths[row] = -1;
  return { width: undefined, lengths };
}

function checkElements(
  read: Accessor,
  problem: (value: never) => string | undefined,
  rows: number,
  perRow: number,
  nulls: Uint8Array | undefined,
  refuse: Refuse,
): void {
  for (let row = 0; row < rows; row++) {
    if (nulls?.[row]) continue;
    for (let i = 0; i < perRow; i++) {
      const reason = problem(read(row * perRow + i) as never);
      if (reason === undefined) continue;
      refuse(row, perRow === 1 ? reason : `element ${i + 1}: ${reason}`);
      break;
    }
  }
}

function putElements(
  read: Accessor,
  codec: FixedCodec,
  view: DataView,
  places: Places,
  spread: Spread,
): void {
  const { starts, shift, rows, lengths } = places;
  const { perRow, step } = spread;
  for (let row = 0, index = 0; row < rows; row++, index += perRow) {
    if (lengths !== undefined && lengths[row]! < 0) continue;
    let at = starts[row]! + shift;
    for (let i = index; i < index + perRow; i++, at += step) codec.put(view, at, read(i) as never);
  }
}

function copyBytes(from: Uint8Array, start: number, to: Buffer, at: number, length: number): void {
  // A call into the engine costs more than a short loop.
  if (length > 32) to.set(from.subarray(start, start + length), at);
  else for (let i = 0; i < length; i++) to[at + i] = from[start + i]!;
}
