/** Fields of COPY BINARY, gathered into typed arrays: one gatherer a column, chosen by the column's type. */
import type { TypedArray } from '../formats/columns.ts';
import type { ElementType } from '../formats/table.ts';

/** A column of a query, by the type that the catalog says. */
export interface OutColumn {
  readonly name: string;
  /** Of pg_type, domains resolved. */
  readonly oid: number;
}

/** A column of a query that has a type that is not read. */
export class UnreadableColumn extends Error {}

/** A piece of what the server sends. */
export interface Piece {
  readonly bytes: Buffer;
  readonly view: DataView;
}

/** Fields of a column as they are gathered. */
export interface Gatherer {
  readonly type: ElementType;
  /** Bytes of a field; -1 for any number. */
  readonly width: number;
  grow(capacity: number): void;
  put(piece: Piece, at: number, length: number, row: number): void;
  values(rows: number): TypedArray | readonly string[];
}

function typed<A extends TypedArray>(
  type: ElementType,
  width: number,
  make: (length: number) => A,
  field: (view: DataView, at: number) => A[number],
  missing: A[number],
): () => Gatherer {
  return () => {
    let values = make(0).fill(missing as never);
    return {
      type,
      width,
      grow(capacity) {
        const grown = make(capacity).fill(missing as never);
        (grown as Uint8Array).set(values as Uint8Array);
        values = grown;
      },
      put({ view }, at, _, row) {
        values[row] = field(view, at);
      },
      values: (rows) => values.slice(0, rows),
    };
  };
}

function textual(
  type: ElementType,
  width: number,
  field: (bytes: Buffer, at: number, length: number) => string,
): () => Gatherer {
  return () => {
    const values: string[] = [];
    return {
      type,
      width,
      grow() {},
      put({ bytes }, at, length, row) {
        while (values.length < row) values.push('');
        values[row] = field(bytes, at, length);
      },
      values(rows) {
        while (values.length < rows) values.push('');
        return values;
      },
    };
  };
}

/** Microseconds between the epochs of Unix and of PostgreSQL. */
const epoch = 946_684_800_000_000n;
const infinities = [-(2n ** 63n), 2n ** 63n - 1n];

function moment(view: DataView, at: number): bigint {
  const value = view.getBigInt64(at);
  return infinities.includes(value) ? value : value + epoch;
}

const text = textual('text', -1, (bytes, at, length) => bytes.toString('utf8', at, at + length));

function uuid(bytes: Buffer, at: number): string {
  return bytes.toString('hex', at, at + 16).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

/** By oids of pg_type. */
const gatherers: Readonly<Record<number, () => Gatherer>> = {
  16: typed(
    'boolean',
    1,
    (n) => new Uint8Array(n),
    (view, at) => view.getUint8(at),
    0,
  ),
  18: text,
  19: text,
  20: typed(
    'int64',
    8,
    (n) => new BigInt64Array(n),
    (view, at) => view.getBigInt64(at),
    0n,
  ),
  21: typed(
    'int16',
    2,
    (n) => new Int16Array(n),
    (view, at) => view.getInt16(at),
    0,
  ),
  23: typed(
    'int32',
    4,
    (n) => new Int32Array(n),
    (view, at) => view.getInt32(at),
    0,
  ),
  25: text,
  114: text,
  700: typed(
    'float32',
    4,
    (n) => new Float32Array(n),
    (view, at) => view.getFloat32(at),
    Number.NaN,
  ),
  701: typed(
    'float64',
    8,
    (n) => new Float64Array(n),
    (view, at) => view.getFloat64(at),
    Number.NaN,
  ),
  1042: text,
  1043: text,
  1114: typed('timestamp', 8, (n) => new BigInt64Array(n), moment, 0n),
  1184: typed('timestamptz', 8, (n) => new BigInt64Array(n), moment, 0n),
  2950: textual('uuid', 16, uuid),
  // One byte of version before the text.
  3802: textual('jsonb', -1, (bytes, at, length) => bytes.toString('utf8', at + 1, at + length)),
};

/** Throws UnreadableColumn. */
export function gathererOf({ name, oid }: OutColumn): Gatherer {
  const make = gatherers[oid];
  if (make === undefined)
    throw new UnreadableColumn(`column ${name} has the type ${oid} of pg_type, which is not read in binary`);
  return make();
}
