/** What every writer of files takes: columns with types, and rows as the text of the server's COPY. */

export type ColumnType = 'boolean' | 'int16' | 'int32' | 'int64' | 'float64' | 'string';

export interface OutputColumn {
  readonly name: string;
  readonly type: ColumnType;
}

/** A row's values in PostgreSQL's text (`t` and `f`, `4.02e-07`, `Infinity`); null is NULL. */
export type TextRow = readonly (string | null)[];

/** Rows in batches of any size. */
export type TextRows = AsyncIterable<readonly TextRow[]>;

/** Pieces of a file. */
export type FilePieces = AsyncGenerator<string | Uint8Array>;
