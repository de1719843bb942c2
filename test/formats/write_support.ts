/** Rows for the writers of files, and what they wrote. */
import type {
  ColumnType,
  FilePieces,
  OutputColumn,
  TextRow,
  TextRows,
} from '../../src/formats/write/columns.ts';

export async function* batchesOf(rows: readonly TextRow[], size = 2): TextRows {
  for (let i = 0; i < rows.length; i += size) yield rows.slice(i, i + size);
}

export async function written(pieces: FilePieces): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const piece of pieces) parts.push(Buffer.from(piece as Uint8Array));
  return Buffer.concat(parts);
}

/** Every type with its ugly values, as the server writes them. */
export const ugly: Readonly<Record<ColumnType, TextRow>> = {
  boolean: ['t', 'f', null],
  int16: ['-32768', '32767', null],
  int32: ['-2147483648', '2147483647', null],
  int64: ['9007199254740993', '-9223372036854775808', null],
  float64: ['4.02e-07', 'NaN', null],
  string: ['a "b",\n\tα′ \\N', '', null],
};

export const uglyColumns: readonly OutputColumn[] = Object.keys(ugly).map((type) => ({
  name: type,
  type: type as ColumnType,
}));

export const uglyRows: readonly TextRow[] = [0, 1, 2].map((i) =>
  Object.values(ugly).map((values) => values[i]),
);
