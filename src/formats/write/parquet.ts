/** Parquet, a row group at a time, in the types that Apache Arrow gives such columns. */
import { brotliCompressSync, constants, gzipSync, zstdCompressSync } from 'node:zlib';
import type { CompressionCodec, SchemaElement, Statistics } from 'hyparquet';
import { ByteWriter, ParquetWriter } from 'hyparquet-writer';
import type { ColumnType, FilePieces, OutputColumn, TextRows } from './columns.ts';

/** What Apache Arrow calls the ways to compress. */
export const parquetCompressions = ['none', 'snappy', 'gzip', 'zstd', 'brotli'] as const;
export type ParquetCompression = (typeof parquetCompressions)[number];

const codecs: Readonly<Record<ParquetCompression, CompressionCodec>> = {
  none: 'UNCOMPRESSED',
  snappy: 'SNAPPY',
  gzip: 'GZIP',
  zstd: 'ZSTD',
  brotli: 'BROTLI',
};

/** Brotli's own default takes a hundred times as long for a few per cent. */
const brotliQuality = 5;

const compressors = {
  GZIP: (bytes: Uint8Array) => gzipSync(bytes),
  ZSTD: (bytes: Uint8Array) => zstdCompressSync(bytes),
  BROTLI: (bytes: Uint8Array) =>
    brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: brotliQuality } }),
};

type Element = Omit<SchemaElement, 'name' | 'repetition_type'>;

/** How Parquet stores each type, and what its writer takes for the server's text. */
const storage: Readonly<Record<ColumnType, { element: Element; value: (text: string) => unknown }>> = {
  boolean: { element: { type: 'BOOLEAN' }, value: (text) => text === 't' },
  // The library writes a logical type of integers in a way that other readers take for a damaged footer.
  int16: { element: { type: 'INT32', converted_type: 'INT_16' }, value: Number },
  int32: { element: { type: 'INT32' }, value: Number },
  int64: { element: { type: 'INT64' }, value: BigInt },
  float64: { element: { type: 'DOUBLE' }, value: Number },
  string: {
    element: { type: 'BYTE_ARRAY', converted_type: 'UTF8', logical_type: { type: 'STRING' } },
    value: (text) => text,
  },
};

/**
 * Gives statistics strings of their own. They are held to the end of the file, and as parts of the text that was read
 * they would hold all of that.
 */
function detach(statistics: Statistics | undefined): void {
  if (typeof statistics?.min_value === 'string')
    statistics.min_value = Buffer.from(statistics.min_value).toString();
  if (typeof statistics?.max_value === 'string')
    statistics.max_value = Buffer.from(statistics.max_value).toString();
}

export interface ParquetOptions {
  readonly compression?: ParquetCompression;
  /** Rows of a row group: what is held in memory at a time. */
  readonly rowGroupRows: number;
  /** Application and version, for the footer. */
  readonly createdBy: string;
}

/** A Parquet file; every column may hold NULL. */
export async function* writeParquet(
  columns: readonly OutputColumn[],
  rows: TextRows,
  { compression = 'snappy', rowGroupRows, createdBy }: ParquetOptions,
): FilePieces {
  const bytes = new ByteWriter();
  const writer = new ParquetWriter({
    writer: bytes,
    schema: [
      { name: 'schema', num_children: columns.length },
      ...columns.map(
        ({ name, type }): SchemaElement => ({
          name,
          repetition_type: 'OPTIONAL',
          ...storage[type].element,
        }),
      ),
    ],
    codec: codecs[compression],
    compressors,
    createdBy,
  });
  // The bytes written so far are handed out as a copy: their buffer is filled again.
  const taken = (): Uint8Array => {
    const piece = bytes.getBytes().slice();
    bytes.index = 0;
    return piece;
  };
  const values = columns.map(({ type }) => storage[type].value);
  let held: unknown[][] = columns.map(() => []);
  let count = 0;
  const group = (): Uint8Array => {
    writer.write({
      columnData: columns.map(({ name }, i) => ({ name, data: held[i] })),
      rowGroupSize: rowGroupRows,
    });
    for (const { meta_data } of writer.row_groups.at(-1)!.columns) detach(meta_data?.statistics);
    held = columns.map(() => []);
    count = 0;
    return taken();
  };
  for await (const batch of rows) {
    for (const row of batch) {
      for (let i = 0; i < values.length; i++) {
        const text = row[i];
        held[i].push(text === null ? null : values[i](text));
      }
      if (++count === rowGroupRows) yield group();
    }
  }
  if (count > 0) yield group();
  writer.finish();
  yield taken();
}
