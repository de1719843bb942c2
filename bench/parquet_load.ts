/** Parquet through `almagest load` against psql's \copy of the same rows in ready-made binary form, uncompressed and with zstd. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { zstdCompressSync } from 'node:zlib';
import { type FileParts, parquetBytes } from '../test/formats/parquet-fixture.ts';
import {
  almagest,
  blocks,
  columnNames,
  compare,
  emptyTable,
  integers,
  psqlCopy,
  rows,
  setUp,
  writeCopyFile,
} from './support/loading.ts';

const rowsPerGroup = 100_000;
const rowsPerPage = 20_000;

/** The rows by column, each little-endian as PLAIN pages have them. */
function columnBytes(): DataView[] {
  const columns = columnNames.map(() => new DataView(new ArrayBuffer(rows * 8)));
  let row = 0;
  for (const view of blocks()) {
    for (let from = 0; from < view.byteLength; row++) {
      for (const column of columns) {
        column.setInt32(8 * row, view.getInt32(from + 4), true);
        column.setInt32(8 * row + 4, view.getInt32(from), true);
        from += 8;
      }
    }
  }
  return columns;
}

function fileParts(columns: readonly DataView[]): FileParts {
  const types = columnNames.map((_, i) => (i < integers ? ('INT64' as const) : ('DOUBLE' as const)));
  const groups: FileParts['groups'][number][] = [];
  for (let first = 0; first < rows; first += rowsPerGroup) {
    const count = Math.min(rowsPerGroup, rows - first);
    const chunks = columns.map((column, i) => {
      const pages = [];
      for (let at = first; at < first + count; at += rowsPerPage) {
        const entries = Math.min(rowsPerPage, first + count - at);
        pages.push({ body: Buffer.from(column.buffer, at * 8, entries * 8), entries });
      }
      return { path: [columnNames[i]!], type: types[i]!, pages };
    });
    groups.push({ rows: count, chunks });
  }
  const fields = columnNames.map((name, i) => ({ name, type: types[i]!, repetition: 'REQUIRED' as const }));
  return { fields, groups };
}

await using bench = await setUp();
const parts = fileParts(columnBytes());
const plain = path.join(bench.directory, 'rows.parquet');
const packed = path.join(bench.directory, 'rows.zstd.parquet');
const copy = path.join(bench.directory, 'rows.pgcopy');
writeFileSync(plain, parquetBytes(parts));
writeFileSync(
  packed,
  parquetBytes({ ...parts, codec: 'ZSTD', compress: (bytes) => zstdCompressSync(bytes) }),
);
await writeCopyFile(copy);
const load = (file: string) =>
  almagest('load', file, '--database', bench.url, '--table', 'bench.star', '--force');
await compare(bench, [
  psqlCopy(bench, copy),
  { name: 'almagest load Parquet', prepare: emptyTable, command: load(plain) },
  { name: 'almagest load Parquet, zstd', prepare: emptyTable, command: load(packed) },
]);
