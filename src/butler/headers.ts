/**
 * Headers of observations from files: FITS, the YAML and JSON to which tools dump headers, and lists of exposures
 * (ECSV or CSV, a row an exposure whose columns are the keywords).
 */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { parse } from 'yaml';
import { openCsv } from '../formats/csv.ts';
import { openEcsv } from '../formats/ecsv.ts';
import { readFitsHeaders } from '../formats/fits.ts';
import { type Batch, type Column, FormatError, type OpenFile, type Vector } from '../formats/table.ts';
import { pythonTags } from './python_yaml.ts';

export type HeaderValue = string | number | bigint | boolean | null;
export type HeaderCards = ReadonlyMap<string, HeaderValue>;

/** One observation of a file. */
export interface FoundHeader {
  /** Where it is: the file, and the row in a list. */
  readonly path: string;
  readonly row?: number;
  readonly cards: HeaderCards;
  /** Headers of the detectors in the same file, each with the observation's own cards where it has none. */
  readonly detectors: readonly HeaderCards[];
}

const structural = /^(SIMPLE|XTENSION|BITPIX|NAXIS\d*|EXTEND|PCOUNT|GCOUNT|CHECKSUM|DATASUM|END)$/;

async function fromFits(file: string): Promise<FoundHeader[]> {
  const headers = await readFitsHeaders(file);
  const cardsOf = (index: number) =>
    new Map([...headers[index].values()].filter(([keyword]) => !structural.test(keyword)));
  const primary = cardsOf(0);
  const extensions = headers.slice(1).map((_, i) => cardsOf(i + 1));
  // A tile-compressed image has nothing in its primary HDU: its extension is the image.
  const cards = primary.size > 0 || extensions.length === 0 ? primary : extensions[0];
  const detectors =
    extensions.length === 0 ? [cards] : extensions.map((extension) => new Map([...cards, ...extension]));
  return [{ path: file, cards, detectors }];
}

function isScalar(value: unknown): value is HeaderValue {
  return value === null || ['string', 'number', 'bigint', 'boolean'].includes(typeof value);
}

/** A list of [keyword, type, value, comment], or a mapping of keywords to values or to {value, comment}. */
function fromMapping(file: string, content: unknown): FoundHeader {
  const cards = new Map<string, HeaderValue>();
  const set = (keyword: string, value: unknown) => {
    // A keyword that stands several times holds a list: the last one is in force.
    const last = Array.isArray(value) ? value.at(-1) : value;
    const inner = typeof last === 'object' && last !== null && 'value' in last ? last.value : last;
    if (inner instanceof Date) cards.set(keyword, inner.toISOString().replace(/Z$/, ''));
    else if (isScalar(inner)) cards.set(keyword, inner);
  };
  if (Array.isArray(content)) {
    for (const card of content) if (Array.isArray(card)) set(String(card[0]), card[2]);
  } else if (typeof content === 'object' && content !== null) {
    for (const [keyword, value] of Object.entries(content)) set(keyword, value);
  }
  if (cards.size === 0)
    throw new FormatError(
      'it holds no header: neither {keyword: value} nor [[keyword, type, value, comment]]',
      {
        path: file,
      },
    );
  return { path: file, cards, detectors: [] };
}

async function fromYaml(file: string): Promise<FoundHeader[]> {
  let content: unknown;
  try {
    content = parse(await readFile(file, 'utf8'), {
      version: '1.1',
      schema: 'yaml-1.1',
      intAsBigInt: true,
      customTags: pythonTags,
      uniqueKeys: false,
      logLevel: 'silent',
    });
  } catch (error) {
    throw new FormatError(`neither YAML nor JSON: ${(error as Error).message}`, { path: file });
  }
  return [fromMapping(file, content)];
}

/** Microseconds since 1970 as ISO 8601, without a zone. */
function isoOf(microseconds: bigint): string {
  const iso = new Date(Number(microseconds / 1000n)).toISOString().slice(0, 19);
  return `${iso}.${String(microseconds % 1000000n).padStart(6, '0')}`;
}

function valueAt(vector: Vector, row: number, { type }: Column): HeaderValue {
  if (vector.layout === 'strided' || (vector.nulls && vector.nulls[row] !== 0)) return null;
  const value: unknown = vector.values[row];
  if (value === undefined || value === null) return null;
  if (value instanceof Date) return value.toISOString().replace(/Z$/, '');
  if (typeof value === 'bigint' && type.startsWith('timestamp')) return isoOf(value);
  if (type === 'boolean') return Boolean(value);
  return isScalar(value) ? value : JSON.stringify(value);
}

async function fromList(file: string, open: (file: string) => Promise<OpenFile>): Promise<FoundHeader[]> {
  await using opened = await open(file);
  const [table] = opened.tables;
  const found: FoundHeader[] = [];
  const add = ({ firstRow, rows, vectors }: Batch) => {
    for (let row = 0; row < rows; row++)
      found.push({
        path: file,
        row: firstRow + row + 1,
        cards: new Map(table.columns.map((column, i) => [column.name, valueAt(vectors[i], row, column)])),
        detectors: [],
      });
  };
  for await (const batch of table.batches()) add(batch);
  return found;
}

/**
 * The observations of a file, by its name's ending: .yaml, .yml and .json are dumped headers, .ecsv and .csv lists,
 * all else FITS.
 * @throws FormatError
 */
export async function readObservationHeaders(file: string): Promise<FoundHeader[]> {
  switch (path.extname(file.replace(/\.gz$/, '')).toLowerCase()) {
    case '.yaml':
    case '.yml':
    case '.json':
      return fromYaml(file);
    case '.ecsv':
      return fromList(file, openEcsv);
    case '.csv':
      return fromList(file, openCsv);
    default:
      return fromFits(file);
  }
}
