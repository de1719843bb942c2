/** Writes a table as a FITS file: a primary header and one binary table (FITS Standard 4.0, sections 3, 4 and 7.3). */

const recordBytes = 2880;
const cardBytes = 80;

/** Bytes of one element: J is a 32-bit integer, E and D are floats of 32 and 64 bits. */
const elementBytes = { J: 4, E: 4, D: 8 } as const;

export interface FitsColumn {
  readonly name: string;
  readonly form: keyof typeof elementBytes;
  readonly unit?: string;
  readonly ucd: string;
  readonly description: string;
  readonly values: ArrayLike<number>;
}

export interface FitsTable {
  readonly name: string;
  readonly history: readonly string[];
  readonly columns: readonly FitsColumn[];
}

function stringValue(text: string): string {
  return `'${text.replaceAll("'", "''").padEnd(8)}'`;
}

/** One card; a string that is too long for it goes on in CONTINUE cards (section 4.2.1.2). */
function textCards(keyword: string, text: string): string[] {
  const room = cardBytes - 'KEYWORD = '.length - "'&'".length;
  const cards: string[] = [];
  for (let rest = text, lead = `${keyword.padEnd(8)}= `; ; lead = 'CONTINUE  ') {
    let part = rest.slice(0, room);
    // A doubled quote must not be parted from its twin.
    while (part.replaceAll("'", "''").length > room) part = part.slice(0, -1);
    rest = rest.slice(part.length);
    cards.push(`${lead}${stringValue(rest === '' ? part : `${part}&`)}`);
    if (rest === '') return cards;
  }
}

function card(keyword: string, value: number | boolean): string {
  const text = typeof value === 'boolean' ? (value ? 'T' : 'F') : String(value);
  return `${keyword.padEnd(8)}= ${text.padStart(20)}`;
}

function header(cards: readonly string[]): Buffer {
  const text = [...cards, 'END'].map((line) => line.padEnd(cardBytes)).join('');
  return Buffer.from(text.padEnd(Math.ceil(text.length / recordBytes) * recordBytes), 'latin1');
}

function columnCards(column: FitsColumn, number: number): string[] {
  return [
    ...textCards(`TTYPE${number}`, column.name),
    ...textCards(`TFORM${number}`, column.form),
    ...(column.unit === undefined ? [] : textCards(`TUNIT${number}`, column.unit)),
    ...textCards(`TUCD${number}`, column.ucd),
    ...textCards(`TCOMM${number}`, column.description),
  ];
}

function writeColumn(view: DataView, column: FitsColumn, offset: number, stride: number): void {
  const { form, values } = column;
  for (let row = 0, at = offset; row < values.length; row++, at += stride) {
    if (form === 'J') view.setInt32(at, values[row]);
    else if (form === 'E') view.setFloat32(at, values[row]);
    else view.setFloat64(at, values[row]);
  }
}

/**
 * The bytes of a FITS file that holds the table.
 * @throws RangeError where the columns differ in length
 */
export function fitsTable(table: FitsTable): Buffer {
  const rows = table.columns[0].values.length;
  const ragged = table.columns.find(({ values }) => values.length !== rows);
  if (ragged) throw new RangeError(`column ${ragged.name} has ${ragged.values.length} rows, not ${rows}`);
  const stride = table.columns.reduce((sum, { form }) => sum + elementBytes[form], 0);
  const primary = header([card('SIMPLE', true), card('BITPIX', 8), card('NAXIS', 0), card('EXTEND', true)]);
  const extension = header([
    ...textCards('XTENSION', 'BINTABLE'),
    ...[card('BITPIX', 8), card('NAXIS', 2), card('NAXIS1', stride), card('NAXIS2', rows)],
    ...[card('PCOUNT', 0), card('GCOUNT', 1), card('TFIELDS', table.columns.length)],
    ...textCards('EXTNAME', table.name),
    ...table.columns.flatMap((column, index) => columnCards(column, index + 1)),
    ...table.history.map((line) => `HISTORY ${line}`.slice(0, cardBytes)),
  ]);
  const dataBytes = stride * rows;
  const data = Buffer.alloc(Math.ceil(dataBytes / recordBytes) * recordBytes);
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  let offset = 0;
  for (const column of table.columns) {
    writeColumn(view, column, offset, stride);
    offset += elementBytes[column.form];
  }
  return Buffer.concat([primary, extension, data]);
}
