import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test from 'ava';
import { openParquet } from '../../src/formats/parquet.ts';
import type { OutputColumn, TextRow } from '../../src/formats/write/columns.ts';
import { parquetCompressions, writeParquet } from '../../src/formats/write/parquet.ts';
import { duckdbTest } from '../support/fixtures.ts';
import { rowsOf } from './rows.ts';
import { batchesOf, ugly, uglyColumns, uglyRows, written } from './write_support.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'almagest-parquet-write-'));

async function file(
  name: string,
  columns: readonly OutputColumn[],
  rows: readonly TextRow[],
  options: Partial<Parameters<typeof writeParquet>[2]> = {},
): Promise<string> {
  const target = path.join(folder, name);
  writeFileSync(
    target,
    await written(
      writeParquet(columns, batchesOf(rows), { createdBy: 'a test', rowGroupRows: 10, ...options }),
    ),
  );
  return target;
}

/** The readers' rows: booleans are 1 and 0. */
const values = [
  [1, -32768, -2147483648, 9007199254740993n, 4.02e-7, 'a "b",\n\tα′ \\N'],
  [0, 32767, 2147483647, -(2n ** 63n), Number.NaN, ''],
  [null, null, null, null, null, null],
];

async function read(target: string, decoder: 'own' | 'duckdb') {
  await using opened = await openParquet(target, { decoder });
  const [table] = opened.tables;
  const rows = await rowsOf(table);
  return {
    types: table.columns.map(({ type }) => type),
    rows: rows.map((row) => row.map((value) => (typeof value === 'boolean' ? Number(value) : value))),
  };
}

for (const compression of parquetCompressions) {
  test(`what was written with ${compression} reads back, type and value`, async (t) => {
    const target = await file(`${compression}.parquet`, uglyColumns, uglyRows, { compression });
    const { types, rows } = await read(target, 'own');
    t.deepEqual(types, ['boolean', 'int16', 'int32', 'int64', 'float64', 'text']);
    t.deepEqual(rows, values);
  });
}

duckdbTest('DuckDB reads the same', async (t) => {
  const target = await file('duckdb.parquet', uglyColumns, uglyRows, { compression: 'zstd' });
  t.deepEqual((await read(target, 'duckdb')).rows, values);
});

test('many rows make many row groups', async (t) => {
  const rows = Array.from({ length: 2_501 }, (_, i) => [String(i), i % 3 === 0 ? null : `name ${i % 7}`]);
  const columns = [
    { name: 'i', type: 'int64' },
    { name: 'name', type: 'string' },
  ] as const;
  const target = await file('groups.parquet', columns, rows, { rowGroupRows: 1_000 });
  t.deepEqual(
    (await read(target, 'own')).rows,
    rows.map(([i, name]) => [BigInt(i!), name]),
  );
});

test('a column may hold nothing but NULL, and a file no rows', async (t) => {
  const nulls = await file('nulls.parquet', uglyColumns, [uglyRows[2], uglyRows[2]]);
  t.deepEqual((await read(nulls, 'own')).rows, [values[2], values[2]]);
  const none = await file('none.parquet', uglyColumns, []);
  const { types, rows } = await read(none, 'own');
  t.is(types.length, Object.keys(ugly).length);
  t.deepEqual(rows, []);
});
