import { resolve } from 'node:path';
import type { Batch, Column, Vector } from './table.ts';
import { FormatError } from './table.ts';

/** The parts of `@duckdb/node-api` in use, which need not be installed. */
interface DuckdbModule {
  readonly DuckDBInstance: { create(path: string): Promise<DuckdbInstance> };
}
interface DuckdbInstance {
  connect(): Promise<DuckdbConnection>;
  closeSync(): void;
}
interface DuckdbConnection {
  run(sql: string): Promise<unknown>;
  stream(sql: string): Promise<{ fetchChunk(): Promise<DuckdbChunk | null> }>;
  closeSync(): void;
}
interface DuckdbChunk {
  readonly rowCount: number;
  getColumnVector(index: number): DuckdbVector;
}
interface DuckdbVector {
  readonly itemCount: number;
  readonly items?: Int16Array | Int32Array | BigInt64Array | Float32Array | Float64Array;
  readonly validity?: { itemValid(index: number): boolean };
  getItem(index: number): unknown;
}

/** How DuckDB is asked for a column, so that its vectors hold what ours do. */
const EXPRESSIONS: Partial<Record<Column['type'], (name: string) => string>> = {
  boolean: (name) => name,
  int16: (name) => `${name}::smallint`,
  int32: (name) => `${name}::integer`,
  int64: (name) => `${name}::bigint`,
  float32: (name) => `${name}::float`,
  float64: (name) => `${name}::double`,
  numeric: (name) => `${name}::varchar`,
  text: (name) => `${name}::varchar`,
  uuid: (name) => `${name}::varchar`,
  date: (name) => `${name}::date`,
  timestamp: (name) => `epoch_us(${name})`,
  timestamptz: (name) => `epoch_us(${name})`,
};

/**
 * The batches of a Parquet file as DuckDB decodes them; undefined when a column's type is one that it would hand
 * over differently. Raises FormatError when DuckDB is not installed.
 */
export async function readWithDuckdb(
  path: string,
  columns: readonly Column[],
): Promise<AsyncIterable<Batch> | undefined> {
  const expressions = columns.map(expressionOf);
  // DuckDB's names ignore case, and it takes these characters of a path for wildcards.
  const folded = new Set(columns.map(({ name }) => name.toLowerCase()));
  if (expressions.includes(undefined) || folded.size < columns.length || /[*?[\]{}]/.test(path))
    return undefined;
  const sql = `select ${expressions.join(', ')} from read_parquet(${literal(resolve(path))})`;
  return stream(await importDuckdb(path), sql, columns);
}

function expressionOf(column: Column): string | undefined {
  if (column.shape || column.note || /\b(TIME|INTERVAL|NULL|INT96)\b/.test(column.storedAs)) return undefined;
  return EXPRESSIONS[column.type]?.(`"${column.name.replaceAll('"', '""')}"`);
}

function literal(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}

async function importDuckdb(path: string): Promise<DuckdbModule> {
  // The specifier is no literal because the package need not be there when types are checked.
  const name = '@duckdb/node-api';
  try {
    return (await import(name)) as DuckdbModule;
  } catch (cause) {
    const hint = 'Install @duckdb/node-api, or unset ALMAGEST_PARQUET.';
    throw Object.assign(
      new FormatError('DuckDB, asked for by ALMAGEST_PARQUET, is not installed', { path, hint }),
      { cause },
    );
  }
}

async function* stream(duckdb: DuckdbModule, sql: string, columns: readonly Column[]): AsyncIterable<Batch> {
  const instance = await duckdb.DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  try {
    // One thread: rows come in file order, and the loader's own workers have the other cores.
    await connection.run('set threads = 1');
    const result = await connection.stream(sql);
    let firstRow = 0;
    for (;;) {
      const chunk = await result.fetchChunk();
      if (!chunk || chunk.rowCount === 0) return;
      const rows = chunk.rowCount;
      const vectors = columns.map((_, i) => vectorOf(chunk.getColumnVector(i), rows));
      yield { firstRow, rows, vectors };
      firstRow += rows;
    }
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

function vectorOf(vector: DuckdbVector, rows: number): Vector {
  const { items, validity } = vector;
  if (items === undefined || validity === undefined) {
    return { layout: 'values', values: Array.from({ length: rows }, (_, row) => vector.getItem(row)) };
  }
  const nulls = new Uint8Array(rows);
  let some = false;
  for (let row = 0; row < rows; row++) {
    if (validity.itemValid(row)) continue;
    nulls[row] = 1;
    some = true;
  }
  return some ? { layout: 'typed', values: items, nulls } : { layout: 'typed', values: items };
}
