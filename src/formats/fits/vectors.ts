/**
 * Values of binary-table fields: a block of rows becomes one vector a column. Fields whose bytes are already what
 * PostgreSQL wants are handed on where they lie; the others are decoded into typed arrays, or into JavaScript values
 * where elements of an array can be NULL.
 */
import type { Vector } from '../table.ts';
import { type Field, letterBytes } from './columns.ts';

/** Rows of one table in memory: row i starts at i × stride. */
export interface Block {
  readonly bytes: Buffer;
  readonly stride: number;
  readonly rows: number;
  readonly firstRow: number;
}

/** A byte that is no value of its type, at a row of the block (from 0). */
export class BadField extends Error {
  readonly row: number;

  constructor(message: string, row: number) {
    super(message);
    this.row = row;
  }
}

/** NULL marks of a number of values, made when the first is set: most columns have none. */
class NullMask {
  readonly #size: number;
  marks: Uint8Array | undefined;

  constructor(size: number) {
    this.#size = size;
  }

  mark(index: number): void {
    this.marks ??= new Uint8Array(this.#size);
    this.marks[index] = 1;
  }
}

type Elements = Uint8Array | Int16Array | Int32Array | BigInt64Array | Float32Array | Float64Array;

/** Elements of a field in one layout, with those that are NULL marked. */
interface Decoded {
  readonly values: Elements | string[];
  readonly nulls: Uint8Array | undefined;
}

/** Where element `index` of all the elements asked for lies; rows of fields are apart, heap arrays are not. */
type Place = (index: number) => number;

function decodeLogical(bytes: Buffer, place: Place, count: number, perRow: number): Decoded {
  const values = new Uint8Array(count);
  const nulls = new NullMask(count);
  for (let i = 0; i < count; i++) {
    const byte = bytes[place(i)]!;
    if (byte === 0x54) values[i] = 1;
    else if (byte === 0) nulls.mark(i);
    else if (byte !== 0x46) {
      const shown = `0x${byte.toString(16).padStart(2, '0')}`;
      throw new BadField(`byte ${shown} is not a logical value (T, F or 0)`, Math.floor(i / perRow));
    }
  }
  return { values, nulls: nulls.marks };
}

function decodeBits(bytes: Buffer, starts: (row: number) => number, rows: number, perRow: number): Decoded {
  const values = new Uint8Array(rows * perRow);
  for (let row = 0, at = 0; row < rows; row++) {
    const start = starts(row);
    for (let bit = 0; bit < perRow; bit++) {
      values[at++] = (bytes[start + (bit >> 3)]! >> (7 - (bit & 7))) & 1;
    }
  }
  return { values, nulls: undefined };
}

/** Integers of up to 32 bits, read exactly. */
function smallReader(field: Field, bytes: Buffer): ((at: number) => number) | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  switch (field.letter) {
    case 'B':
      return (at) => view.getUint8(at);
    case 'I':
      return (at) => view.getInt16(at);
    case 'J':
      return (at) => view.getInt32(at);
    default:
      return undefined;
  }
}

const constructors = {
  int16: Int16Array,
  int32: Int32Array,
  float32: Float32Array,
  float64: Float64Array,
} as const;

function decodeSmall(field: Field, read: (at: number) => number, place: Place, count: number): Decoded {
  const { scaling, column } = field;
  const blank = field.nullValue === undefined ? undefined : Number(field.nullValue);
  const wide = column.type === 'int64' || column.type === 'numeric';
  const values = wide
    ? new BigInt64Array(count)
    : new constructors[column.type as 'int16' | 'int32' | 'float64'](count);
  const zero = scaling.kind === 'none' ? 0 : Number(scaling.zero);
  const scale = scaling.kind === 'linear' ? scaling.scale : 1;
  const nulls = new NullMask(count);
  for (let i = 0; i < count; i++) {
    const stored = read(place(i));
    if (stored === blank) nulls.mark(i);
    else if (!wide) values[i] = scale === 1 ? stored + zero : zero + scale * stored;
    else values[i] = BigInt(stored) + (scaling as { zero: bigint }).zero;
  }
  return { values, nulls: nulls.marks };
}

function decodeLong(field: Field, bytes: Buffer, place: Place, count: number): Decoded {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { scaling, nullValue } = field;
  const nulls = new NullMask(count);
  const isNull = (stored: bigint, i: number): boolean => {
    if (stored === nullValue) nulls.mark(i);
    return stored === nullValue;
  };
  if (scaling.kind === 'none') {
    const values = new BigInt64Array(count);
    for (let i = 0; i < count; i++) {
      const stored = view.getBigInt64(place(i));
      if (!isNull(stored, i)) values[i] = stored;
    }
    return { values, nulls: nulls.marks };
  }
  if (scaling.kind === 'linear') {
    const values = new Float64Array(count);
    for (let i = 0; i < count; i++) {
      const stored = view.getBigInt64(place(i));
      if (!isNull(stored, i)) values[i] = scaling.zero + scaling.scale * Number(stored);
    }
    return { values, nulls: nulls.marks };
  }
  const values = new Array<string>(count).fill('0');
  for (let i = 0; i < count; i++) {
    const stored = view.getBigInt64(place(i));
    if (!isNull(stored, i)) values[i] = String(stored + scaling.zero);
  }
  return { values, nulls: nulls.marks };
}

/** Reals; of a complex number TZERO moves the real part alone, TSCAL stretches both. */
function decodeReal(field: Field, bytes: Buffer, place: Place, count: number): Decoded {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { scaling, letter } = field;
  const single = letter === 'E' || letter === 'C';
  const complex = letter === 'C' || letter === 'M';
  const linear = scaling.kind === 'linear';
  const values = linear || !single ? new Float64Array(count) : new Float32Array(count);
  for (let i = 0; i < count; i++) {
    const at = place(i);
    const stored = single ? view.getFloat32(at) : view.getFloat64(at);
    if (!linear) values[i] = stored;
    else values[i] = (complex && i % 2 === 1 ? 0 : scaling.zero) + scaling.scale * stored;
  }
  return { values, nulls: undefined };
}

function decodeNumbers(field: Field, bytes: Buffer, place: Place, count: number): Decoded {
  const read = smallReader(field, bytes);
  if (read !== undefined) return decodeSmall(field, read, place, count);
  return field.letter === 'K'
    ? decodeLong(field, bytes, place, count)
    : decodeReal(field, bytes, place, count);
}

/** Bytes and number of what one element of a vector is: a complex number is two. */
function parts(field: Field): { size: number; perElement: number } {
  const complex = field.letter === 'C' || field.letter === 'M' ? 2 : 1;
  return { size: letterBytes[field.letter] / complex, perElement: complex };
}

/** An array of the elements [from, from + length) of `decoded`, with null in place of those that are NULL. */
function plainElements(decoded: Decoded, from: number, length: number, logical: boolean): unknown[] {
  return Array.from({ length }, (_, i) => {
    if (decoded.nulls?.[from + i]) return null;
    const value = decoded.values[from + i]!;
    return logical ? value === 1 : value;
  });
}

/** Arranges a row's elements as `shape` says, slowest index first. */
function nest(elements: unknown[], shape: readonly number[]): unknown[] {
  if (shape.length <= 1) return elements;
  const rest = shape.slice(1);
  const step = rest.reduce((product, axis) => product * axis, 1);
  return Array.from({ length: shape[0]! }, (_, i) => nest(elements.slice(i * step, (i + 1) * step), rest));
}

function isRaw(field: Field): boolean {
  return field.scaling.kind === 'none' && /[IJKEDCM]/.test(field.letter);
}

/** Marks the rows whose stored integer is TNULL; undefined where there are none, `anywhere` inside the fields. */
function matchNull(field: Field, block: Block): Uint8Array | undefined {
  if (field.nullValue === undefined) return undefined;
  const { size } = parts(field);
  // The comparison is of bytes, so that 64-bit values need not become BigInt one by one.
  const pattern = Buffer.alloc(8);
  pattern.writeBigInt64BE(BigInt.asIntN(64, field.nullValue));
  const wanted = pattern.subarray(8 - size);
  const fits = BigInt.asIntN(size * 8, field.nullValue) === field.nullValue;
  if (!fits) return undefined;
  const nulls = new NullMask(block.rows);
  const last = wanted[size - 1]!;
  for (let row = 0, start = field.offset; row < block.rows; row++, start += block.stride) {
    for (let at = start; at < start + field.width; at += size) {
      if (block.bytes[at + size - 1] === last && wanted.compare(block.bytes, at, at + size) === 0) {
        nulls.mark(row);
        break;
      }
    }
  }
  return nulls.marks;
}

/** The vector of a column whose values lie in the rows themselves. */
export function rowVector(field: Field, block: Block): Vector {
  const { bytes, stride, rows } = block;
  const { letter, offset, width, column } = field;
  const shape = column.shape as readonly number[] | undefined;
  if (letter === 'A') return { layout: 'strided', bytes, offset, stride, width: field.stringWidth };
  if (isRaw(field)) {
    const nulls = matchNull(field, block);
    if (shape === undefined || nulls === undefined) {
      return { layout: 'strided', bytes, offset, stride, width, nulls };
    }
  }
  const { size, perElement } = parts(field);
  const perRow = field.repeat * perElement;
  const place: Place =
    perRow === 1
      ? (row) => offset + row * stride
      : (i) => offset + Math.floor(i / perRow) * stride + (i % perRow) * size;
  let decoded: Decoded;
  if (letter === 'X') decoded = decodeBits(bytes, (row) => offset + row * stride, rows, perRow);
  else if (letter === 'L') decoded = decodeLogical(bytes, place, rows * perRow, perRow);
  else decoded = decodeNumbers(field, bytes, place, rows * perRow);
  const { values, nulls } = decoded;
  if (shape === undefined) {
    return Array.isArray(values) || column.type === 'numeric'
      ? { layout: 'values', values: values as ArrayLike<unknown>, nulls }
      : { layout: 'typed', values: values as Elements, nulls };
  }
  if (nulls === undefined && !Array.isArray(values)) return { layout: 'typed', values };
  const logical = column.type === 'boolean';
  return {
    layout: 'values',
    values: Array.from({ length: rows }, (_, row) =>
      nest(plainElements(decoded, row * perRow, perRow, logical), shape),
    ),
  };
}

/** One array of the heap, `bytes` long enough for its `count` elements: a list, or the bytes of a text. */
export function heapValue(field: Field, bytes: Buffer, count: number): unknown {
  const { letter } = field;
  if (letter === 'A') {
    const end = bytes.indexOf(0);
    return end < 0 ? bytes : bytes.subarray(0, end);
  }
  const { size, perElement } = parts(field);
  const total = count * perElement;
  if (letter === 'X')
    return plainElements(
      decodeBits(bytes, () => 0, 1, count),
      0,
      count,
      true,
    );
  if (letter === 'L') {
    return plainElements(
      decodeLogical(bytes, (i) => i, count, Math.max(count, 1)),
      0,
      count,
      true,
    );
  }
  const decoded = decodeNumbers(field, bytes, (i) => i * size, total);
  if (decoded.nulls === undefined && !Array.isArray(decoded.values)) return decoded.values;
  return plainElements(decoded, 0, total, false);
}
