/**
 * What every file format gives the loader: tables with typed columns, read in batches of columns.
 *
 * A format module (fits, parquet, ecsv, csv) turns bytes into these; the COPY encoder turns these into rows of
 * a PostgreSQL table whose column types come from the catalog.
 */

/** A column's element type in the file, after the format's own scaling (TZERO, logical types) is taken into account. */
export type ElementType =
  | 'boolean'
  | 'int16'
  | 'int32'
  | 'int64'
  | 'numeric'
  | 'float32'
  | 'float64'
  | 'text'
  | 'bytea'
  | 'date'
  | 'timestamp'
  | 'timestamptz'
  | 'uuid'
  | 'jsonb';

export interface Column {
  readonly name: string;
  readonly type: ElementType;
  /** Array dimensions, slowest first as PostgreSQL nests them; 'ragged' for one dimension of varying length; absent for a scalar. */
  readonly shape?: readonly number[] | 'ragged';
  /** Longest value in characters or bytes where the file fixes it. */
  readonly maxLength?: number;
  readonly nullable: boolean;
  readonly unit?: string;
  readonly ucd?: string;
  readonly description?: string;
  /** What reading changes in the values, for the person who loads them: 'digits below the microsecond are dropped'. */
  readonly note?: string;
  /** The format's own spelling of the type, for people: '1K', 'INT64', 'float64'. */
  readonly storedAs: string;
}

/**
 * The values of one column of a batch, in the layout that the file had them in, so that the encoder can copy
 * bytes. `nulls[i] !== 0` marks row i as NULL whatever the layout holds there. A batch's vectors hold until the
 * next batch is asked for: their buffers may be filled again.
 */
export type Vector =
  /**
   * Fixed-width big-endian fields, `stride` bytes apart: FITS rows, whose bytes are COPY BINARY's. For int16,
   * int32, int64, float32, float64 (with a `shape`: the elements one after another, the last index fastest) and
   * for text, where `width` is one string's and trailing blanks and NUL bytes are padding.
   */
  | {
      readonly layout: 'strided';
      readonly bytes: Uint8Array;
      readonly offset: number;
      readonly stride: number;
      readonly width: number;
      readonly nulls?: Uint8Array;
    }
  /**
   * Machine-order typed arrays, as Parquet readers and parsers make them; with a fixed `shape`, each row's elements
   * one after another. boolean is a Uint8Array of 0 and 1; timestamp and timestamptz a BigInt64Array of
   * microseconds since 1970-01-01 00:00 UTC; date an Int32Array of days since 1970-01-01.
   */
  | {
      readonly layout: 'typed';
      readonly values: Uint8Array | Int16Array | Int32Array | BigInt64Array | Float32Array | Float64Array;
      readonly nulls?: Uint8Array;
    }
  /**
   * JavaScript values: boolean, number, bigint, string, Uint8Array (bytea), arrays of these nested as `shape` says
   * (typed arrays too); null and undefined are NULL, in arrays as well. Text may cross as its bytes, to be checked as
   * UTF-8. Numeric crosses as a decimal string and jsonb as JSON text, so that no digit is lost; timestamps as Date,
   * as ISO 8601 text, or as bigint microseconds since 1970-01-01 00:00 UTC; date as a number of days since then or as
   * ISO text; uuid as text or its 16 bytes.
   * A scalar of any type may cross as its text, as CSV has it, to be read as the target column's type: only so does
   * '1.50' stay '1.50' in a column of text or numeric.
   */
  | { readonly layout: 'values'; readonly values: ArrayLike<unknown>; readonly nulls?: Uint8Array };

export interface Batch {
  /** Number of the first row, from 0, in the table. */
  readonly firstRow: number;
  readonly rows: number;
  /** One per column asked for, in that order. */
  readonly vectors: readonly Vector[];
}

/** One table of a file: a FITS binary-table HDU, a Parquet file, an ECSV or CSV file. */
export interface TableReader {
  /** Its name in the file: EXTNAME, or empty. */
  readonly name: string;
  /** HDU number from 0 (primary); 0 for formats with one table. */
  readonly index: number;
  readonly columns: readonly Column[];
  /** Rows if the file says so before it is read. */
  readonly rowCount?: number;
  /** File-level remarks worth a table comment. */
  readonly description?: string;
  /** Streams the named columns (all by default) in batches, in file order. */
  batches(columns?: readonly string[]): AsyncIterable<Batch>;
}

/** A section of a file that is not a table (an image HDU), for `almagest inspect`. */
export interface OtherSection {
  readonly name: string;
  readonly index: number;
  readonly what: string;
}

export interface OpenFile extends AsyncDisposable {
  readonly format: 'fits' | 'parquet' | 'ecsv' | 'csv';
  readonly path: string;
  readonly bytes: number;
  readonly tables: readonly TableReader[];
  readonly others: readonly OtherSection[];
}

/** Bad input: names where (row from 1, column, byte offset in the file) and what to do about it. */
export class FormatError extends Error {
  readonly path: string;
  readonly row: number | undefined;
  readonly column: string | undefined;
  readonly byte: number | undefined;
  readonly hint: string | undefined;

  constructor(
    message: string,
    where: { path: string; row?: number; column?: string; byte?: number; hint?: string },
  ) {
    super(message);
    this.name = 'FormatError';
    this.path = where.path;
    this.row = where.row;
    this.column = where.column;
    this.byte = where.byte;
    this.hint = where.hint;
  }
}
