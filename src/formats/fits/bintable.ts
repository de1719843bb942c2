/** Reads the rows of a binary table in blocks, and the arrays that its descriptors point to in the heap. */
import { type Batch, type Column, FormatError, type TableReader, type Vector } from '../table.ts';
import { type Field, letterBytes, readFields } from './columns.ts';
import type { Header } from './header.ts';
import type { ByteSource, RandomAccess } from './source.ts';
import { BadField, type Block, heapValue, rowVector } from './vectors.ts';

/** Large enough that a system call costs nothing, small enough for the processor's cache. */
const blockBytes = 1 << 18;
/** Rows of a table without width still come in batches. */
const mostRows = 1 << 16;
/** A block's heap arrays are read in one go when they lie within this. */
const heapWindowBytes = 1 << 25;

interface Descriptor {
  readonly count: number;
  readonly start: number;
  readonly length: number;
}

export class BinaryTable implements TableReader {
  readonly name: string;
  readonly index: number;
  readonly columns: readonly Column[];
  readonly rowCount: number;
  readonly #fields: readonly Field[];
  readonly #header: Header;
  readonly #source: ByteSource;
  readonly #rowBytes: number;
  readonly #heapStart: number;
  readonly #heapBytes: number;

  constructor(header: Header, source: ByteSource) {
    this.#header = header;
    this.#source = source;
    if (header.count('BITPIX') !== 8) throw header.error('a binary table must have BITPIX = 8');
    if (header.count('NAXIS') !== 2) throw header.error('a binary table must have NAXIS = 2');
    this.name = header.text('EXTNAME')?.trim() ?? '';
    this.index = header.index;
    this.rowCount = header.count('NAXIS2');
    this.#rowBytes = header.count('NAXIS1');
    this.#fields = readFields(header);
    this.columns = this.#fields.map(({ column }) => column);
    const mainBytes = this.#rowBytes * this.rowCount;
    const gap = header.count('THEAP', mainBytes) - mainBytes;
    this.#heapBytes = header.count('PCOUNT', 0) - gap;
    this.#heapStart = header.dataStart + mainBytes + gap;
    const usesHeap = this.#fields.some(({ descriptor, width }) => descriptor !== undefined && width > 0);
    if (gap < 0 || (usesHeap && this.#heapBytes < 0)) {
      throw header.error(`THEAP = ${gap + mainBytes} does not lie between the rows' end and the data's end`);
    }
  }

  #error(message: string, row: number, field: Field): FormatError {
    return new FormatError(`HDU ${this.index}: ${message}`, {
      path: this.#source.path,
      row: row + 1,
      column: field.column.name,
      byte: this.#header.dataStart + row * this.#rowBytes + field.offset,
    });
  }

  #chosen(columns: readonly string[] | undefined): Field[] {
    if (columns === undefined) return [...this.#fields];
    return columns.map((name) => {
      const field = this.#fields.find(({ column }) => column.name === name);
      if (field !== undefined) return field;
      throw new FormatError(`HDU ${this.index} has no column "${name}"`, {
        path: this.#source.path,
        column: name,
        hint: `It has: ${this.columns.map((column) => column.name).join(', ')}`,
      });
    });
  }

  async *batches(columns?: readonly string[]): AsyncGenerator<Batch> {
    const fields = this.#chosen(columns);
    const usesHeap = fields.some(({ descriptor, width }) => descriptor !== undefined && width > 0);
    const heap = usesHeap
      ? await this.#source.randomAccess(this.#heapStart, Math.max(0, this.#heapBytes))
      : undefined;
    try {
      for await (const block of this.#blocks()) {
        const vectors: Vector[] = [];
        for (const field of fields) vectors.push(await this.#vector(field, block, heap));
        yield { firstRow: block.firstRow, rows: block.rows, vectors };
      }
    } finally {
      await heap?.[Symbol.asyncDispose]();
    }
  }

  async *#blocks(): AsyncGenerator<Block> {
    const stride = this.#rowBytes;
    const rowsPerBlock =
      stride === 0 ? mostRows : Math.min(mostRows, Math.max(1, Math.floor(blockBytes / stride)));
    if (stride === 0) {
      for (let firstRow = 0; firstRow < this.rowCount; firstRow += rowsPerBlock) {
        const rows = Math.min(rowsPerBlock, this.rowCount - firstRow);
        yield { bytes: Buffer.alloc(0), stride, rows, firstRow };
      }
      return;
    }
    let firstRow = 0;
    const length = stride * this.rowCount;
    for await (const bytes of this.#source.blocks(this.#header.dataStart, length, stride * rowsPerBlock)) {
      const rows = bytes.length / stride;
      yield { bytes, stride, rows, firstRow };
      firstRow += rows;
    }
  }

  async #vector(field: Field, block: Block, heap: RandomAccess | undefined): Promise<Vector> {
    try {
      if (field.descriptor === undefined) return rowVector(field, block);
      return { layout: 'values', values: await this.#heapValues(field, block, heap) };
    } catch (error) {
      if (error instanceof BadField) throw this.#error(error.message, block.firstRow + error.row, field);
      throw error;
    }
  }

  #descriptors(field: Field, block: Block): Descriptor[] {
    const { bytes, stride, rows, firstRow } = block;
    return Array.from({ length: rows }, (_, row) => {
      const at = row * stride + field.offset;
      const [count, start] =
        field.descriptor === 4
          ? [bytes.readInt32BE(at), bytes.readInt32BE(at + 4)]
          : [Number(bytes.readBigInt64BE(at)), Number(bytes.readBigInt64BE(at + 8))];
      const length = field.letter === 'X' ? Math.ceil(count / 8) : count * letterBytes[field.letter];
      if (count === 0) return { count, start: 0, length };
      if (count < 0 || start < 0 || start + length > this.#heapBytes) {
        throw this.#error(
          `an array of ${count} elements at heap byte ${start} leaves the heap of ${this.#heapBytes} bytes`,
          firstRow + row,
          field,
        );
      }
      return { count, start, length };
    });
  }

  async #heapValues(field: Field, block: Block, heap: RandomAccess | undefined): Promise<unknown[]> {
    if (field.width === 0 || heap === undefined) {
      return Array.from({ length: block.rows }, () => heapValue(field, Buffer.alloc(0), 0));
    }
    const descriptors = this.#descriptors(field, block);
    const filled = descriptors.filter(({ count }) => count > 0);
    const first = filled.reduce((least, { start }) => Math.min(least, start), Number.POSITIVE_INFINITY);
    const last = filled.reduce((most, { start, length }) => Math.max(most, start + length), 0);
    const together = filled.length > 0 && last - first <= heapWindowBytes;
    const window = together ? await heap.read(this.#heapStart + first, last - first) : undefined;
    const values: unknown[] = [];
    for (const [row, { count, start, length }] of descriptors.entries()) {
      let bytes: Buffer = Buffer.alloc(0);
      if (count > 0) {
        bytes =
          window?.subarray(start - first, start - first + length) ??
          (await heap.read(this.#heapStart + start, length));
        if (bytes.length < length) {
          throw this.#error(
            `the file ends inside the array at heap byte ${start}`,
            block.firstRow + row,
            field,
          );
        }
      }
      values.push(this.#heapValue(field, bytes, count, block.firstRow + row));
    }
    return values;
  }

  #heapValue(field: Field, bytes: Buffer, count: number, row: number): unknown {
    try {
      return heapValue(field, bytes, count);
    } catch (error) {
      if (error instanceof BadField) throw this.#error(error.message, row, field);
      throw error;
    }
  }
}
