import type { OpenFile, TableReader, Vector } from '../../src/formats/table.ts';
import { FormatError } from '../../src/formats/table.ts';

function valueAt(vector: Vector, row: number): unknown {
  if (vector.nulls?.[row]) return null;
  if (vector.layout === 'strided') throw new TypeError('strided vectors have readers of their own');
  return vector.values[row] ?? null;
}

/** A table's rows as arrays of values. */
export async function rowsOf(table: TableReader, columns?: readonly string[]): Promise<unknown[][]> {
  const rows: unknown[][] = [];
  for await (const batch of table.batches(columns)) {
    for (let row = 0; row < batch.rows; row++) rows.push(batch.vectors.map((vector) => valueAt(vector, row)));
  }
  return rows;
}

/** The values of a file's first column. */
export async function valuesOf(file: OpenFile): Promise<unknown[]> {
  return (await rowsOf(file.tables[0])).map(([value]) => value);
}

/** The error by which a file is refused. */
export async function refusalOf(reading: Promise<unknown>): Promise<FormatError> {
  try {
    await reading;
  } catch (error) {
    if (error instanceof FormatError) return error;
    throw error;
  }
  throw new Error('the file was read');
}
