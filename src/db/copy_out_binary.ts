/** Rows out of the server by COPY BINARY, as columns of typed arrays: what a program computes with. */
import type pg from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import type { TypedArray } from '../formats/columns.ts';
import type { ElementType } from '../formats/table.ts';
import {
  type Gatherer,
  gathererOf,
  type OutColumn,
  type Piece,
  UnreadableColumn,
} from './copy_out_fields.ts';

export { type OutColumn, UnreadableColumn } from './copy_out_fields.ts';

/** A column of rows that were read: int8 as BigInt64Array, boolean as Uint8Array of 0 and 1, text as strings. */
export interface ReadColumn {
  readonly name: string;
  readonly type: ElementType;
  /** Where a value is NULL: NaN, 0 or the empty string. */
  readonly values: TypedArray | readonly string[];
  /** 1 where a value is NULL; absent where none is. */
  readonly nulls?: Uint8Array;
}

/** Rows that were read, column by column. */
export class ReadTable {
  readonly rows: number;
  readonly columns: readonly ReadColumn[];

  constructor(rows: number, columns: readonly ReadColumn[]) {
    this.rows = rows;
    this.columns = columns;
  }

  /** Throws RangeError for a column that there is not. */
  column(name: string): ReadColumn {
    const found = this.columns.find((column) => column.name === name);
    if (!found) throw new RangeError(`there is no column ${name}`);
    return found;
  }

  /** The values of a column of int8, such as ids. Throws TypeError for another type. */
  int64(name: string): BigInt64Array {
    const { values, type } = this.column(name);
    if (values instanceof BigInt64Array) return values;
    throw new TypeError(`${name} is ${type}, not int64`);
  }

  /** The values of a column of float8, NaN where they are NULL. Throws TypeError for another type. */
  float64(name: string): Float64Array {
    const { values, type } = this.column(name);
    if (values instanceof Float64Array) return values;
    throw new TypeError(`${name} is ${type}, not float64`);
  }
}

/** Rows that are gathered from pieces, which end anywhere. */
class Rows {
  readonly #columns: readonly OutColumn[];
  readonly #gatherers: readonly Gatherer[];
  readonly #nulls: (Uint8Array | undefined)[];
  #capacity = 0;
  #rows = 0;
  #rest: Buffer = Buffer.alloc(0);
  #begun = false;

  constructor(columns: readonly OutColumn[]) {
    this.#columns = columns;
    this.#gatherers = columns.map(gathererOf);
    this.#nulls = columns.map(() => undefined);
  }

  push(bytes: Buffer): void {
    const all = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
    const piece = { bytes: all, view: new DataView(all.buffer, all.byteOffset, all.byteLength) };
    let at = this.#begun ? 0 : this.#header(piece);
    if (at < 0) {
      this.#rest = all;
      return;
    }
    for (;;) {
      const next = this.#row(piece, at);
      if (next < 0) break;
      at = next;
    }
    this.#rest = all.subarray(at);
  }

  finish(): ReadTable {
    return new ReadTable(
      this.#rows,
      this.#columns.map(({ name }, i) => {
        const { type, values } = this.#gatherers[i];
        const nulls = this.#nulls[i]?.slice(0, this.#rows);
        return { name, type, values: values(this.#rows), ...(nulls === undefined ? {} : { nulls }) };
      }),
    );
  }

  /** Where the rows begin: behind the signature, the flags and an extension; -1 where that is still to come. */
  #header({ view }: Piece): number {
    if (view.byteLength < 19) return -1;
    const end = 19 + view.getInt32(15);
    if (view.byteLength < end) return -1;
    this.#begun = true;
    return end;
  }

  /** Reads the row at a place; gives where the next begins, or -1 where this one is not complete or there is none. */
  #row(piece: Piece, start: number): number {
    const { view } = piece;
    const end = view.byteLength;
    if (start + 2 > end) return -1;
    const fields = view.getInt16(start);
    if (fields === -1) return -1;
    const gatherers = this.#gatherers;
    if (fields !== gatherers.length)
      throw new UnreadableColumn(`a row has ${fields} fields, the query ${gatherers.length} columns`);
    const row = this.#rows;
    if (row === this.#capacity) this.#grow();
    let at = start + 2;
    for (let i = 0; i < fields; i++) {
      if (at + 4 > end) return -1;
      const length = view.getInt32(at);
      at += 4;
      if (length < 0) {
        this.#null(i, row);
        continue;
      }
      if (at + length > end) return -1;
      const gatherer = gatherers[i];
      if (gatherer.width >= 0 && length !== gatherer.width)
        throw new UnreadableColumn(`a field of ${this.#columns[i].name} has ${length} bytes`);
      gatherer.put(piece, at, length, row);
      at += length;
    }
    this.#rows++;
    return at;
  }

  #null(column: number, row: number): void {
    this.#nulls[column] ??= new Uint8Array(this.#capacity);
    this.#nulls[column][row] = 1;
  }

  #grow(): void {
    this.#capacity = Math.max(1024, 2 * this.#capacity);
    for (const gatherer of this.#gatherers) gatherer.grow(this.#capacity);
    for (const [i, nulls] of this.#nulls.entries()) {
      if (nulls === undefined) continue;
      const grown = new Uint8Array(this.#capacity);
      grown.set(nulls);
      this.#nulls[i] = grown;
    }
  }
}

/**
 * The rows of a query without parameters, whose columns are known. Throws UnreadableColumn for a type that is not
 * read, before the query runs.
 */
export async function copyColumns(
  client: pg.Client,
  query: string,
  columns: readonly OutColumn[],
): Promise<ReadTable> {
  const rows = new Rows(columns);
  for await (const piece of client.query(copyTo(`copy (${query}) to stdout (format binary)`)))
    rows.push(piece as Buffer);
  return rows.finish();
}

/** The rows of any query without parameters. Throws as `copyColumns` does. */
export async function readQuery(client: pg.Client, query: string): Promise<ReadTable> {
  const { fields } = await client.query(`select * from (${query}) as rows limit 0`);
  return copyColumns(
    client,
    query,
    fields.map(({ name, dataTypeID }) => ({ name, oid: dataTypeID })),
  );
}
