/** FITS files made card by card, for tests. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openFits } from '../../src/formats/fits.ts';
import type { Batch, TableReader } from '../../src/formats/table.ts';

const recordBytes = 2880;

function padded(bytes: Buffer, filler: number): Buffer {
  const missing = (recordBytes - (bytes.length % recordBytes)) % recordBytes;
  return Buffer.concat([bytes, Buffer.alloc(missing, filler)]);
}

/** A card: a string in quotes, a number or logical right-aligned; raw text where it is given whole. */
export function card(keyword: string, value: string | number | bigint | boolean, comment = ''): string {
  const text =
    typeof value === 'string'
      ? `'${value.replaceAll("'", "''").padEnd(8)}'`
      : (typeof value === 'boolean' ? (value ? 'T' : 'F') : String(value)).padStart(20);
  return `${keyword.padEnd(8)}= ${text}${comment === '' ? '' : ` / ${comment}`}`;
}

export function header(cards: readonly string[]): Buffer {
  return padded(Buffer.from([...cards, 'END'].map((text) => text.padEnd(80)).join(''), 'latin1'), 0x20);
}

export const primary: Buffer = header([
  card('SIMPLE', true),
  card('BITPIX', 8),
  card('NAXIS', 0),
  card('EXTEND', true),
]);

export interface ColumnCards {
  readonly name?: string;
  readonly form: string;
  /** Further cards without the column's number: { TNULL: -99, TUNIT: 'deg' }. */
  readonly cards?: Readonly<Record<string, string | number | bigint>>;
  readonly comment?: string;
}

export interface TableParts {
  readonly columns: readonly ColumnCards[];
  /** The rows' bytes, each of the same length. */
  readonly rows: readonly Buffer[];
  readonly rowBytes?: number;
  readonly heap?: Buffer;
  /** Bytes between the rows and the heap. */
  readonly gap?: number;
  readonly extra?: readonly string[];
}

/** A binary-table HDU. */
export function binaryTable({ columns, rows, rowBytes, heap, gap = 0, extra = [] }: TableParts): Buffer {
  const width = rowBytes ?? rows[0]?.length ?? 0;
  const main = Buffer.concat(rows);
  const cards = [
    card('XTENSION', 'BINTABLE'),
    card('BITPIX', 8),
    card('NAXIS', 2),
    card('NAXIS1', width),
    card('NAXIS2', rows.length),
    card('PCOUNT', (heap?.length ?? 0) + gap),
    card('GCOUNT', 1),
    card('TFIELDS', columns.length),
    ...(gap > 0 ? [card('THEAP', main.length + gap)] : []),
    ...columns.flatMap(({ name, form, cards: more = {}, comment }, i) => [
      ...(name === undefined ? [] : [card(`TTYPE${i + 1}`, name, comment)]),
      card(`TFORM${i + 1}`, form),
      ...Object.entries(more).map(([keyword, value]) => card(`${keyword}${i + 1}`, value)),
    ]),
    ...extra,
  ];
  return Buffer.concat([
    header(cards),
    padded(Buffer.concat([main, Buffer.alloc(gap), heap ?? Buffer.alloc(0)]), 0),
  ]);
}

/** A file with one binary table. */
export function fitsFile(parts: TableParts): Buffer {
  return Buffer.concat([primary, binaryTable(parts)]);
}

/** A directory for a test's files, gone with the test. */
export function workDirectory(t: { teardown(work: () => void): void }): string {
  const directory = mkdtempSync(join(tmpdir(), 'almagest-test-'));
  t.teardown(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

export function writeFile(directory: string, name: string, bytes: Uint8Array): string {
  const path = join(directory, name);
  writeFileSync(path, bytes);
  return path;
}

export function int16(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(2 * values.length);
  for (const [i, value] of values.entries()) bytes.writeInt16BE(value, 2 * i);
  return bytes;
}

export function int32(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length);
  for (const [i, value] of values.entries()) bytes.writeInt32BE(value, 4 * i);
  return bytes;
}

export function int64(...values: readonly bigint[]): Buffer {
  const bytes = Buffer.alloc(8 * values.length);
  for (const [i, value] of values.entries()) bytes.writeBigInt64BE(value, 8 * i);
  return bytes;
}

export function float32(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length);
  for (const [i, value] of values.entries()) bytes.writeFloatBE(value, 4 * i);
  return bytes;
}

export function float64(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(8 * values.length);
  for (const [i, value] of values.entries()) bytes.writeDoubleBE(value, 8 * i);
  return bytes;
}

export function text(value: string, width: number): Buffer {
  return Buffer.from(value.padEnd(width), 'latin1');
}

/** Text fields and bits as plain values, whatever layout they came in. */
function valuesOf(batch: Batch, reader: TableReader): unknown[][] {
  return batch.vectors.map((vector, index) => {
    const { type, shape } = reader.columns[index]!;
    const perRow = Array.isArray(shape) ? shape.reduce((product, axis) => product * axis, 1) : 1;
    return Array.from({ length: batch.rows }, (_, row) => {
      if (vector.nulls?.[row]) return null;
      if (vector.layout === 'values') return vector.values[row];
      if (vector.layout === 'typed') {
        const own = Array.from(vector.values.subarray(row * perRow, (row + 1) * perRow) as Int32Array);
        const values = type === 'boolean' ? own.map((value) => value === 1) : own;
        return shape === undefined ? values[0] : values;
      }
      const view = new DataView(vector.bytes.buffer, vector.bytes.byteOffset, vector.bytes.byteLength);
      const start = vector.offset + row * vector.stride;
      const element = (i: number): unknown => {
        switch (type) {
          case 'int16':
            return view.getInt16(start + 2 * i);
          case 'int32':
            return view.getInt32(start + 4 * i);
          case 'int64':
            return view.getBigInt64(start + 8 * i);
          case 'float32':
            return view.getFloat32(start + 4 * i);
          case 'float64':
            return view.getFloat64(start + 8 * i);
          default: {
            const at = start + vector.width * i;
            return Buffer.from(vector.bytes.subarray(at, at + vector.width))
              .toString('latin1')
              .replace(/[ \0]*$/, '');
          }
        }
      };
      return shape === undefined ? element(0) : Array.from({ length: perRow }, (_, i) => element(i));
    });
  });
}

/** The values of a table of a file, a list a column. */
export async function readColumns(path: string, index = 1, names?: readonly string[]): Promise<unknown[][]> {
  await using file = await openFits(path);
  const reader = file.tables.find((table) => table.index === index)!;
  const chosen = names?.map((name) => reader.columns.find((column) => column.name === name)!);
  const columns: unknown[][] = (chosen ?? reader.columns).map(() => []);
  for await (const batch of reader.batches(names)) {
    const values = valuesOf(batch, { ...reader, columns: chosen ?? reader.columns });
    for (const [i, column] of values.entries()) columns[i]!.push(...column);
  }
  return columns;
}
