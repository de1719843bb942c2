/** Rows of many files put together visit by visit: what is stored in one transaction each. */
import { LoadError } from '../load/errors.ts';
import {
  cellOf,
  idColumn,
  type MappedFile,
  type MappedRows,
  type TableName,
  type VisitKey,
} from './mapping/apply.ts';
import { type ColumnValues, columnTable, type RowSource } from './tables.ts';

export interface Unit extends VisitKey {
  readonly rows: Readonly<Record<TableName, UnitRows>>;
  /** Rows of visits of before that came along with this one. */
  readonly history: Readonly<Record<TableName, UnitRows>>;
  /** Files that rows came from. */
  readonly files: ReadonlySet<string>;
}

interface Place {
  readonly from: MappedRows;
  readonly row: number;
}

const tableNames: readonly TableName[] = ['DiaObject', 'DiaSource', 'DiaForcedSource'];

/** What tells rows of one visit apart; forced sources have no other identity. */
const keys: Readonly<Record<TableName, readonly string[]>> = {
  DiaObject: ['diaObjectId'],
  DiaSource: ['diaSourceId'],
  DiaForcedSource: ['diaObjectId', 'visit', 'detector'],
};

const byName = new WeakMap<MappedRows, Map<string, ColumnValues>>();

/** Asked for each row: a search among a hundred columns would be most of the work. */
function columnIn(from: MappedRows, name: string): ColumnValues | undefined {
  let columns = byName.get(from);
  if (columns === undefined) {
    columns = new Map(from.columns.map((column) => [column.name, column]));
    byName.set(from, columns);
  }
  return columns.get(name);
}

function valueIn(place: Place, name: string): unknown {
  const column = columnIn(place.from, name);
  return column === undefined ? null : cellOf(column, place.row);
}

const alike = (a: unknown, b: unknown): boolean => a === b || (Number.isNaN(a) && Number.isNaN(b));

/** The first column in which two rows differ. */
function difference(a: Place, b: Place): string | undefined {
  const names = new Set([...a.from.columns, ...b.from.columns].map(({ name }) => name));
  return [...names].find((name) => !alike(valueIn(a, name), valueIn(b, name)));
}

function placeText({ from, row }: Place): string {
  return `${from.file}, row ${from.rowOf(row)}`;
}

function keyOf(table: TableName, place: Place): string {
  const [only, ...others] = keys[table];
  const key = String(valueIn(place, only!));
  return others.length === 0
    ? key
    : others.reduce((text, name) => `${text} ${String(valueIn(place, name))}`, key);
}

/** Rows of one table, each once. */
export class UnitRows {
  readonly table: TableName;
  readonly #places = new Map<string, Place>();

  constructor(table: TableName) {
    this.table = table;
  }

  get count(): number {
    return this.#places.size;
  }

  /**
   * Takes a row; one that is there already, as in files that overlap, is taken once.
   * @param differing whether a row with the same key and other values is left out, rather than refused
   * @throws LoadError
   */
  add(place: Place, differing: boolean): void {
    const key = keyOf(this.table, place);
    const known = this.#places.get(key);
    if (known === undefined) {
      this.#places.set(key, place);
      return;
    }
    if (differing) return;
    const column = difference(known, place);
    if (column === undefined) return;
    throw new LoadError(
      `${this.table} ${key} of one visit differs in "${column}": ${String(valueIn(known, column))} in ${placeText(known)}, ${String(valueIn(place, column))} in ${placeText(place)}`,
      { hint: 'Store files that contradict one another one after the other, with --on-conflict update.' },
    );
  }

  /** The rows with all the columns that any of them has. */
  source(): RowSource {
    const places = [...this.#places.values()];
    const [first] = places;
    // Most visits are a file each.
    if (
      first !== undefined &&
      first.from.rows === places.length &&
      places.every(({ from, row }, i) => from === first.from && row === i)
    )
      return columnTable(first.from.columns, places.length);
    const names = new Set(places.flatMap(({ from }) => from.columns.map(({ name }) => name)));
    const columns = [...names].map((name) => gathered(name, places));
    return columnTable(columns, places.length);
  }
}

function gathered(name: string, places: readonly Place[]): ColumnValues {
  const sample = places.map(({ from }) => columnIn(from, name)).find((column) => column !== undefined)!;
  const rows = places.length;
  const values = Array.isArray(sample.values)
    ? new Array<unknown>(rows).fill(null)
    : new (sample.values.constructor as new (length: number) => Float64Array)(rows);
  const nulls = new Uint8Array(rows);
  let last: MappedRows | undefined;
  let column: ColumnValues | undefined;
  for (const [i, { from, row }] of places.entries()) {
    if (from !== last) {
      last = from;
      column = columnIn(from, name);
    }
    if (column === undefined || column.nulls?.[row]) nulls[i] = 1;
    else (values as unknown[])[i] = column.values[row];
  }
  return { name, type: sample.type, values, nulls };
}

interface Draft extends VisitKey {
  time: number;
  readonly rows: Record<TableName, UnitRows>;
  readonly history: Record<TableName, UnitRows>;
  readonly files: Set<string>;
}

const emptyRows = () =>
  Object.fromEntries(tableNames.map((table) => [table, new UnitRows(table)])) as Record<TableName, UnitRows>;

const unitName = ({ visit, detector }: VisitKey) => `${visit} ${detector}`;

/** For each object of a group of files the visit of its latest source there. */
function latestVisits(tables: readonly MappedRows[]): Map<bigint, VisitKey> {
  const latest = new Map<bigint, VisitKey>();
  for (const from of tables) {
    if (from.table !== 'DiaSource') continue;
    for (let row = 0; row < from.rows; row++) {
      const id = valueIn({ from, row }, 'diaObjectId') as bigint | null;
      const visit = from.visits[row];
      if (id === null || visit === null || visit === undefined) continue;
      const known = latest.get(id);
      if (known === undefined || visit.time > known.time) latest.set(id, visit);
    }
  }
  return latest;
}

function groupsOf(files: readonly MappedFile[], group: string | undefined): MappedRows[][] {
  const pattern = group === undefined ? undefined : new RegExp(group);
  const groups = Map.groupBy(files, ({ path }) => {
    const found = pattern?.exec(path.split('/').at(-1)!);
    return pattern === undefined ? '' : (found?.[1] ?? path);
  });
  return [...groups.values()].map((members) => members.flatMap(({ tables }) => tables));
}

/**
 * The visits of files, the earliest first; a visit's time is the earliest that its rows give it.
 * @param group see Mapping
 * @throws LoadError where files contradict one another, or an object's visit is not known
 */
export function unitsOf(files: readonly MappedFile[], group: string | undefined): Unit[] {
  const units = new Map<string, Draft>();
  const draft = (key: VisitKey): Draft => {
    const known = units.get(unitName(key));
    if (known !== undefined) {
      known.time = Math.min(known.time, key.time);
      return known;
    }
    const made = { ...key, rows: emptyRows(), history: emptyRows(), files: new Set<string>() };
    units.set(unitName(key), made);
    return made;
  };
  const groups = groupsOf(files, group);
  for (const tables of groups) {
    const latest = latestVisits(tables);
    for (const from of tables.filter(({ carriers }) => carriers === undefined))
      for (let row = 0; row < from.rows; row++) {
        const place = { from, row };
        const key = from.visits[row] ?? latest.get(valueIn(place, 'diaObjectId') as bigint);
        if (key === undefined) throw visitUnknown(place);
        const unit = draft(key);
        unit.rows[from.table].add(place, false);
        unit.files.add(from.file);
      }
  }
  for (const from of groups.flat())
    for (let row = 0; from.carriers !== undefined && row < from.rows; row++) {
      // What a visit of these files already has is not history.
      const own = units.get(unitName(from.visits[row]!));
      const carrier = draft(from.carriers[row]!);
      (own ? own.rows : carrier.history)[from.table].add({ from, row }, true);
      (own ?? carrier).files.add(from.file);
    }
  return [...units.values()].sort(
    (a, b) => a.time - b.time || Number(a.visit - b.visit) || a.detector - b.detector,
  );
}

function visitUnknown(place: Place): LoadError {
  const id = String(valueIn(place, idColumn(place.from.table)));
  return new LoadError(
    `${placeText(place)}: no source of ${place.from.table} ${id} says of which visit it is`,
    {
      hint: 'Name the files with its sources in the same command.',
    },
  );
}
