/** Access to single values of a vector, whatever its layout, and the copies that need no access to single values. */
import type { Column, ElementType, Vector } from '../../formats/table.ts';

export type Strided = Extract<Vector, { layout: 'strided' }>;
export type Typed = Extract<Vector, { layout: 'typed' }>;

/** The value of element `index`; elements of fixed-shape columns are counted through, row after row. */
export type Accessor = (index: number) => unknown;

export const elementBytes: Readonly<Partial<Record<ElementType, number>>> = {
  ...{ int16: 2, int32: 4, int64: 8, float32: 4, float64: 8 },
};

/** Elements a row of a column has: 1 for a scalar; undefined where rows differ. */
export function elementsPerRow({ shape }: Column): number | undefined {
  if (shape === undefined) return 1;
  return shape === 'ragged' ? undefined : shape.reduce((product, axis) => product * axis, 1);
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** The field without the blanks and NUL bytes that pad it. */
export function trimmedLength(bytes: Uint8Array, start: number, width: number): number {
  let end = start + width;
  while (end > start && (bytes[end - 1] === 0x20 || bytes[end - 1] === 0)) end--;
  return end - start;
}

function stridedAccessor(type: ElementType, vector: Strided, perRow: number, padded: boolean): Accessor {
  const { bytes, offset, stride, width } = vector;
  if (type === 'text') {
    const start = (i: number) => offset + Math.floor(i / perRow) * stride + (i % perRow) * width;
    return (i) => {
      const at = start(i);
      return bytes.subarray(at, at + (padded ? width : trimmedLength(bytes, at, width)));
    };
  }
  const view = viewOf(bytes);
  const size = elementBytes[type]!;
  const place =
    perRow === 1
      ? (i: number) => offset + i * stride
      : (i: number) => offset + Math.floor(i / perRow) * stride + (i % perRow) * size;
  switch (type) {
    case 'int16':
      return (i) => view.getInt16(place(i));
    case 'int32':
      return (i) => view.getInt32(place(i));
    case 'int64':
      return (i) => view.getBigInt64(place(i));
    case 'float32':
      return (i) => view.getFloat32(place(i));
    case 'float64':
      return (i) => view.getFloat64(place(i));
    default:
      throw new TypeError(`${type} has no strided layout`);
  }
}

const integers: readonly ElementType[] = ['int16', 'int32', 'int64'];
const reals: readonly ElementType[] = ['float32', 'float64'];

/** Values of the 'values' layout in the one form that the codecs expect; what does not fit passes as it is. */
export function normalized(type: ElementType, value: unknown): unknown {
  if (type === 'int64' && typeof value === 'number' && Number.isInteger(value)) return BigInt(value);
  if (type !== 'int64' && integers.includes(type) && typeof value === 'bigint') return Number(value);
  if (reals.includes(type) && typeof value === 'bigint') return Number(value);
  if (type === 'numeric' && (typeof value === 'number' || typeof value === 'bigint')) return String(value);
  return value;
}

/** Why a JavaScript value is not one of a column's type, or undefined. */
export function mismatch(type: ElementType, value: unknown): string | undefined {
  const wanted =
    type === 'int64'
      ? 'bigint'
      : integers.includes(type) || reals.includes(type)
        ? 'number'
        : type === 'boolean'
          ? 'boolean'
          : type === 'numeric'
            ? 'string'
            : undefined;
  if (wanted === undefined || typeof value === wanted) return undefined;
  return `${JSON.stringify(value) ?? String(value)} is not of type ${type}`;
}

/**
 * Reads single elements of a vector, from row `first` on.
 * @param padded text keeps its padding, for targets that take bytes
 */
export function accessorOf(
  type: ElementType,
  vector: Exclude<Vector, { layout: 'values' }>,
  first: number,
  perRow: number,
  padded = false,
): Accessor {
  const skipped = first * perRow;
  if (vector.layout === 'strided') {
    const read = stridedAccessor(type, vector, perRow, padded);
    return skipped === 0 ? read : (i) => read(i + skipped);
  }
  const { values } = vector;
  if (type === 'boolean') return (i) => values[i + skipped] !== 0;
  return (i) => values[i + skipped];
}

/** Which rows' fields are written where: the field of row i begins at starts[i] + shift, absent ones have none. */
export interface Places {
  readonly starts: Int32Array;
  readonly shift: number;
  readonly rows: number;
  /** lengths[i] < 0 marks rows without a field's bytes: NULL or left out. */
  readonly lengths: Int32Array | undefined;
}

/** How a row's elements are spread in its field: `step` bytes from one to the next. */
export interface Spread {
  readonly perRow: number;
  readonly step: number;
}

/**
 * Copies big-endian elements unchanged. Whole 32-bit words are moved, never a double: the bits of a 64-bit integer
 * or of a NaN arrive as they were.
 */
export function copyStrided(
  source: Strided,
  first: number,
  size: number,
  out: DataView,
  places: Places,
  spread: Spread,
): void {
  const { starts, shift, rows, lengths } = places;
  const { perRow, step } = spread;
  const view = viewOf(source.bytes);
  const { stride } = source;
  const origin = source.offset + first * stride;
  for (let row = 0, from = origin; row < rows; row++, from += stride) {
    if (lengths !== undefined && lengths[row]! < 0) continue;
    let to = starts[row]! + shift;
    for (let at = from, end = from + perRow * size; at < end; at += size, to += step) {
      if (size === 8) {
        out.setInt32(to, view.getInt32(at));
        out.setInt32(to + 4, view.getInt32(at + 4));
      } else if (size === 4) out.setInt32(to, view.getInt32(at));
      else out.setInt16(to, view.getInt16(at));
    }
  }
}

const littleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** Copies machine-order elements into big-endian ones, in 32-bit words as well. */
export function copyTyped(
  source: Typed,
  first: number,
  size: number,
  out: DataView,
  places: Places,
  spread: Spread,
): void {
  const { starts, shift, rows, lengths } = places;
  const { perRow, step } = spread;
  const { values } = source;
  const width = size === 2 ? 2 : 4;
  const words =
    width === 2
      ? new Int16Array(values.buffer, values.byteOffset, values.byteLength / 2)
      : new Int32Array(values.buffer, values.byteOffset, values.byteLength / 4);
  const high = littleEndian ? 1 : 0;
  for (let row = 0, index = first * perRow; row < rows; row++, index += perRow) {
    if (lengths !== undefined && lengths[row]! < 0) continue;
    let to = starts[row]! + shift;
    for (let element = index; element < index + perRow; element++, to += step) {
      if (size === 8) {
        out.setInt32(to, words[element * 2 + high]!);
        out.setInt32(to + 4, words[element * 2 + 1 - high]!);
      } else if (size === 4) out.setInt32(to, words[element]!);
      else out.setInt16(to, words[element]!);
    }
  }
}
