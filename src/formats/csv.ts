import { open, stat } from 'node:fs/promises';
import { chosenColumns } from './columns.ts';
import type { Dialect, Fields } from './csv-records.ts';
import { RecordSplitter, recordBlocks, textBytes, utf8 } from './csv-records.ts';
import { TypeGuess } from './csv-types.ts';
import type { Batch, Column, OpenFile, TableReader, Vector } from './table.ts';
import { FormatError } from './table.ts';

const DELIMITERS = [',', '\t', ';', '|'];
const DELIMITER_NAMES: Record<string, string> = {
  ',': 'commas',
  '\t': 'tabs',
  ';': 'semicolons',
  '|': 'bars',
};
const SAMPLE_BYTES = 1 << 16;

/**
 * Opens a delimited text file, gzip or plain, and reads it through once to learn its columns.
 *
 * The first record names the columns, unless all of it is numbers; blank names become column_N and repeated ones get
 * _2, _3. A column has the narrowest of int64, float64, numeric, boolean, date, timestamp, timestamptz and text
 * that keeps every value's meaning: codes with leading zeros stay text, integers past 2^53 never become floats.
 * An empty field and \N are NULL; an empty field in quotes is the empty text, and NULL where the column is not text.
 * Values cross as their text. Raises FormatError for records of another length and bytes that are not UTF-8.
 */
export async function openCsv(path: string): Promise<OpenFile> {
  const { size } = await stat(path);
  const isGzip = await startsWithGzip(path);
  const sample = await readSample(path, isGzip);
  const { delimiter, firstRecords } = sniff(sample.text, sample.whole, path);
  const header = headerOf(firstRecords, path);
  const file: CsvFile = { path, isGzip, dialect: { delimiter, loose: false }, header };
  const { guesses, rows } = await survey(file);
  const columns = header.names.map((name, i): Column => {
    const { type } = guesses[i];
    return { name, type, nullable: true, storedAs: 'text' };
  });
  const description = `Delimited by ${DELIMITER_NAMES[delimiter]}`;
  return {
    format: 'csv',
    path,
    bytes: size,
    tables: [new CsvTable(file, columns, rows, header.names.length > 1 ? description : undefined)],
    others: [],
    [Symbol.asyncDispose]: async () => {},
  };
}

interface Header {
  readonly names: readonly string[];
  /** Records before the data: the names, and comments before them. */
  readonly skip: number;
}

interface CsvFile {
  readonly path: string;
  readonly isGzip: boolean;
  readonly dialect: Dialect;
  readonly header: Header;
}

export async function startsWithGzip(path: string): Promise<boolean> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(2), 0, 2, 0);
    return bytesRead === 2 && buffer[0] === 0x1f && buffer[1] === 0x8b;
  } finally {
    await file.close();
  }
}

async function readSample(path: string, isGzip: boolean): Promise<{ text: Buffer; whole: boolean }> {
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of textBytes(path, isGzip)) {
    pieces.push(piece);
    length += piece.length;
    if (length > SAMPLE_BYTES) return { text: Buffer.concat(pieces), whole: false };
  }
  return { text: Buffer.concat(pieces), whole: true };
}

/** The delimiter by which the most records have the same number of fields, and more than one. */
function sniff(sample: Buffer, whole: boolean, path: string): { delimiter: string; firstRecords: Fields[] } {
  const candidates = DELIMITERS.map((delimiter) => {
    const splitter = new RecordSplitter(path, { delimiter, loose: false });
    const records = splitter.feed(sample, whole);
    // A record longer than the sample: its part will do to name the columns by.
    const split = records.length > 0 ? records : splitter.feed(Buffer.alloc(0), true);
    const counted = split.filter((record) => !isBlank(record) && !isComment(record)).slice(0, 200);
    const width = counted[0]?.fields.length ?? 0;
    const agreeing = counted.filter(({ fields }) => fields.length === width).length;
    return {
      delimiter,
      firstRecords: split,
      width,
      agreement: counted.length === 0 ? 0 : agreeing / counted.length,
    };
  });
  const several = candidates.filter(({ width }) => width > 1);
  const best = (several.length > 0 ? several : candidates).reduce((a, b) =>
    b.agreement > a.agreement ? b : a,
  );
  if (best.width === 0) {
    throw new FormatError('the file has no records', {
      path,
      hint: 'A CSV file begins with the names of its columns.',
    });
  }
  return best;
}

function isBlank({ fields, quoted }: Fields): boolean {
  return fields.length === 1 && !quoted && fields[0].trim() === '';
}

function isComment({ fields, quoted }: Fields): boolean {
  return fields[0].startsWith('#') && !quoted?.[0];
}

function headerOf(records: readonly Fields[], path: string): Header {
  const first = records.findIndex((record) => !isBlank(record) && !isComment(record));
  if (first < 0) throw new FormatError('the file has comments only', { path });
  const { fields } = records[first];
  if (!fields.every((field) => ['int64', 'float64', 'numeric'].includes(guessOf(field)))) {
    return { names: columnNames(fields, path), skip: first + 1 };
  }
  // No names, unless the last comment has as many fields: '# ra,dec'.
  const comment = records
    .slice(0, first)
    .findLast((record) => isComment(record) && record.fields.length === fields.length);
  const names = comment
    ? [comment.fields[0].replace(/^#+/, ''), ...comment.fields.slice(1)]
    : fields.map(() => '');
  return { names: columnNames(names, path), skip: first };
}

function guessOf(field: string): string {
  const guess = new TypeGuess();
  guess.see(field);
  return guess.type;
}

function columnNames(fields: readonly string[], path: string): string[] {
  const taken = new Set<string>();
  return fields.map((field, i) => {
    const text = utf8(field);
    if (text === undefined)
      throw new FormatError(`the name of column ${i + 1} is not UTF-8`, {
        path,
        hint: 'Convert the file to UTF-8.',
      });
    const wanted = text.trim() || `column_${i + 1}`;
    let name = wanted;
    for (let n = 2; taken.has(name); n++) name = `${wanted}_${n}`;
    taken.add(name);
    return name;
  });
}

/** The data records of a file in blocks, checked for their length. */
async function* dataBlocks({ path, isGzip, dialect, header }: CsvFile): AsyncIterable<Fields[]> {
  const width = header.names.length;
  let skip = header.skip;
  let row = 0;
  for await (const block of recordBlocks(path, isGzip, dialect)) {
    const skipped = Math.min(skip, block.length);
    skip -= skipped;
    // In a table of one column a blank line is a row whose value is missing.
    const records = block.slice(skipped).filter((record) => width === 1 || !isBlank(record));
    for (const { fields, line } of records) {
      row++;
      if (fields.length === width) continue;
      throw new FormatError(`line ${line} has ${fields.length} fields where the header has ${width}`, {
        path,
        row,
        hint: 'A field that holds the delimiter must be quoted.',
      });
    }
    if (records.length > 0) yield records;
  }
}

function isNull(field: string, quoted: boolean | undefined): boolean {
  return !quoted && (field === '' || field === '\\N');
}

async function survey(file: CsvFile): Promise<{ guesses: TypeGuess[]; rows: number }> {
  const guesses = file.header.names.map(() => new TypeGuess());
  let rows = 0;
  for await (const records of dataBlocks(file)) {
    rows += records.length;
    for (const { fields, quoted } of records) {
      for (let i = 0; i < guesses.length; i++) {
        const field = fields[i];
        // Blanks are no value of any type but text, and say nothing of which it is.
        if (field !== '' && !isNull(field, quoted?.[i]) && field.trim() !== '') guesses[i].see(field);
      }
    }
  }
  return { guesses, rows };
}

class CsvTable implements TableReader {
  readonly name: string;
  readonly index = 0;
  readonly columns: readonly Column[];
  readonly rowCount: number;
  readonly description: string | undefined;
  readonly #file: CsvFile;

  constructor(file: CsvFile, columns: readonly Column[], rows: number, description: string | undefined) {
    this.#file = file;
    this.name = '';
    this.columns = columns;
    this.rowCount = rows;
    this.description = description;
  }

  async *batches(names?: readonly string[]): AsyncIterable<Batch> {
    const readings = this.columns.map((column, index) => ({ column, index }));
    const chosen = chosenColumns(readings, names, this.#file.path);
    let firstRow = 0;
    for await (const records of dataBlocks(this.#file)) {
      const vectors = chosen.map(({ index }) => this.#vector(index, records, firstRow));
      yield { firstRow, rows: records.length, vectors };
      firstRow += records.length;
    }
  }

  #vector(index: number, records: readonly Fields[], firstRow: number): Vector {
    const { name, type } = this.columns[index];
    const values = records.map(({ fields, quoted }, i) => {
      const field = fields[index];
      if (isNull(field, quoted?.[index])) return null;
      if (type !== 'text') return field.trim() || null;
      const text = utf8(field);
      if (text !== undefined) return text;
      const row = firstRow + i + 1;
      throw new FormatError('the text is not UTF-8', {
        path: this.#file.path,
        row,
        column: name,
        hint: 'Convert the file to UTF-8.',
      });
    });
    return { layout: 'values', values };
  }
}
