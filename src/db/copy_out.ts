/** Rows out of the server by COPY TO STDOUT, in constant memory. */
import type pg from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import type { TextRow, TextRows } from '../formats/write/columns.ts';

const escapes: Readonly<Record<string, string>> = {
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

function cellOf(text: string): string | null {
  if (text === '\\N') return null;
  return text.replace(/\\(.)/gs, (_, character: string) => escapes[character] ?? character);
}

function rowOf(line: string): TextRow {
  const cells: (string | null)[] = line.split('\t');
  if (!line.includes('\\')) return cells;
  for (let i = 0; i < cells.length; i++) {
    const cell = cells[i] as string;
    if (cell.includes('\\')) cells[i] = cellOf(cell);
  }
  return cells;
}

/** The rows in pieces of COPY's text format. */
export async function* copyTextRows(pieces: AsyncIterable<Uint8Array>): TextRows {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  let rest = '';
  for await (const piece of pieces) {
    const lines = (rest + decoder.decode(piece, { stream: true })).split('\n');
    rest = lines.pop()!;
    if (lines.length > 0) yield lines.map(rowOf);
  }
}

/**
 * The rows of a query. Whoever stops before the last row ends the client too: the server still sends.
 */
export async function* copyRows(client: pg.Client, query: string): TextRows {
  yield* copyTextRows(client.query(copyTo(`copy (${query}) to stdout`)));
}
