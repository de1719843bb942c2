/** A table's rows on their way into a COPY: sentinels made NULL, refused rows left out and counted. */
import { copyHeader, copyTrailer, type Refusal, RowEncoder } from '../db/copy/encoder.ts';
import type { Batch, OpenFile, TableReader } from '../formats/table.ts';
import type { Pair } from './columns.ts';
import { LoadError } from './errors.ts';
import { nullReplacer } from './null_rules.ts';
import type { LoadOptions } from './options.ts';

/** How far a load has come. */
export interface LoadProgress {
  readonly rows: number;
  /** Rows of the file's table, where it says so. */
  readonly of: number | undefined;
}

/** The file's row, from 1, of the `line`-th row sent: refused rows were left out before it. */
function fileRow(line: number, refusals: readonly Refusal[]): number {
  return refusals.reduce((row, refusal) => (refusal.row <= row ? row + 1 : row), line);
}

interface ServerError {
  readonly code?: string;
  readonly where?: string;
  readonly detail?: string;
  readonly hint?: string;
  readonly message: string;
  readonly column?: string;
}

/** What the server refused while it took the rows, with the file's row. */
export function explainServerError(error: unknown, refusals: readonly Refusal[]): unknown {
  const { code, where, message, detail, hint, column } = error as ServerError;
  const place = /^COPY .*, line (\d+)(?:, column (.+?))?(?::|$)/m.exec(where ?? '');
  // Conflicts with other sessions and lost ones (classes 40, 57, 08) are no row's fault.
  if (code === undefined || place === null || /^(40|57|08)/.test(code)) return error;
  const name = place[2] ?? column;
  const row = fileRow(Number(place[1]), refusals);
  return new LoadError(`row ${row}${name === undefined ? '' : `, column "${name}"`}: ${message}`, {
    detail,
    hint,
    cause: error,
  });
}

/** Rows refused up to here are shown when a file is given up. */
const shownRefusals = 20;

/** Encodes a table's rows, block by block, and keeps account of the refused ones. */
export class RowStream {
  readonly refusals: Refusal[] = [];
  rowsRead = 0;
  readonly #batches: AsyncIterable<Batch>;
  readonly #encoder: RowEncoder;
  readonly #most: number;
  readonly #onRows: (rows: number) => void;

  constructor(
    batches: AsyncIterable<Batch>,
    encoder: RowEncoder,
    most: number,
    onRows: (rows: number) => void,
  ) {
    this.#batches = batches;
    this.#encoder = encoder;
    this.#most = most;
    this.#onRows = onRows;
  }

  /** @throws LoadError as soon as more rows are refused than may be */
  async *rows(): AsyncGenerator<Buffer> {
    yield copyHeader;
    for await (const batch of this.#batches) {
      for (const block of this.#encoder.blocks(batch)) {
        this.refusals.push(...block.refusals);
        if (this.refusals.length > this.#most) throw this.#tooMany();
        this.rowsRead += block.rowsRead;
        this.#onRows(this.rowsRead);
        if (block.bytes.length > 0) yield block.bytes;
      }
    }
    yield copyTrailer;
  }

  #tooMany(): LoadError {
    const { row, column, reason } = this.refusals[0]!;
    const first = `row ${row}, column "${column}": ${reason}`;
    if (this.#most === 0) {
      return new LoadError(first, {
        hint: '--max-refused N leaves out up to N such rows and loads the others.',
        refusals: this.refusals.slice(0, shownRefusals),
      });
    }
    return new LoadError(`more than ${this.#most} rows are refused, the first: ${first}`, {
      refusals: this.refusals.slice(0, this.#most + 1),
    });
  }
}

async function* withNullRules(
  batches: AsyncIterable<Batch>,
  apply: (batch: Batch) => Batch,
): AsyncGenerator<Batch> {
  for await (const batch of batches) yield apply(batch);
}

export function rowStream(
  file: OpenFile,
  reader: TableReader,
  pairs: readonly Pair[],
  options: LoadOptions,
  onProgress: (progress: LoadProgress) => void,
): RowStream {
  const columns = pairs.map(({ column }) => column);
  const encoder = new RowEncoder(pairs, file.format === 'csv');
  const { apply } = nullReplacer(columns, options.whereNull);
  const batches = withNullRules(reader.batches(columns.map(({ name }) => name)), apply);
  return new RowStream(batches, encoder, options.maxRefused, (rows) =>
    onProgress({ rows, of: reader.rowCount }),
  );
}
