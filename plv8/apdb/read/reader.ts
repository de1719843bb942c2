/**
 * Functions that read an APDB, in its own schema: their rows are of types with the columns of its tables, and its
 * options are written into them.
 *
 * Each is one statement that PostgreSQL puts in place of the call. Its plan does not depend on what the planner
 * knows of the arguments: ids and ranges of pixels are rows, and for each of them a subquery with OFFSET 0, which
 * the planner does not pull up, searches an index.
 */
import { type ActualColumn, type Apdb, q } from '../apdb.ts';
import type { RowType } from './row_type.ts';

export interface Reader {
  readonly name: string;
  /** Declarations of the arguments: names, types, defaults. */
  readonly args: readonly (readonly [name: string, type: string, defaultSql?: string])[];
  readonly row: RowType;
  /** The statement; its arguments are $1, $2, … */
  readonly body: string;
  readonly comment: string;
}

export const list = (columns: readonly ActualColumn[], alias: string): string =>
  columns.map(({ name }) => `${alias}.${q(name)}`).join(', ');

/** Columns of a table as clients know it: without the pixel. */
export function shown(apdb: Apdb, table: string): readonly ActualColumn[] {
  return apdb.columns(table).filter(({ name }) => name !== apdb.options.htm_index_column);
}

/** The columns that an option names, in its order; all where it names none. */
export function chosen(apdb: Apdb, table: string, names: readonly string[]): readonly ActualColumn[] {
  const columns = shown(apdb, table);
  if (names.length === 0) return columns;
  return names.flatMap((name) => columns.filter((column) => column.name === name));
}

/** What of a table is read. */
export interface Search {
  readonly table: string;
  readonly columns: readonly ActualColumn[];
  /** Conditions on a row `t`. */
  readonly where: readonly string[];
}

/**
 * That a pixel is in the range p. Of two bounds that it does not know the planner takes 0.5% of a table to lie
 * between them, which for millions of rows would have it compile (jit) every search; bounds written as arrays divide
 * that by three each, and are read as one with the others.
 */
function inRange(pixel: string): string {
  const low = `${pixel} >= any (array[p.low])`;
  const high = `${pixel} <= any (array[p.high])`;
  return [`${pixel} between p.low and p.high`, low, low, low, high, high, high].join(' and ');
}

/** Rows whose positions are in a region; `region` and `exact` are SQL expressions, no region has no rows. */
export function inRegion(
  apdb: Apdb,
  { table, columns, where }: Search,
  region: string,
  exact: string,
): string {
  const { htm_level, htm_max_ranges } = apdb.options;
  return `select ${list(columns, 'r')}
from apdb._pixels(${region}, ${htm_level}, ${htm_max_ranges}, ${exact}) as p
cross join lateral (
  select t.*
  from ${apdb.table(table)} as t
  where ${[inRange(`t.${apdb.pixel}`), ...where].join(' and ')}
  offset 0
) as r
where p.test is null or sky.region_contains(p.test, r.${apdb.ra}, r.${apdb.decl})`;
}

/** Rows of objects; `ids` is an SQL expression of the rows `o` with a column id, each once. */
export function ofObjects(apdb: Apdb, { table, columns, where }: Search, ids: string): string {
  return `select ${list(columns, 'r')}
from (${ids}) as o
cross join lateral (
  select t.*
  from ${apdb.table(table)} as t
  where ${['t."diaObjectId" = o.id', ...where].join(' and ')}
  offset 0
) as r`;
}

/** Each of an array's ids once, in order, for the sake of the index. */
export const distinctIds = (ids: string): string =>
  `select distinct i.id from unnest(${ids}) as i (id) order by i.id`;

/** Statements that make a reader. */
export function readerSql(apdb: Apdb, { name, args, row, body, comment }: Reader): string[] {
  const declared = args.map(
    ([arg, type, defaultSql]) => `${arg} ${type}${defaultSql === undefined ? '' : ` default ${defaultSql}`}`,
  );
  const types = args.map(([, type]) => type).join(', ');
  return [
    `create or replace function ${apdb.own(name)}(${declared.join(', ')})
returns setof ${apdb.own(row.name)}
language sql stable parallel safe
as ${plv8.quote_literal(`\n${body}\n`)}`,
    `comment on function ${apdb.own(name)}(${types}) is ${plv8.quote_literal(comment)}`,
  ];
}
