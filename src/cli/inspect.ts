import { Command } from 'commander';
import { typeNames } from '../db/copy/codecs.ts';
import { openFile } from '../formats/open.ts';
import type { Column, OpenFile, TableReader } from '../formats/table.ts';
import { FormatError } from '../formats/table.ts';

interface InspectOptions {
  readonly json?: boolean;
  readonly hdu?: string;
}

const EXAMPLES = `
Examples:
  almagest inspect stars.fits
  almagest inspect --hdu REDSHIFTS redrock-4-80613.fits
  almagest inspect --json objects.parquet | jq '.[0].tables[0].columns'
  almagest inspect night/*.ecsv

A type is the one that load --create gives the column.`;

/** \`almagest inspect FILE…\`: what is in a file, before it is loaded. */
export function inspectCommand(): Command {
  return new Command('inspect')
    .description('show the tables of FITS, Parquet, ECSV and CSV files: columns, types, units, rows')
    .argument('<file...>', 'files to look into')
    .option('--hdu <number or name>', 'only this HDU of a FITS file; numbers count from 0')
    .option('--json', 'print JSON, one object a file')
    .addHelpText('after', EXAMPLES)
    .action(inspect);
}

async function inspect(paths: readonly string[], options: InspectOptions): Promise<void> {
  const descriptions: object[] = [];
  for (const path of paths) {
    await using file = await openFile(path);
    const chosen = choose(file, options.hdu);
    const rows = new Map<TableReader, number>();
    for (const table of chosen.tables) rows.set(table, table.rowCount ?? (await countRows(table)));
    if (options.json) descriptions.push(summary(file, chosen, rows));
    else console.log(page(file, chosen, rows));
  }
  if (options.json) console.log(JSON.stringify(descriptions, null, 2));
}

/** Some formats tell the number of rows only to who reads them all. */
async function countRows(table: TableReader): Promise<number> {
  let rows = 0;
  for await (const batch of table.batches([])) rows += batch.rows;
  return rows;
}

type Rows = ReadonlyMap<TableReader, number>;
type Sections = Pick<OpenFile, 'tables' | 'others'>;

function choose({ tables, others, path }: OpenFile, hdu: string | undefined): Sections {
  if (hdu === undefined) return { tables, others };
  const isChosen = ({ index, name }: { readonly index: number; readonly name: string }) =>
    /^\d+$/.test(hdu) ? index === Number(hdu) : name.toLowerCase() === hdu.toLowerCase();
  const chosen = { tables: tables.filter(isChosen), others: others.filter(isChosen) };
  if (chosen.tables.length + chosen.others.length > 0) return chosen;
  const known = [...tables, ...others].sort((a, b) => a.index - b.index);
  const hint = `It has ${known.map(({ index, name }) => (name ? `${index} ${name}` : String(index))).join(', ')}.`;
  throw new FormatError(`there is no HDU ${hdu}`, { path, hint });
}

function summary({ path, format, bytes }: OpenFile, { tables, others }: Sections, rows: Rows): object {
  return {
    path,
    format,
    bytes,
    tables: tables.map((table) => ({
      name: table.name,
      index: table.index,
      rows: rows.get(table),
      description: table.description,
      columns: table.columns.map((column) => ({ ...column, sqlType: sqlType(column) })),
    })),
    others,
  };
}

function page(file: OpenFile, { tables, others }: Sections, rows: Rows): string {
  const isFits = file.format === 'fits';
  const parts = [`${file.path}: ${NAMES[file.format]}, ${size(file.bytes)}`];
  for (const table of tables) parts.push(tablePart(table, rows.get(table)!, isFits));
  if (others.length > 0) {
    const lines = others.map(({ index, name, what }) => [`HDU ${index}`, name, what]);
    parts.push(['Not tables:', ...aligned(lines)].join('\n'));
  }
  return `${parts.join('\n\n')}\n`;
}

const NAMES: Record<OpenFile['format'], string> = {
  fits: 'FITS',
  parquet: 'Parquet',
  ecsv: 'ECSV',
  csv: 'CSV',
};

function tablePart(
  { name, index, description, columns }: TableReader,
  rows: number,
  isFits: boolean,
): string {
  const title = isFits ? [`HDU ${index}`, name].filter(Boolean).join(' ') : name || 'Table';
  const lines = columns.map((column) => [
    column.name,
    sqlType(column),
    column.storedAs,
    column.unit ?? '',
    column.ucd ?? '',
    [column.description, column.note && `(${column.note})`].filter(Boolean).join(' '),
  ]);
  const heading = [
    `${title}: ${count(rows, 'row')}, ${count(columns.length, 'column')}`,
    ...(description ? [description] : []),
  ];
  return [
    ...heading,
    ...aligned(lines, ['column', 'type', 'in the file', 'unit', 'ucd', 'description']),
  ].join('\n');
}

function sqlType(column: Column): string {
  const { type, shape, nullable } = column;
  const dimensions =
    shape === undefined ? '' : shape === 'ragged' ? '[]' : shape.map((size) => `[${size}]`).join('');
  return typeNames[type] + dimensions + (nullable ? '' : ' not null');
}

function count(n: number, noun: string): string {
  return `${n.toLocaleString('en-US')} ${noun}${n === 1 ? '' : 's'}`;
}

function size(bytes: number): string {
  const power = bytes < 1000 ? 0 : Math.min(4, Math.floor(Math.log10(bytes) / 3));
  return `${power === 0 ? bytes : (bytes / 1000 ** power).toPrecision(3)} ${['bytes', 'kB', 'MB', 'GB', 'TB'][power]}`;
}

/** The widest a column of text gets before it is cut: nested types are longer than any screen. */
const WIDEST = 48;

/** Rows of text in columns, two blanks before each; columns that no row fills are left out, heading and all. */
function aligned(rows: readonly (readonly string[])[], heading?: readonly string[]): string[] {
  const lines = heading ? [heading, ...rows] : rows;
  const filled = lines[0]?.map((_, i) => rows.some((row) => row[i] !== '')) ?? [];
  const cells = lines.map((row) => row.filter((_, i) => filled[i]).map(printable));
  const last = (cells[0]?.length ?? 0) - 1;
  const cut = cells.map((row) => row.map((text, i) => (i === last ? text : shortened(text))));
  const widths = cut[0]?.map((_, i) => Math.max(...cut.map((row) => row[i].length))) ?? [];
  return cut.map((row) => `  ${row.map((text, i) => text.padEnd(widths[i])).join('  ')}`.trimEnd());
}

function shortened(text: string): string {
  return text.length > WIDEST ? `${text.slice(0, WIDEST - 1)}…` : text;
}

/** Text from a file could hold line ends and terminal commands. */
function printable(text: string): string {
  return text.replace(/\s+/g, ' ').replace(/\p{Cc}/gu, '\ufffd');
}
