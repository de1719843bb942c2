import test from 'ava';
import { openParquet } from '../../src/formats/parquet.ts';
import type { TableReader, Vector } from '../../src/formats/table.ts';
import { FormatError } from '../../src/formats/table.ts';
import { dataFiles } from '../support/data_files.ts';
import { dataPath, duckdbTest } from '../support/fixtures.ts';
import { CONVERTED, oneColumn, parquetBytes, plain, temporary } from './parquet-fixture.ts';

/** Rows as the loader sees them: both decoders may choose among the layouts that mean the same. */
async function rowsOf(table: TableReader): Promise<unknown[][]> {
  const valueAt = (vector: Vector, row: number, type: string): unknown => {
    if (vector.nulls?.[row] || vector.layout === 'strided') return null;
    const value: unknown = vector.values[row] ?? null;
    return type === 'boolean' && value !== null ? Boolean(value) : value;
  };
  const rows: unknown[][] = [];
  for await (const { rows: count, vectors } of table.batches()) {
    for (let row = 0; row < count; row++)
      rows.push(vectors.map((vector, i) => valueAt(vector, row, table.columns[i].type)));
  }
  return rows;
}

async function readBy(path: string, decoder: 'own' | 'duckdb'): Promise<unknown[][]> {
  await using file = await openParquet(path, { decoder });
  return await rowsOf(file.tables[0]);
}

const columns: [string, Parameters<typeof oneColumn>][] = [
  ['BOOLEAN', [{ type: 'BOOLEAN' }, [1, null, 0], Buffer.from([0b01])]],
  ['INT8', [{ type: 'INT32', converted: CONVERTED.INT_8 }, [1, null], plain.int32(-128)]],
  ['INT64', [{ type: 'INT64' }, [1, null, 1], plain.int64(9007199254740993n, -(2n ** 63n))]],
  ['UINT64', [{ type: 'INT64', converted: CONVERTED.UINT_64 }, [1], plain.int64(-1n)]],
  ['FLOAT', [{ type: 'FLOAT' }, [1, 1], plain.float(Number.NaN, 0.1)]],
  ['DOUBLE', [{ type: 'DOUBLE' }, [null, 1], plain.double(-Infinity)]],
  ['DATE', [{ type: 'INT32', converted: CONVERTED.DATE }, [1], plain.int32(-1)]],
  ['TIMESTAMP', [{ type: 'INT64', converted: CONVERTED.TIMESTAMP_MILLIS }, [1], plain.int64(-1n)]],
  [
    'DECIMAL',
    [{ type: 'INT32', converted: CONVERTED.DECIMAL, scale: 2, precision: 9 }, [1, 1], plain.int32(-5, 12345)],
  ],
  ['STRING', [{ type: 'BYTE_ARRAY', converted: CONVERTED.UTF8 }, [1, null, 1], plain.bytes('', 'α Cen')]],
];
for (const [name, parts] of columns) {
  duckdbTest(`DuckDB gives the same ${name} values`, async (t) => {
    const file = temporary("it's.parquet", parquetBytes(oneColumn(...parts)));
    t.deepEqual(await readBy(file, 'duckdb'), await readBy(file, 'own'));
  });
}

duckdbTest('DuckDB gives the same rows of every file of the real data', async (t) => {
  for (const file of dataFiles().filter((name) => /\.parq(uet)?$/.test(name))) {
    t.deepEqual(await readBy(dataPath(file), 'duckdb'), await readBy(dataPath(file), 'own'), file);
  }
  t.pass();
});

duckdbTest('what DuckDB cannot read is refused by row and column all the same', async (t) => {
  const body = plain.bytes('good', Buffer.from([0xff, 0xfe]));
  const field = { type: 'BYTE_ARRAY', converted: CONVERTED.UTF8 } as const;
  const file = temporary('x.parquet', parquetBytes(oneColumn(field, [1, 1], body)));
  const error = await t.throwsAsync<FormatError>(readBy(file, 'duckdb'), { instanceOf: FormatError });
  t.like(error, { row: 2, column: 'x' });
});

test('asking for DuckDB where it is not installed is refused by name, and nothing else', async (t) => {
  const file = temporary('x.parquet', parquetBytes(oneColumn({ type: 'INT32' }, [1], plain.int32(7))));
  try {
    t.deepEqual(await readBy(file, 'duckdb'), [[7]]);
  } catch (error) {
    t.true(error instanceof FormatError);
    t.regex((error as FormatError).message, /DuckDB.*not installed/);
  }
});
