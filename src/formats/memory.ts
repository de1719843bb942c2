/** A table that a program has in memory, column by column, as a loader reads tables of files. */
import { chosenColumns } from './columns.ts';
import type { Batch, Column, TableReader, Vector } from './table.ts';

export interface MemoryColumn {
  readonly column: Column;
  readonly vector: Vector;
}

export class MemoryTable implements TableReader {
  readonly name: string;
  readonly index = 0;
  readonly columns: readonly Column[];
  readonly rowCount: number;
  readonly #values: readonly MemoryColumn[];

  /** @param rows how many rows each vector has */
  constructor(name: string, values: readonly MemoryColumn[], rows: number) {
    this.name = name;
    this.columns = values.map(({ column }) => column);
    this.rowCount = rows;
    this.#values = values;
  }

  /** All rows in one batch; none where there are none. */
  async *batches(columns?: readonly string[]): AsyncGenerator<Batch> {
    if (this.rowCount > 0) yield this.batch(columns);
  }

  batch(columns?: readonly string[]): Batch {
    const chosen = chosenColumns(this.#values, columns, this.name);
    return { firstRow: 0, rows: this.rowCount, vectors: chosen.map(({ vector }) => vector) };
  }

  /** The same table without a column. */
  without(name: string): MemoryTable {
    return new MemoryTable(
      this.name,
      this.#values.filter(({ column }) => column.name !== name),
      this.rowCount,
    );
  }

  /** The vector of a column; undefined where there is no such column. */
  vector(name: string): Vector | undefined {
    return this.#values.find(({ column }) => column.name === name)?.vector;
  }
}
