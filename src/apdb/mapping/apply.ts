/** The rows that a mapping finds in a file, as columns of an APDB's tables, each with the visit that it is of. */
import path from 'node:path';
import type { Target } from '../../db/catalog.ts';
import type { Refusal } from '../../db/copy/encoder.ts';
import type { Batch, Column, TableReader } from '../../formats/table.ts';
import { LoadError } from '../../load/errors.ts';
import type { ColumnValues } from '../tables.ts';
import { buildColumns } from './build.ts';
import { blockPaths, compile, pathsOf } from './compile.ts';
import { columnOf, columnsOf, Records } from './records.ts';
import type { Block, Mapping, VisitPlace } from './schema.ts';
import { BadValue, LostDigits, numberOf, type Value } from './values.ts';

export type TableName = Block['into'];

export interface VisitKey {
  readonly visit: bigint;
  readonly detector: number;
  /** MJD TAI. */
  readonly time: number;
}

/** Rows of one table that came of one batch. */
export interface MappedRows {
  readonly table: TableName;
  readonly file: string;
  readonly columns: readonly ColumnValues[];
  readonly rows: number;
  /** Row of the file from 1. */
  readonly rowOf: (row: number) => number;
  /** Of which visit the rows are; null where that follows from the sources of their objects. */
  readonly visits: readonly (VisitKey | null)[];
  /** For rows of visits of before: the visits with which they came. */
  readonly carriers: readonly VisitKey[] | undefined;
}

export interface MappedFile {
  readonly path: string;
  readonly tables: readonly MappedRows[];
  readonly refusals: readonly Refusal[];
  /** Rows without an id that can be trusted. */
  readonly lost: number;
}

/** Filled by the store: a file's values are those of a time long past. */
const computedColumns = ['pixelId', 'validityStartMjdTai', 'validityEndMjdTai'];

const key = {
  DiaObject: 'diaObjectId',
  DiaSource: 'diaSourceId',
  DiaForcedSource: 'diaForcedSourceId',
} as const;

/** The blocks of a mapping that concern a file with these columns. */
export function blocksFor(mapping: Mapping, columns: readonly Column[]): Block[] {
  const has = (name: string) => columns.some((column) => column.name === name);
  return mapping.tables.filter((block) => {
    const wanted = [...block.needs, ...(block.rows === undefined ? [] : [columnOf(block.rows)])];
    return wanted.every(has) && (block.each ?? []).every(has);
  });
}

interface Reading {
  readonly block: Block;
  readonly place: VisitPlace | undefined;
  readonly target: Target;
  readonly columns: readonly Column[];
}

/** What to read for a block; columns that the file lacks are NULL where the mapping has a choice, else refused. */
function readingOf(block: Block, mapping: Mapping, reader: TableReader, target: Target): Reading {
  const place = block.visit === 'latest_source' ? undefined : (block.visit ?? mapping.visit);
  const paths = blockPaths(block, place);
  const wanted = columnsOf(block, paths);
  if (block.same_names && block.rows === undefined) for (const { name } of target.columns) wanted.add(name);
  const columns = reader.columns.filter(({ name }) => wanted.has(name));
  const required = [...Object.values(block.columns), ...(place === undefined ? [] : Object.values(place))]
    .filter(({ from, default: otherwise }) => from?.length === 1 && otherwise === undefined)
    .flatMap((expression) => pathsOf(expression))
    .filter((each) => block.rows === undefined || each.startsWith('/'));
  const missing = required
    .map(columnOf)
    .find((name) => !reader.columns.some((column) => column.name === name));
  if (missing !== undefined)
    throw new LoadError(`the file has no column "${missing}", which the mapping ${mapping.name} reads`, {
      hint: 'Name another mapping by --mapping.',
    });
  return { block, place, target, columns };
}

type Get = (item: number) => Value;

function getsOf({ block, target }: Reading, records: Records, file: string): Map<string, Get> {
  const gets = new Map<string, Get>();
  if (block.same_names) {
    const fields = records.fields();
    const left = new Set([...computedColumns, ...block.leave_out]);
    for (const { name } of target.columns)
      if (fields.has(name) && !left.has(name)) gets.set(name, records.reader(name));
  }
  for (const [name, expression] of Object.entries(block.columns))
    gets.set(name, compile(expression, records, file));
  return gets;
}

function whole(value: Value, what: string): bigint {
  if (typeof value === 'bigint') return value;
  if (typeof value === 'string' && /^\d+$/.test(value)) return BigInt(value);
  if (value !== null && Number.isSafeInteger(numberOf(value))) return BigInt(numberOf(value));
  throw new BadValue(value === null ? `its ${what} is not known` : `${String(value)} is no ${what}`);
}

function keyOf(visit: Value, detector: Value, time: Value): VisitKey {
  if (time === null || !Number.isFinite(numberOf(time)))
    throw new BadValue('the time of its visit is not known');
  return {
    visit: whole(visit, 'visit'),
    detector: Number(whole(detector, 'detector')),
    time: numberOf(time),
  };
}

/** The value of a built column. */
export function cellOf({ values, nulls }: ColumnValues, row: number): unknown {
  return nulls?.[row] ? null : values[row];
}

function ownVisit(columns: readonly ColumnValues[]): (row: number) => VisitKey {
  const [visit, detector, time] = ['visit', 'detector', 'midpointMjdTai'].map((name) =>
    columns.find((column) => column.name === name),
  );
  if (visit === undefined || detector === undefined || time === undefined)
    throw new LoadError('nothing says of which visit the rows are', {
      hint: 'Give the mapping a visit, or the rows visit, detector and midpointMjdTai.',
    });
  const read = (column: ColumnValues, row: number) => cellOf(column, row) as Value;
  return (row) => keyOf(read(visit, row), read(detector, row), read(time, row));
}

/** Rows at these places only. */
function picked(column: ColumnValues, places: readonly number[]): ColumnValues {
  const { values, nulls } = column;
  const chosen = Array.isArray(values) ? new Array<unknown>(places.length) : values.slice(0, places.length);
  for (const [i, place] of places.entries()) (chosen as unknown[])[i] = values[place];
  return { ...column, values: chosen, nulls: Uint8Array.from(places, (place) => nulls?.[place] ?? 0) };
}

/** What is left out of a file's rows: those that are wrong, and how many have lost what tells them apart. */
interface LeftOut {
  readonly refusals: Refusal[];
  lost: number;
}

/** A value that is wrong is one: the row is refused for it. */
function isPresent(get: Get): (item: number) => boolean {
  return (item) => {
    try {
      return get(item) !== null;
    } catch (error) {
      if (error instanceof BadValue) return true;
      throw error;
    }
  };
}

function mapBatch(reading: Reading, batch: Batch, file: string, leftOut: LeftOut): MappedRows {
  const { block, place, target, columns } = reading;
  const name = path.basename(file);
  const records = new Records(block, columns, batch);
  if (block.present !== undefined) records.keep(isPresent(compile(block.present, records, name)));
  const refused = new Set<number>();
  const refuse = (item: number, column: string, reason: BadValue) => {
    if (refused.has(item)) return;
    refused.add(item);
    if (block.drop_lost_ids && reason instanceof LostDigits) leftOut.lost++;
    else leftOut.refusals.push({ row: records.rowOf(item), column, reason: reason.message });
  };
  const built = buildColumns(block.into, target, getsOf(reading, records, name), records.count, refuse);
  const keysOf = (read: (item: number) => VisitKey) =>
    Array.from({ length: records.count }, (_, item) => {
      try {
        return refused.has(item) ? null : read(item);
      } catch (error) {
        if (!(error instanceof BadValue)) throw error;
        refuse(item, 'visit', error);
        return null;
      }
    });
  const carrying = place === undefined ? undefined : keysOf(placeReader(place, records, name));
  const isOwn = block.visit !== 'latest_source' && (block.history || carrying === undefined);
  const visits = isOwn && records.count > 0 ? keysOf(ownVisit(built)) : carrying;
  const kept = Array.from({ length: records.count }, (_, item) => item).filter((item) => !refused.has(item));
  return {
    table: block.into,
    file,
    columns: refused.size === 0 ? built : built.map((column) => picked(column, kept)),
    rows: kept.length,
    rowOf: (row) => records.rowOf(kept[row]!),
    visits: kept.map((item) => visits?.[item] ?? null),
    carriers: block.history && carrying !== undefined ? kept.map((item) => carrying[item]!) : undefined,
  };
}

function placeReader(place: VisitPlace, records: Records, file: string): (item: number) => VisitKey {
  const visit = compile(place.visit, records, file);
  const detector = compile(place.detector, records, file);
  const time = compile(place.time, records, file);
  return (item) => keyOf(visit(item), detector(item), time(item));
}

/**
 * The rows of a file.
 * @param targets the APDB's tables
 * @throws LoadError where the mapping does not fit the file
 */
export async function mapFile(
  reader: TableReader,
  file: string,
  mapping: Mapping,
  targets: Readonly<Record<TableName, Target>>,
): Promise<MappedFile> {
  const leftOut: LeftOut = { refusals: [], lost: 0 };
  const tables: MappedRows[] = [];
  for (const block of blocksFor(mapping, reader.columns)) {
    const reading = readingOf(block, mapping, reader, targets[block.into]);
    for await (const batch of reader.batches(reading.columns.map((column) => column.name))) {
      try {
        tables.push(mapBatch(reading, batch, file, leftOut));
      } catch (error) {
        throw error instanceof BadValue ? new LoadError(error.message, { cause: error }) : error;
      }
    }
  }
  return { path: file, tables, ...leftOut };
}

/** The column by which rows of a table are told apart in messages. */
export const idColumn = (table: TableName): string => key[table];
