/** What one call of apdb.store is about. */
import { type Apdb, q } from '../apdb.ts';
import { given, type Relation } from './relation.ts';
import type { StoredTable } from './stage.ts';

export const onConflicts = ['error', 'skip', 'update'] as const;

export type OnConflict = (typeof onConflicts)[number];

/** The rows of one table: where they are, and what a first look at them said. */
export interface Rows {
  readonly relation: Relation;
  readonly count: number;
  /** Whether some of them come without a pixel. */
  readonly lacksPixels: boolean;
}

export interface Visit {
  readonly apdb: Apdb;
  /** MJD TAI. */
  readonly time: number;
  readonly onConflict: OnConflict;
  /** Chunk of replication to which the rows belong, where the APDB has such. */
  readonly chunk: bigint | null;
  /** Whether new versions go to the nightly table. */
  readonly nightly: boolean;
  /** Whether there may be versions that are newer than the visit. */
  readonly late: boolean;
  /** Whether it is small. */
  readonly few: boolean;
  readonly rows: ReadonlyMap<StoredTable, Rows>;
}

export const idColumns: Readonly<Record<StoredTable, string>> = {
  DiaObject: 'diaObjectId',
  DiaSource: 'diaSourceId',
  DiaForcedSource: 'diaForcedSourceId',
};

/** Whether a table's rows have pixels. */
export const hasPixels = (apdb: Apdb, table: StoredTable): boolean =>
  apdb.hasColumn(table, apdb.options.htm_index_column);

/**
 * Common table expressions that compute the pixels of rows that come without, `pixel (id, pixel)`; and the expression
 * of a row's pixel beside the join that it needs.
 */
export function pixelSql(
  apdb: Apdb,
  { relation, lacksPixels }: Rows,
): { readonly ctes: readonly string[]; readonly join: string; readonly value: string } {
  const column = apdb.options.htm_index_column;
  const has = relation.columns.has(column);
  if (has && !lacksPixels) return { ctes: [], join: '', value: given(relation, column) };
  const id = given(relation, idColumns[relation.table]);
  const [ra, decl] = apdb.options.ra_dec_columns.map((name) => given(relation, name));
  const cte = `pixel (id, pixel) as materialized (
    select u.id, u.pixel
    from (
      select array_agg(${id}) as ids,
             sky.htm_ids(array_agg(${ra}::float8)::plv8_float8array, array_agg(${decl}::float8)::plv8_float8array,
                         ${apdb.options.htm_level}) as pixels
      from ${relation.name} s
      ${has ? `where ${given(relation, column)} is null` : ''}
    ) a, unnest(a.ids, a.pixels) u (id, pixel)
  )`;
  return {
    ctes: [cte],
    join: `left join pixel p on p.id = ${id}`,
    value: has ? `coalesce(${given(relation, column)}, p.pixel)` : 'p.pixel',
  };
}

/** Columns to be written with the expression of each: the relation's own, or those that are filled in. */
export function assignments(
  { relation }: Rows,
  columns: readonly string[],
  filled: Readonly<Record<string, string>>,
): { readonly column: string; readonly value: string }[] {
  return columns
    .filter((column) => column in filled || relation.columns.has(column))
    .map((column) => ({ column: q(column), value: filled[column] ?? given(relation, column) }));
}

export const columnNames = (apdb: Apdb, table: string): string[] =>
  apdb.columns(table).map(({ name }) => name);

/** `set` clause of an upsert that overwrites what is there. */
export const overwriting = (columns: readonly string[]): string =>
  columns.map((column) => `${column} = excluded.${column}`).join(', ');
