import { type FileHandle, open } from 'node:fs/promises';
import type { FileMetaData, RowGroup } from 'hyparquet';
import { parquetMetadataAsync, parquetSchema } from 'hyparquet';
import { chosenColumns } from './columns.ts';
import { readWithDuckdb } from './parquet-duckdb.ts';
import { jsonTexts, raggedArrays, UnreadableRow } from './parquet-nested.ts';
import { LeafCursor } from './parquet-pages.ts';
import { tableRemarks } from './parquet-remarks.ts';
import type { ParquetColumn } from './parquet-schema.ts';
import { parquetColumns } from './parquet-schema.ts';
import { Unreadable } from './parquet-values.ts';
import type { Batch, Column, OpenFile, TableReader, Vector } from './table.ts';
import { FormatError } from './table.ts';

/** Bytes of decoded values that a batch aims at, and its most rows. */
const BATCH_BYTES = 8 << 20;
const BATCH_ROWS = 16_384;

type Decoder = 'own' | 'duckdb';

export interface ParquetOptions {
  /**
   * What decodes the values: our own code, or DuckDB where `@duckdb/node-api` is installed and hands over all the
   * columns' types as we do. The environment variable ALMAGEST_PARQUET=duckdb asks for the latter.
   */
  readonly decoder?: Decoder;
}

/**
 * Opens a Parquet file; only its footer is read until batches are asked for. Raises FormatError when the footer is
 * missing or damaged, or the file is encrypted.
 */
export async function openParquet(path: string, options: ParquetOptions = {}): Promise<OpenFile> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const metadata = await readFooter(file, size, path);
    const table = new ParquetTable(file, size, path, metadata, options.decoder ?? preferredDecoder());
    return {
      format: 'parquet',
      path,
      bytes: size,
      tables: [table],
      others: [],
      [Symbol.asyncDispose]: () => file.close(),
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}

function preferredDecoder(): Decoder {
  return process.env.ALMAGEST_PARQUET === 'duckdb' ? 'duckdb' : 'own';
}

async function readFooter(file: FileHandle, size: number, path: string): Promise<FileMetaData> {
  const slice = async (start: number, end = size): Promise<ArrayBuffer> => {
    const bytes = new Uint8Array(end - start);
    const { bytesRead } = await file.read(bytes, 0, bytes.length, start);
    return bytes.buffer.slice(0, bytesRead);
  };
  const magicAt = async (offset: number) => Buffer.from(await slice(offset, offset + 4)).toString('latin1');
  const refuse = (message: string, hint: string, cause?: unknown) =>
    Object.assign(new FormatError(message, { path, hint }), { cause });

  if (size < 12)
    throw refuse(
      `the file has ${size} bytes, too few for a Parquet file`,
      'It is empty or was cut short: copy it again.',
    );
  const [first, last] = [await magicAt(0), await magicAt(size - 4)];
  if (first === 'PARE' || last === 'PARE')
    throw refuse('the file is encrypted Parquet', 'Decrypt it before loading.');
  if (first !== 'PAR1')
    throw refuse('the file does not begin with PAR1 as a Parquet file does', 'It is of another format.');
  if (last !== 'PAR1') {
    throw refuse(
      `the Parquet footer is missing at the end of the file, byte ${size}`,
      'It was cut short or is still being written: copy it again.',
    );
  }
  try {
    const metadata = await parquetMetadataAsync({ byteLength: size, slice }, { geoparquet: false });
    if (metadata.schema.length < 2) throw new Error('it names no columns');
    // Fails for a schema that does not hang together.
    parquetSchema(metadata);
    return metadata;
  } catch (error) {
    throw refuse(
      `the Parquet footer cannot be read: ${reasonOf(error)}`,
      'The file is damaged: copy it again.',
      error,
    );
  }
}

class ParquetTable implements TableReader {
  readonly name = '';
  readonly index = 0;
  readonly columns: readonly Column[];
  readonly rowCount: number;
  readonly description: string | undefined;
  readonly #file: FileHandle;
  readonly #size: number;
  readonly #path: string;
  readonly #metadata: FileMetaData;
  readonly #decoder: Decoder;
  readonly #columns: readonly ParquetColumn[];

  constructor(file: FileHandle, size: number, path: string, metadata: FileMetaData, decoder: Decoder) {
    this.#file = file;
    this.#size = size;
    this.#path = path;
    this.#metadata = metadata;
    this.#decoder = decoder;
    const remarks = tableRemarks(metadata.key_value_metadata ?? []);
    this.#columns = parquetColumns(metadata, path).map(({ node, column }) => ({
      node,
      column: { ...column, ...remarks.columns.get(column.name) },
    }));
    this.columns = this.#columns.map(({ column }) => column);
    // Some writers leave the file's own count at zero.
    this.rowCount = metadata.row_groups.reduce((sum, group) => sum + Number(group.num_rows), 0);
    this.description = remarks.description;
  }

  async *batches(names?: readonly string[]): AsyncIterable<Batch> {
    const columns = chosenColumns(this.#columns, names, this.#path);
    this.#refuseDatasetIndex();
    const types = columns.map(({ column }) => column);
    if (this.#decoder === 'duckdb') {
      const decoded = await readWithDuckdb(this.#path, types);
      if (decoded) {
        yield* this.#checked(decoded, columns);
        return;
      }
    }
    yield* this.#ownBatches(columns);
  }

  /** DuckDB's batches; where it fails, our own reading finds the row and the column. */
  async *#checked(decoded: AsyncIterable<Batch>, columns: readonly ParquetColumn[]): AsyncIterable<Batch> {
    let rows = 0;
    try {
      for await (const batch of decoded) {
        yield batch;
        rows += batch.rows;
      }
      if (rows !== this.rowCount) throw new Error(`DuckDB read ${rows} rows of ${this.rowCount}`);
    } catch (error) {
      for await (const _ of this.#ownBatches(columns));
      throw Object.assign(
        new FormatError(`DuckDB cannot read the file: ${reasonOf(error)}`, { path: this.#path }),
        { cause: error },
      );
    }
  }

  async *#ownBatches(columns: readonly ParquetColumn[]): AsyncIterable<Batch> {
    let firstRow = 0;
    for (const group of this.#metadata.row_groups) {
      yield* this.#group(group, firstRow, columns);
      firstRow += Number(group.num_rows);
    }
  }

  /** A `_metadata` file repeats the footers of a directory of files and holds no rows itself. */
  #refuseDatasetIndex(): void {
    const elsewhere = this.#metadata.row_groups
      .flatMap((group) => group.columns)
      .find((column) => column.file_path);
    if (!elsewhere) return;
    throw new FormatError(
      `the file is the index of a dataset: its ${this.rowCount} rows are in other files`,
      {
        path: this.#path,
        hint: `Load those, the first is ${elsewhere.file_path}.`,
      },
    );
  }

  async *#group(group: RowGroup, firstRow: number, columns: readonly ParquetColumn[]): AsyncIterable<Batch> {
    const rows = Number(group.num_rows);
    // Writers leave nonsense offsets in a group without rows.
    if (rows === 0) return;
    const sources = columns.map((column) => this.#source(column, group, firstRow));
    const bytes = columns
      .flatMap(({ node }) => node.leaves)
      .reduce((sum, leaf) => sum + uncompressed(group, leaf.index), 0);
    const perRow = Math.max(1, bytes / Math.max(rows, 1));
    const step = Math.max(1, Math.min(BATCH_ROWS, Math.floor(BATCH_BYTES / perRow)));
    for (let done = 0; done < rows; done += step) {
      const count = Math.min(step, rows - done);
      const vectors: Vector[] = [];
      for (const source of sources) vectors.push(await source(count));
      yield { firstRow: firstRow + done, rows: count, vectors };
    }
  }

  /** A function that reads the column's next rows in this row group. */
  #source(
    { node, column }: ParquetColumn,
    group: RowGroup,
    firstRow: number,
  ): (rows: number) => Promise<Vector> {
    let row = firstRow;
    const refuse = (error: unknown): never => {
      const unreadable = error instanceof UnreadableRow;
      throw Object.assign(
        new FormatError(reasonOf(error), {
          path: this.#path,
          column: column.name,
          row: unreadable ? row + error.row + 1 : row + 1,
          hint: unreadable
            ? 'Leave the column out with --columns, or mend the file.'
            : 'The file is damaged: copy it again.',
        }),
        { cause: error },
      );
    };
    try {
      const cursors = node.leaves.map(
        (leaf) => new LeafCursor(this.#file, this.#size, group.columns[leaf.index], leaf),
      );
      return async (rows) => {
        try {
          const vector = await readVector(node, cursors, rows);
          row += rows;
          return vector;
        } catch (error) {
          return refuse(error);
        }
      };
    } catch (error) {
      return refuse(error);
    }
  }
}

async function readVector(
  node: ParquetColumn['node'],
  cursors: readonly LeafCursor[],
  rows: number,
): Promise<Vector> {
  if (node.kind === 'leaf') {
    const { values, nulls } = await cursors[0].flat(rows);
    if (!Array.isArray(values)) return { layout: 'typed', values, nulls };
    const unreadable = values.findIndex((value) => value instanceof Unreadable);
    if (unreadable >= 0) throw new UnreadableRow(unreadable, (values[unreadable] as Unreadable).reason);
    return { layout: 'values', values };
  }
  if (node.kind === 'list' && node.item.kind === 'leaf') {
    const arrays = raggedArrays(node, await cursors[0].records(rows), rows);
    arrays.forEach((array, row) => {
      const bad = Array.isArray(array) && array.find((item) => item instanceof Unreadable);
      if (bad) throw new UnreadableRow(row, bad.reason);
    });
    return { layout: 'values', values: arrays };
  }
  const records = [];
  for (const cursor of cursors) records.push(await cursor.records(rows));
  return { layout: 'values', values: jsonTexts(node, records, rows) };
}

function uncompressed(group: RowGroup, leaf: number): number {
  return Number(group.columns[leaf]?.meta_data?.total_uncompressed_size ?? 0n);
}

/** What a failed read says; a slip of the parser on damaged bytes says nothing to the person who loads the file. */
function reasonOf(error: unknown): string {
  if (error instanceof RangeError || error instanceof TypeError)
    return `its bytes make no sense (${error.message})`;
  return error instanceof Error ? error.message : String(error);
}
