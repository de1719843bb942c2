import { isUtf8 } from 'node:buffer';
import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';
import { FormatError } from './table.ts';

/** One record of a delimited text file, its fields in Latin-1 so that a byte is a character: see `utf8`. */
export interface Fields {
  readonly fields: string[];
  /** Whether each field stood in quotes; absent where none did. */
  readonly quoted: readonly boolean[] | undefined;
  /** Line of the file on which it begins, from 1. */
  readonly line: number;
}

export interface Dialect {
  readonly delimiter: string;
  /** Blanks before a field are no part of it, and lines that begin with # are comments: ECSV. */
  readonly loose: boolean;
}

const QUOTE = 34;
const LINE_FEED = 10;
const RETURN = 13;
const SPACE = 32;
const HASH = 35;

/**
 * Streams the bytes of a text file, gunzipped where they are gzip, without a UTF-8 byte-order mark. Raises
 * FormatError for a broken archive and for text that is not of one byte a character (UTF-16, binary).
 */
export async function* textBytes(path: string, isGzip: boolean): AsyncIterable<Buffer> {
  const file = createReadStream(path, { highWaterMark: 1 << 20 });
  const source = isGzip ? file.pipe(createGunzip({ chunkSize: 1 << 20 })) : file;
  if (isGzip) file.on('error', (error) => source.destroy(error));
  let read = 0;
  try {
    for await (const chunk of source as AsyncIterable<Buffer>) {
      const nul = chunk.indexOf(0);
      if (nul >= 0) {
        throw new FormatError(`byte ${read + nul} is zero, so the file is not text`, {
          path,
          byte: read + nul,
          hint: 'It may be UTF-16 or binary: text must be UTF-8.',
        });
      }
      const marked = read === 0 && chunk[0] === 0xef && chunk[1] === 0xbb && chunk[2] === 0xbf;
      read += chunk.length;
      yield marked ? chunk.subarray(3) : chunk;
    }
  } catch (error) {
    if (!isGzip || error instanceof FormatError) throw error;
    const hint = 'It was cut short or is damaged: copy it again.';
    const reason = error instanceof Error ? error.message : String(error);
    throw Object.assign(
      new FormatError(`the gzip stream breaks off after ${read} bytes: ${reason}`, { path, hint }),
      {
        cause: error,
      },
    );
  } finally {
    file.destroy();
  }
}

/** A field as the text it stands for; undefined where its bytes are not UTF-8. */
export function utf8(field: string): string | undefined {
  // Most fields are ASCII, for which the two encodings agree.
  if (!/[\x80-\xff]/.test(field)) return field;
  const bytes = Buffer.from(field, 'latin1');
  return isUtf8(bytes) ? bytes.toString('utf8') : undefined;
}

/**
 * Splits delimited text into records, fed in pieces of any size: RFC 4180 with line ends of any kind, blanks allowed
 * around quotes, and blank lines kept as records of one empty field.
 */
export class RecordSplitter {
  readonly #path: string;
  readonly #delimiter: number;
  readonly #loose: boolean;
  #rest = '';
  #line = 1;
  /** Where the search for the end of an unfinished record goes on, so that it is not scanned again. */
  #pendingQuote = false;

  constructor(path: string, { delimiter, loose }: Dialect) {
    this.#path = path;
    this.#delimiter = delimiter.charCodeAt(0);
    this.#loose = loose;
  }

  /** The records that end in this piece; with `last`, also one that no line end follows. */
  feed(piece: Buffer, last = false): Fields[] {
    const added = piece.toString('latin1');
    this.#rest += added;
    // A quoted field without end would otherwise be scanned again with every piece.
    if (this.#pendingQuote && !last && !added.includes('"')) return [];
    const records: Fields[] = [];
    let at = 0;
    while (at < this.#rest.length) {
      const end = this.#record(at, last, records);
      if (end < 0) break;
      at = end;
    }
    this.#rest = this.#rest.slice(at);
    return records;
  }

  /** Reads the record at `start`, pushes it, and returns where the next one starts; -1 when more text is needed. */
  #record(start: number, last: boolean, records: Fields[]): number {
    const text = this.#rest;
    const fields: string[] = [];
    let quoted: boolean[] | undefined;
    let lines = 0;
    let at = start;
    if (this.#loose && text.charCodeAt(at) === HASH) {
      const end = this.#plainEnd(text, at, -1);
      if (end === text.length && !last) return -1;
      this.#line++;
      return afterLineEnd(text, end, last);
    }
    for (;;) {
      let begin = at;
      while (text.charCodeAt(begin) === SPACE && this.#delimiter !== SPACE) begin++;
      if (this.#loose) while (text.charCodeAt(begin) === SPACE) begin++;
      let end: number;
      if (text.charCodeAt(begin) === QUOTE) {
        const close = this.#closingQuote(text, begin, last);
        if (close < 0) return -1;
        end = this.#plainEnd(text, close + 1, this.#delimiter);
        const inner = text.slice(begin + 1, close).replaceAll('""', '"');
        for (let i = text.indexOf('\n', begin); i >= 0 && i < close; i = text.indexOf('\n', i + 1)) lines++;
        quoted ??= new Array(fields.length).fill(false);
        quoted[fields.length] = true;
        fields.push(inner + text.slice(close + 1, end).trimEnd());
      } else {
        end = this.#plainEnd(text, begin, this.#delimiter);
        if (quoted) quoted[fields.length] = false;
        fields.push(text.slice(this.#loose ? begin : at, end));
      }
      if (end === text.length && !last) return -1;
      if (end < text.length && text.charCodeAt(end) === this.#delimiter) {
        at = end + 1;
        // In a loose dialect blanks at the end of a line do not begin another field.
        if (!this.#loose || !this.#onlyBlanks(text, at)) continue;
        end = this.#plainEnd(text, at, -1);
        if (end === text.length && !last) return -1;
      }
      const next = afterLineEnd(text, end, last);
      if (next < 0) return -1;
      records.push({ fields, quoted, line: this.#line });
      this.#line += lines + 1;
      this.#pendingQuote = false;
      return next;
    }
  }

  #closingQuote(text: string, open: number, last: boolean): number {
    for (let at = open + 1; ; at += 2) {
      at = text.indexOf('"', at);
      if (at >= 0 && text.charCodeAt(at + 1) === QUOTE) continue;
      // A quote at the very end of a piece may be the first of a pair.
      if (at >= 0 && (at + 1 < text.length || last)) return at;
      if (last) {
        throw new FormatError(`a quote on line ${this.#line} is never closed`, {
          path: this.#path,
          hint: 'Close it, or double a quote that belongs to the text.',
        });
      }
      this.#pendingQuote = true;
      return -1;
    }
  }

  #plainEnd(text: string, from: number, delimiter: number): number {
    let at = from;
    for (; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code === delimiter || code === LINE_FEED || code === RETURN) break;
    }
    return at;
  }

  #onlyBlanks(text: string, from: number): boolean {
    if (this.#delimiter !== SPACE) return false;
    let at = from;
    while (text.charCodeAt(at) === SPACE) at++;
    const code = text.charCodeAt(at);
    return at === text.length || code === LINE_FEED || code === RETURN;
  }
}

/** The position after the line end at `at`; -1 where a return may yet be followed by its line feed. */
function afterLineEnd(text: string, at: number, last: boolean): number {
  if (text.charCodeAt(at) !== RETURN) return Math.min(at + 1, text.length);
  if (at + 1 === text.length && !last) return -1;
  return text.charCodeAt(at + 1) === LINE_FEED ? at + 2 : at + 1;
}

/** Streams a file's records in blocks. */
export async function* recordBlocks(
  path: string,
  isGzip: boolean,
  dialect: Dialect,
): AsyncIterable<Fields[]> {
  const splitter = new RecordSplitter(path, dialect);
  for await (const piece of textBytes(path, isGzip)) yield splitter.feed(piece);
  yield splitter.feed(Buffer.alloc(0), true);
}
