/**
 * Batches of columns become the rows of COPY … FROM STDIN (FORMAT BINARY). What is written follows the target's
 * catalog, never the file alone: COPY BINARY checks nothing but lengths, so that the bits of a double would load
 * as a bigint without a word.
 */
import type { Batch, Column } from '../../formats/table.ts';
import type { TargetColumn } from '../catalog.ts';
import { BlockArena } from './arena.ts';
import { ColumnEncoder, type Prepared } from './columns.ts';
import { viewOf } from './vectors.ts';

/** A row that was left out, with the file's row number from 1. */
export interface Refusal {
  readonly row: number;
  readonly column: string;
  readonly reason: string;
}

/** A block of whole rows; its memory is used again for later blocks, as a COPY's window allows. */
export interface EncodedBlock {
  readonly bytes: Buffer;
  /** Rows in it. */
  readonly rows: number;
  /** Rows of the batch that it stands for, with those that were refused. */
  readonly rowsRead: number;
  readonly refusals: readonly Refusal[];
}

/** Blocks are about this long: a system call's price vanishes, and the block stays in the processor's cache. */
const blockBytes = 1 << 18;
const mostRows = 1 << 13;
/**
 * What a field is taken for when the first block's rows are counted: text and arrays may be long, and a first block
 * of a few rows costs nothing.
 */
const assumedBytes = { fixed: 12, varying: 1 << 12 };

/** The 11 bytes of signature, no flags, no header extension. */
export const copyHeader: Buffer = Buffer.from('PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0', 'latin1');
/** A field count of -1 ends the rows. */
export const copyTrailer: Buffer = Buffer.from([0xff, 0xff]);

export class RowEncoder {
  readonly #columns: readonly ColumnEncoder[];
  readonly #arena = new BlockArena();
  /** As the block before had them; a guess at first. */
  #rowBytes: number;

  /**
   * @param pairs the file's columns with the target's, in the order of the COPY statement's column list
   * @param textual scalars may cross as their text, to be read as the target's type
   * @throws TypeMismatch
   */
  constructor(pairs: readonly { readonly column: Column; readonly target: TargetColumn }[], textual = false) {
    this.#columns = pairs.map(({ column, target }) => new ColumnEncoder(column, target, textual));
    this.#rowBytes = this.#columns.reduce(
      (sum, { isFixed }) => sum + (isFixed ? assumedBytes.fixed : assumedBytes.varying),
      0,
    );
  }

  /** The rows of a batch in blocks; its vectors are in the order of the pairs. */
  *blocks(batch: Batch): Generator<EncodedBlock> {
    for (let first = 0; first < batch.rows; ) {
      const left = batch.rows - first;
      const parts = Math.max(Math.ceil((left * this.#rowBytes) / blockBytes), Math.ceil(left / mostRows));
      const rows = Math.ceil(left / parts);
      const block = this.#block(batch, first, rows);
      if (block.rows > 0) this.#rowBytes = block.bytes.length / block.rows;
      yield block;
      first += rows;
    }
  }

  #block(batch: Batch, first: number, rows: number): EncodedBlock {
    const refused = new Map<number, Refusal>();
    const prepared = this.#columns.map((encoder, i) =>
      encoder.prepare(batch.vectors[i]!, first, rows, (row, reason) => {
        if (refused.has(row)) return;
        refused.set(row, { row: batch.firstRow + first + row + 1, column: encoder.column.name, reason });
      }),
    );
    const refusals = [...refused.values()].sort((a, b) => a.row - b.row);
    const uniform = refusals.length === 0 && prepared.every(({ width }) => width !== undefined);
    const bytes = uniform
      ? uniformRows(prepared, rows, this.#arena)
      : unevenRows(prepared, rows, refused, this.#arena);
    return { bytes, rows: rows - refusals.length, rowsRead: rows, refusals };
  }
}

/** Rows of one length: the first is laid out once and repeated, then each column writes its values over it. */
function uniformRows(prepared: readonly Prepared[], rows: number, arena: BlockArena): Buffer {
  const rowBytes = prepared.reduce((sum, { width }) => sum + 4 + width!, 2);
  const out = arena.take(rowBytes * rows);
  const view = viewOf(out);
  view.setInt16(0, prepared.length);
  let at = 2;
  const shifts: number[] = [];
  for (const { width, pattern } of prepared) {
    view.setInt32(at, width!);
    shifts.push(at + 4);
    if (pattern !== undefined) out.set(pattern, at + 4);
    at += 4 + width!;
  }
  for (let filled = rowBytes; filled < out.length; filled *= 2) out.copyWithin(filled, 0, filled);
  const starts = new Int32Array(rows);
  for (let row = 0, start = 0; row < rows; row++, start += rowBytes) starts[row] = start;
  for (const [i, column] of prepared.entries()) {
    column.write(out, view, { starts, shift: shifts[i]!, rows, lengths: undefined });
  }
  return out;
}

/** Marks a row that is left out, beside -1 for NULL. */
const leftOut = -2;

/** Rows of different lengths, without the refused ones: each row keeps a cursor that every column moves on. */
function unevenRows(
  prepared: readonly Prepared[],
  rows: number,
  refused: ReadonlyMap<number, Refusal>,
  arena: BlockArena,
): Buffer {
  const lengths = prepared.map(({ width, lengths: given }) => {
    const all = given ?? new Int32Array(rows).fill(width!);
    for (const row of refused.keys()) all[row] = leftOut;
    return all;
  });
  const cursors = new Int32Array(rows);
  let total = 0;
  for (let row = 0; row < rows; row++) {
    cursors[row] = total;
    if (refused.has(row)) continue;
    total += 2 + 4 * lengths.length;
    for (const column of lengths) if (column[row]! > 0) total += column[row]!;
  }
  const out = arena.take(total);
  const view = viewOf(out);
  for (let row = 0; row < rows; row++) {
    if (refused.has(row)) continue;
    view.setInt16(cursors[row]!, lengths.length);
    cursors[row]! += 2;
  }
  for (const [i, column] of prepared.entries()) {
    const own = lengths[i]!;
    for (let row = 0; row < rows; row++) {
      const length = own[row]!;
      if (length === leftOut) continue;
      view.setInt32(cursors[row]!, length);
      if (length > 0 && column.pattern !== undefined) out.set(column.pattern, cursors[row]! + 4);
    }
    column.write(out, view, { starts: cursors, shift: 4, rows, lengths: own });
    for (let row = 0; row < rows; row++) {
      const length = own[row]!;
      if (length !== leftOut) cursors[row]! += 4 + Math.max(0, length);
    }
  }
  return out;
}
