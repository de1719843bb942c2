/** Rows of ObsCore as the reference wrote them, and what of ours may differ from them, by name. */
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { fixturePath } from '../../support/fixtures.ts';

export type Value = string | number | boolean | null;
export type Row = Readonly<Record<string, Value>>;
export type Config = Record<string, unknown> & { dataset_types: Record<string, Record<string, unknown>> };

const expectedPath = (file: string) => fixturePath('obscore', 'expected', file);

/** The configuration of all answers, as an object of its own. */
export function fullConfig(): Config {
  return parse(readFileSync(fixturePath('obscore', 'configs', 'export_full.yaml'), 'utf8')) as Config;
}

export function jsonLines(file: string): Row[] {
  return readFileSync(expectedPath(file), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Row);
}

/** The rows of a file that psql wrote: CSV with \N for NULL; typed as the rows it is compared with. */
export function csvRows(file: string, types: Readonly<Record<string, string>>): Row[] {
  const [header = [], ...records] = csvRecords(readFileSync(expectedPath(file), 'utf8'));
  return records.map((record) =>
    Object.fromEntries(header.map((name, i) => [name, typed(record[i]!, types[name] ?? 'text')])),
  );
}

function typed(text: string, type: string): Value {
  if (text === '\\N') return null;
  if (/^(smallint|integer|bigint|double precision)$/.test(type)) return Number(text);
  return type === 'boolean' ? text === 't' : text;
}

function csvRecords(text: string): string[][] {
  const field = /("(?:[^"]|"")*"|[^,\n]*)(,|\n)/gy;
  const records: string[][] = [];
  let record: string[] = [];
  for (let match = field.exec(text); match !== null; match = field.exec(text)) {
    const [, cell = '', end] = match;
    record.push(cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell);
    if (end === '\n') {
      records.push(record);
      record = [];
    }
  }
  return records;
}

/** Rows as the server gives them, in which whole numbers may be of either kind. */
export function ownRows(rows: readonly Record<string, Value | bigint>[]): Row[] {
  return rows.map((row) =>
    Object.fromEntries(
      Object.entries(row).map(([name, value]) => [name, typeof value === 'bigint' ? Number(value) : value]),
    ),
  );
}

export const spatialColumns = ['s_ra', 's_dec', 's_fov', 's_region'] as const;

/** What the registry says of a dataset, as far as the reference's defects depend on it. */
export interface Circumstances {
  readonly id: string;
  readonly dataset_type: string;
  /** Kinds of the regions that its row may have: those of all visits of its exposure, or its own. */
  readonly region_kinds: readonly (string | null)[];
  readonly visits: number;
}

export interface Comparison {
  /** Differences that nothing excuses. */
  readonly wrong: readonly string[];
  /** Differences with the defect of the reference that explains each. */
  readonly better: readonly string[];
}

/**
 * Compares rows by dataset. `key` is the column with the dataset's id. Excused are only, by name: rows that the
 * reference doubles for an exposure in two visits, rows that its exporter loses for want of a region, the spatial
 * columns of regions that are no polygons, and a constant instrument_name that it overwrites with NULL.
 */
export function compareRows(
  ours: readonly Row[],
  theirs: readonly Row[],
  key: string,
  circumstances: ReadonlyMap<string, Circumstances>,
): Comparison {
  const wrong: string[] = [];
  const better: string[] = [];
  const expected = Map.groupBy(theirs, (row) => row[key] as string);
  const actual = Map.groupBy(ours, (row) => row[key] as string);
  for (const [id, rows] of actual) {
    const facts = circumstances.get(id);
    const label = `${facts?.dataset_type ?? 'unknown type'} ${id}`;
    if (rows.length > 1) wrong.push(`${label}: ${rows.length} rows`);
    const candidates = expected.get(id) ?? [];
    if (candidates.length === 0) {
      if (facts?.region_kinds.includes(null))
        better.push(`${label}: lost by the reference, as it has no region (1)`);
      else wrong.push(`${label}: a row too many`);
      continue;
    }
    if (candidates.length > 1) {
      if ((facts?.visits ?? 0) < candidates.length) wrong.push(`${label}: doubled for no reason`);
      else
        better.push(`${label}: doubled by the reference, as its exposure is in ${facts?.visits} visits (1)`);
    }
    const differences = candidates.map((row) => differencesOf(rows[0]!, row, facts));
    const best = differences.find(({ wrong }) => wrong.length === 0) ?? differences[0]!;
    wrong.push(...best.wrong.map((text) => `${label}: ${text}`));
    better.push(...best.better.map((text) => `${label}: ${text}`));
  }
  for (const id of expected.keys())
    if (!actual.has(id)) wrong.push(`${circumstances.get(id)?.dataset_type} ${id}: no row`);
  return { wrong, better };
}

function differencesOf(
  ours: Row,
  theirs: Row,
  facts: Circumstances | undefined,
): { wrong: string[]; better: string[] } {
  const wrong: string[] = [];
  const better: string[] = [];
  const isSpatial = (name: string) => (spatialColumns as readonly string[]).includes(name);
  const otherKind = facts?.region_kinds.find((kind) => kind !== null && kind !== 'ConvexPolygon');
  const excused = new Set<string>();
  for (const name of Object.keys(theirs)) {
    const [mine, reference] = [ours[name] ?? null, theirs[name]!];
    if (mine === reference) continue;
    if (isSpatial(name) && reference === null && otherKind)
      excused.add(`spatial columns of a ${otherKind}, NULL in the reference (3)`);
    else if (name === 'instrument_name' && reference === null)
      excused.add('constant instrument_name, overwritten by the reference (4)');
    else wrong.push(`${name} is ${JSON.stringify(mine)}, not ${JSON.stringify(reference)}`);
  }
  // The facility map is looked up by the instrument: a constant name does not change which one that is.
  better.push(...excused);
  return { wrong, better };
}
