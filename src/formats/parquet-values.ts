import { isUtf8 } from 'node:buffer';
import type { SchemaElement } from 'hyparquet';
import { deltaBinaryUnpack, deltaByteArray, deltaLengthByteArray } from 'hyparquet/src/delta.js';
import { byteStreamSplit } from 'hyparquet/src/encoding.js';
import { type TypedArray, typedArray } from './columns.ts';
import type { Leaf, Logical } from './parquet-schema.ts';
import { logicalOf } from './parquet-schema.ts';

/** Values of a leaf without its nulls, in the layout that `Vector` gives for the leaf's element type. */
export type Values = TypedArray | unknown[];

type Raw = Uint8Array | Int32Array | BigInt64Array | Float32Array | Float64Array | Uint8Array[];

/** A value that cannot be read as its column's type, kept in its place until its row is known. */
export class Unreadable {
  readonly reason: string;
  constructor(reason: string) {
    this.reason = reason;
  }
}

/** Decodes `count` values of a page's body in a non-dictionary encoding. */
export function decodeValues(bytes: Uint8Array, count: number, encoding: string, leaf: Leaf): Values {
  return count === 0
    ? emptyValues(leaf, 0)
    : interpret(decodeRaw(bytes, count, encoding, leaf.element), leaf);
}

/** An array to collect `length` values of a leaf in. */
export function emptyValues(leaf: Leaf, length: number): Values {
  return typedArray(leaf.type, length) ?? new Array(length).fill(null);
}

/** Looks dictionary indices up; an index outside the dictionary means a damaged page. */
export function lookUp(dictionary: Values, indices: Int32Array, leaf: Leaf): Values {
  const values = emptyValues(leaf, indices.length) as unknown[];
  const { length } = dictionary;
  for (let i = 0; i < indices.length; i++) {
    const index = indices[i];
    if (index < 0 || index >= length) throw new Error(`dictionary index ${index} of ${length} entries`);
    values[i] = dictionary[index];
  }
  return values as Values;
}

function decodeRaw(bytes: Uint8Array, count: number, encoding: string, element: SchemaElement): Raw {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const reader = { view, offset: 0 };
  switch (encoding) {
    case 'PLAIN':
      return decodePlain(bytes, view, count, element);
    case 'RLE':
      return decodeRleBooleans(bytes, view, count);
    case 'DELTA_BINARY_PACKED': {
      const values = element.type === 'INT32' ? new Int32Array(count) : new BigInt64Array(count);
      deltaBinaryUnpack(reader, count, values);
      return values;
    }
    case 'DELTA_LENGTH_BYTE_ARRAY':
    case 'DELTA_BYTE_ARRAY': {
      const values = new Array<Uint8Array>(count);
      const unpack = encoding === 'DELTA_BYTE_ARRAY' ? deltaByteArray : deltaLengthByteArray;
      unpack(reader, count, values);
      return values;
    }
    case 'BYTE_STREAM_SPLIT':
      return byteStreamSplit(reader, count, element.type!, element.type_length) as Raw;
    default:
      throw new Error(`values in encoding ${encoding} are not supported`);
  }
}

function decodeRleBooleans(bytes: Uint8Array, view: DataView, count: number): Uint8Array {
  const bits = new Uint8Array(count);
  decodeHybrid(bytes, 4, 4 + view.getUint32(0, true), 1, bits);
  return bits;
}

function decodePlain(bytes: Uint8Array, view: DataView, count: number, element: SchemaElement): Raw {
  switch (element.type) {
    case 'BOOLEAN': {
      need(bytes, Math.ceil(count / 8));
      const values = new Uint8Array(count);
      for (let i = 0; i < count; i++) values[i] = (bytes[i >> 3] >> (i & 7)) & 1;
      return values;
    }
    case 'INT32':
      return new Int32Array(aligned(bytes, count * 4, 4), ...span(bytes, count, 4));
    case 'INT64':
      return new BigInt64Array(aligned(bytes, count * 8, 8), ...span(bytes, count, 8));
    case 'FLOAT':
      return new Float32Array(aligned(bytes, count * 4, 4), ...span(bytes, count, 4));
    case 'DOUBLE':
      return new Float64Array(aligned(bytes, count * 8, 8), ...span(bytes, count, 8));
    case 'INT96':
      return pieces(bytes, count, 12);
    case 'FIXED_LEN_BYTE_ARRAY':
      return pieces(bytes, count, element.type_length ?? 0);
    default: {
      const values = new Array<Uint8Array>(count);
      let offset = 0;
      for (let i = 0; i < count; i++) {
        const length = view.getUint32(offset, true);
        offset += 4 + length;
        if (offset > bytes.length)
          throw new Error(`a value of ${length} bytes runs past the end of its page`);
        values[i] = bytes.subarray(offset - length, offset);
      }
      return values;
    }
  }
}

function need(bytes: Uint8Array, size: number): void {
  if (bytes.length < size)
    throw new Error(`the page holds ${bytes.length} bytes of values where ${size} are due`);
}

/** The buffer to view typed values in: the page's own where its offset allows, otherwise a copy. */
function aligned(bytes: Uint8Array, size: number, width: number): ArrayBuffer {
  need(bytes, size);
  return (bytes.byteOffset % width === 0 ? bytes : bytes.slice(0, size)).buffer as ArrayBuffer;
}

function span(bytes: Uint8Array, count: number, width: number): [number, number] {
  return [bytes.byteOffset % width === 0 ? bytes.byteOffset : 0, count];
}

function pieces(bytes: Uint8Array, count: number, width: number): Uint8Array[] {
  need(bytes, count * width);
  return Array.from({ length: count }, (_, i) => bytes.subarray(i * width, (i + 1) * width));
}

/**
 * Decodes the run-length and bit-packed hybrid of levels and dictionary indices from bytes[start, end) into the
 * whole of `output`. Width 0 means all zeros.
 */
export function decodeHybrid(
  bytes: Uint8Array,
  start: number,
  end: number,
  width: number,
  output: Uint8Array | Int32Array,
): void {
  if (end > bytes.length)
    throw new Error(`levels or indices of ${end - start} bytes run past the end of their page`);
  if (width > 32) throw new Error(`bit width ${width}`);
  let at = start;
  let filled = 0;
  while (width > 0 && filled < output.length) {
    let header = 0;
    let shift = 0;
    let byte: number;
    do {
      if (at >= end || shift > 28) throw new Error('a run of levels or indices ends early');
      byte = bytes[at++];
      header |= (byte & 0x7f) << shift;
      shift += 7;
    } while (byte & 0x80);
    if (header & 1) {
      const count = Math.min((header >>> 1) * 8, output.length - filled);
      if (at + Math.ceil((count * width) / 8) > end) throw new Error('a run of levels or indices ends early');
      unpackBits(bytes, at, width, output, filled, count);
      filled += count;
      at += (header >>> 1) * width;
    } else {
      let value = 0;
      for (let i = 0; i < Math.ceil(width / 8); i++) {
        if (at >= end) throw new Error('a run of levels or indices ends early');
        value |= bytes[at++] << (8 * i);
      }
      const stop = Math.min(filled + (header >>> 1), output.length);
      output.fill(value, filled, stop);
      filled = stop;
    }
  }
}

function unpackBits(
  bytes: Uint8Array,
  start: number,
  width: number,
  output: Uint8Array | Int32Array,
  first: number,
  count: number,
): void {
  // A 32-bit accumulator holds a value and the seven bits before it up to this width.
  if (width <= 24) {
    const mask = (1 << width) - 1;
    let held = 0;
    let bits = 0;
    let at = start;
    for (let i = 0; i < count; i++) {
      while (bits < width) {
        held |= bytes[at++] << bits;
        bits += 8;
      }
      output[first + i] = held & mask;
      held >>>= width;
      bits -= width;
    }
    return;
  }
  for (let i = 0; i < count; i++) {
    let value = 0;
    for (let bit = 0; bit < width; bit++) {
      const position = i * width + bit;
      if (bytes[start + (position >> 3)] & (1 << (position & 7))) value |= 1 << bit;
    }
    output[first + i] = value;
  }
}

function interpret(raw: Raw, leaf: Leaf): Values {
  const logical = logicalOf(leaf.element);
  switch (logical.kind) {
    case 'null':
      return new Array(raw.length).fill(null);
    case 'string':
    case 'json':
      return (raw as Uint8Array[]).map(text);
    case 'uuid':
      return (raw as Uint8Array[]).map(uuid);
    case 'float16':
      return Float32Array.from(raw as Uint8Array[], half);
    case 'interval':
      return (raw as Uint8Array[]).map(interval);
    case 'date':
      return raw as Int32Array;
    case 'decimal':
      return Array.from(raw as ArrayLike<number | bigint | Uint8Array>, (value) =>
        decimal(whole(value), logical.scale),
      );
    case 'time':
      return Array.from(raw as ArrayLike<number | bigint>, (value) => timeOfDay(value, logical));
    case 'timestamp':
      return microseconds(raw as BigInt64Array, logical.unit);
    case 'integer':
      return integers(raw as Int32Array | BigInt64Array, leaf, logical);
  }
  return leaf.element.type === 'INT96' ? BigInt64Array.from(raw as Uint8Array[], julianMicroseconds) : raw;
}

function integers(
  raw: Int32Array | BigInt64Array,
  leaf: Leaf,
  logical: Logical & { kind: 'integer' },
): Values {
  if (raw instanceof BigInt64Array) {
    return logical.signed ? raw : Array.from(raw, (value) => BigInt.asUintN(64, value).toString());
  }
  switch (leaf.type) {
    case 'int16':
      return logical.signed ? Int16Array.from(raw) : Int16Array.from(raw, (value) => value & 0xff);
    case 'int64':
      return BigInt64Array.from(Array.from(raw, (value) => BigInt(value >>> 0)));
    default:
      return logical.signed ? raw : Int32Array.from(raw, (value) => value & 0xffff);
  }
}

function text(bytes: Uint8Array): string | Unreadable {
  const decoded = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
  // The decoder puts U+FFFD for what it cannot read, and a text may hold that character in earnest.
  return decoded.includes('\ufffd') && !isUtf8(bytes) ? new Unreadable('text that is not UTF-8') : decoded;
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');
}

function uuid(bytes: Uint8Array): string {
  return hex(bytes).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** IEEE 754 binary16, little-endian. */
function half(bytes: Uint8Array): number {
  const bits = bytes[0] | (bytes[1] << 8);
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** Months, days and milliseconds as an ISO 8601 duration, which PostgreSQL reads as an interval. */
function interval(bytes: Uint8Array): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, 12);
  const [months, days, milliseconds] = [0, 4, 8].map((offset) => view.getUint32(offset, true));
  return `P${months}M${days}DT${(milliseconds / 1000).toFixed(3)}S`;
}

function whole(value: number | bigint | Uint8Array): bigint {
  if (typeof value === 'bigint') return value;
  if (typeof value === 'number') return BigInt(value);
  return value.length === 0 ? 0n : BigInt.asIntN(8 * value.length, BigInt(`0x${hex(value)}`));
}

/** The decimal text of `unscaled` × 10^-scale, all its digits kept. */
export function decimal(unscaled: bigint, scale: number): string {
  if (scale <= 0) return (unscaled * 10n ** BigInt(-scale)).toString();
  const digits = (unscaled < 0n ? -unscaled : unscaled).toString().padStart(scale + 1, '0');
  return `${unscaled < 0n ? '-' : ''}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

const UNITS_PER_SECOND = { MILLIS: 1_000n, MICROS: 1_000_000n, NANOS: 1_000_000_000n };

function timeOfDay(value: number | bigint, { unit, utc }: Logical & { kind: 'time' | 'timestamp' }): string {
  const microseconds = (BigInt(value) * 1_000_000n) / UNITS_PER_SECOND[unit];
  return clock(microseconds) + (utc ? '+00' : '');
}

/** hh:mm:ss with six decimals where there are any. */
export function clock(microseconds: bigint): string {
  const [hours, minutes, seconds] = [3_600_000_000n, 60_000_000n, 1_000_000n].map(
    (size) => microseconds / size,
  );
  const two = (count: bigint) => count.toString().padStart(2, '0');
  const fraction = microseconds % 1_000_000n;
  const tail = fraction === 0n ? '' : `.${fraction.toString().padStart(6, '0')}`;
  return `${two(hours)}:${two(minutes % 60n)}:${two(seconds % 60n)}${tail}`;
}

const LAST_MILLISECOND = 9_223_372_036_854_775n;

function microseconds(raw: BigInt64Array, unit: 'MILLIS' | 'MICROS' | 'NANOS'): BigInt64Array {
  if (unit === 'MICROS') return raw;
  if (unit === 'NANOS') return raw.map((value) => (value < 0n ? value - 999n : value) / 1000n);
  return raw.map((value) => {
    if (value > LAST_MILLISECOND || value < -LAST_MILLISECOND)
      throw new Error(`timestamp ${value} ms is out of range`);
    return value * 1000n;
  });
}

/** INT96: nanoseconds of the day, then the Julian day number, both little-endian. */
function julianMicroseconds(bytes: Uint8Array): bigint {
  const view = new DataView(bytes.buffer, bytes.byteOffset, 12);
  const days = BigInt(view.getInt32(8, true)) - 2_440_588n;
  return days * 86_400_000_000n + view.getBigInt64(0, true) / 1000n;
}
