import { stat } from 'node:fs/promises';
import { chosenColumns } from './columns.ts';
import { startsWithGzip } from './csv.ts';
import type { Fields } from './csv-records.ts';
import { recordBlocks, textBytes, utf8 } from './csv-records.ts';
import type { Header, HeaderColumn, SerializedColumn } from './ecsv-header.ts';
import { parseHeader } from './ecsv-header.ts';
import type { Reading } from './ecsv-values.ts';
import { readingOf, vectorOf } from './ecsv-values.ts';
import type { Batch, Column, OpenFile, TableReader, Vector } from './table.ts';
import { FormatError } from './table.ts';

/** The longest header that is read for one. */
const HEADER_BYTES = 64 << 20;

/**
 * Opens an ECSV file (APE 6), gzip or plain; only its header is read until batches are asked for.
 *
 * A missing value, an empty field whether in quotes or not, is NULL; so is a value whose mask column says so, and
 * then an empty text stays one. Time columns of scale UTC are timestamptz, of another scale timestamp; arrays of one
 * shape are arrays, JSON columns jsonb. Raises FormatError for a header that is not ECSV's, by row and column for
 * values that are not of their datatype.
 */
export async function openEcsv(path: string): Promise<OpenFile> {
  const { size } = await stat(path);
  const isGzip = await startsWithGzip(path);
  const header = await readHeader(path, isGzip);
  return {
    format: 'ecsv',
    path,
    bytes: size,
    tables: [new EcsvTable(path, isGzip, header)],
    others: [],
    [Symbol.asyncDispose]: async () => {},
  };
}

async function readHeader(path: string, isGzip: boolean): Promise<Header> {
  const refuse = (reason: string, cause?: unknown) =>
    Object.assign(
      new FormatError(`the ECSV header cannot be read: ${reason}`, {
        path,
        hint: 'It must be as in APE 6, ECSV 1.0.',
      }),
      { cause },
    );
  let text = '';
  let lines: string[] = [];
  for await (const piece of textBytes(path, isGzip)) {
    text += piece.toString('latin1');
    lines = text.split(/\r\n|\n|\r/);
    if (lines.slice(0, -1).some((line) => !line.startsWith('#'))) break;
    if (text.length > HEADER_BYTES) throw refuse(`it is longer than ${HEADER_BYTES} bytes`);
  }
  const end = lines.findIndex((line) => !line.startsWith('#'));
  // Lines that begin with two are comments.
  const comments = lines.slice(0, end < 0 ? undefined : end).filter((line) => !line.startsWith('##'));
  if (!/^# %ECSV \d/.test(comments[0] ?? '')) throw refuse('the first line is not "# %ECSV 1.0"');
  const yaml = utf8(
    comments
      .slice(1)
      .map((line) => line.replace(/^# ?/, ''))
      .join('\n'),
  );
  if (yaml === undefined) throw refuse('it is not UTF-8');
  try {
    const header = parseHeader(yaml);
    if (header.delimiter !== ' ' && header.delimiter !== ',') {
      throw new Error(`the delimiter is ${JSON.stringify(header.delimiter)}, not a space or a comma`);
    }
    return header;
  } catch (error) {
    throw refuse(error instanceof Error ? error.message.split('\n')[0] : String(error), error);
  }
}

interface EcsvColumn {
  readonly column: Column;
  readonly reading: Reading;
  readonly field: number;
  /** The field that says whether the value is masked. */
  readonly mask: number | undefined;
}

class EcsvTable implements TableReader {
  readonly name = '';
  readonly index = 0;
  readonly columns: readonly Column[];
  readonly description: string | undefined;
  readonly #path: string;
  readonly #isGzip: boolean;
  readonly #header: Header;
  readonly #columns: readonly EcsvColumn[];

  constructor(path: string, isGzip: boolean, header: Header) {
    this.#path = path;
    this.#isGzip = isGzip;
    this.#header = header;
    this.#columns = planColumns(path, header);
    this.columns = this.#columns.map(({ column }) => column);
    this.description = header.description;
  }

  async *batches(names?: readonly string[]): AsyncIterable<Batch> {
    const columns = chosenColumns(this.#columns, names, this.#path);
    let firstRow = 0;
    for await (const records of this.#dataBlocks()) {
      if (records.length === 0) continue;
      const vectors = columns.map((column) => this.#vector(column, records, firstRow));
      yield { firstRow, rows: records.length, vectors };
      firstRow += records.length;
    }
  }

  async *#dataBlocks(): AsyncIterable<Fields[]> {
    const names = this.#header.columns.map(({ name }) => name);
    let row = -1;
    for await (const block of recordBlocks(this.#path, this.#isGzip, {
      delimiter: this.#header.delimiter,
      loose: true,
    })) {
      const records = block.filter(({ fields, quoted }) => fields.length > 1 || quoted || fields[0] !== '');
      for (const record of records) this.#checkLength(record, ++row, names);
      // The first record repeats the names.
      yield row === records.length - 1 ? records.slice(1) : records;
    }
    if (row < 0)
      throw new FormatError('the file ends before the line that repeats the names of the columns', {
        path: this.#path,
      });
  }

  #checkLength({ fields, line }: Fields, row: number, names: readonly string[]): void {
    if (row === 0) {
      const found = fields.map((field) => utf8(field.trim()) ?? field);
      if (found.length === names.length && found.every((name, i) => name === names[i])) return;
      throw new FormatError(`the names on line ${line} are not the header's`, {
        path: this.#path,
        hint: `The header has ${names.join(', ')}; the line has ${found.join(', ')}.`,
      });
    }
    if (fields.length === names.length) return;
    throw new FormatError(`line ${line} has ${fields.length} fields where the header has ${names.length}`, {
      path: this.#path,
      row,
      hint: 'A field that holds the delimiter must be quoted.',
    });
  }

  #vector(
    { column, reading, field, mask }: EcsvColumn,
    records: readonly Fields[],
    firstRow: number,
  ): Vector {
    const values = records.map(({ fields, quoted }, i) => {
      if (mask !== undefined && /^(true|1)$/i.test(fields[mask])) return null;
      const text = quoted?.[field] ? fields[field] : fields[field].trim();
      // Only a column with a mask of its own can tell an empty text from a missing one.
      if (text === '' && !(mask !== undefined && column.type === 'text')) return null;
      const decoded = utf8(text);
      const value = decoded === undefined ? undefined : reading.parse(decoded);
      if (value !== undefined) return value;
      throw this.#refuse(column, firstRow + i + 1, decoded);
    });
    return vectorOf(reading.column, values);
  }

  #refuse({ name, storedAs }: Column, row: number, text: string | undefined): FormatError {
    const shown = text !== undefined && text.length > 40 ? `${text.slice(0, 40)}…` : text;
    const reason = shown === undefined ? 'the text is not UTF-8' : `"${shown}" is no ${storedAs}`;
    return new FormatError(reason, {
      path: this.#path,
      row,
      column: name,
    });
  }
}

function planColumns(path: string, header: Header): EcsvColumn[] {
  const fieldOf = new Map(header.columns.map(({ name }, i) => [name, i]));
  const owners = new Map<string, SerializedColumn>();
  const masks = new Map<string, number>();
  const maskNames = new Set<string>();
  for (const serialized of header.serialized.values()) {
    for (const [part, name] of serialized.parts) if (part !== 'mask') owners.set(name, serialized);
    const mask = serialized.parts.get('mask');
    const data = serialized.parts.get('data') ?? serialized.parts.get('value');
    if (mask === undefined || data === undefined || !fieldOf.has(mask) || !fieldOf.has(data)) continue;
    masks.set(data, fieldOf.get(mask)!);
    maskNames.add(mask);
  }
  return header.columns
    .map((column, field) => planColumn(path, column, field, owners.get(column.name), masks.get(column.name)))
    .filter(({ column }) => !maskNames.has(column.name));
}

function planColumn(
  path: string,
  header: HeaderColumn,
  field: number,
  owner: SerializedColumn | undefined,
  mask: number | undefined,
): EcsvColumn {
  const reading = readingOf(header, owner);
  if (!reading) {
    const type = header.subtype ? `${header.datatype} with subtype ${header.subtype}` : header.datatype;
    throw new FormatError(`column "${header.name}" has the datatype ${type}, which ECSV does not know`, {
      path,
      column: header.name,
      hint: 'ECSV has bool, int8 to int64, uint8 to uint64, float16 to float128 and string.',
    });
  }
  const { name, unit, ucd, description } = header;
  const remarks = Object.fromEntries(
    Object.entries({ unit, ucd, description }).filter(([, text]) => text !== undefined),
  );
  return { field, mask, reading, column: { name, nullable: true, ...remarks, ...reading.column } };
}
