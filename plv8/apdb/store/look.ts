/** A first look at the rows of a visit, all tables in one query: how many, which visit, whether positions are such. */
import type { Apdb } from '../apdb.ts';
import { given, type Relation } from './relation.ts';
import { runKept } from './session.ts';
import type { StoredTable } from './stage.ts';
import { hasPixels, idColumns } from './visit.ts';

export interface Look {
  readonly count: number;
  /** Rows without a pixel. */
  readonly unplaced: number;
  /** Rows with an id; different ids, where no key would say that some are the same. */
  readonly ids: number;
  /** Whether every position is one. */
  readonly positions: boolean;
  /** As text; null where there are no rows, or the table has no such column. */
  readonly visits: readonly [least: string, greatest: string] | null;
  readonly detectors: readonly [least: string, greatest: string] | null;
}

/** Whether a position is one: NaN is greater than every number. A table may have none by the names of the options. */
export const isPosition = (apdb: Apdb, relation: Relation): string => {
  if (!apdb.options.ra_dec_columns.every((name) => apdb.hasColumn(relation.table, name))) return 'true';
  const [ra, decl] = apdb.options.ra_dec_columns.map((name) => given(relation, name));
  return `${ra} >= 0 and ${ra} < 360 and ${decl} between -90 and 90`;
};

function lookSql(apdb: Apdb, relation: Relation, distinct: boolean): string {
  const extent = (column: string) =>
    relation.table !== 'DiaObject'
      ? `case when count(*) > 0
         then array[min(${given(relation, column)})::text, max(${given(relation, column)})::text] end`
      : 'null::text[]';
  const pixel = apdb.options.htm_index_column;
  const id = given(relation, idColumns[relation.table]);
  return `select '${relation.table}' as table, count(*)::float8 as count,
    ${hasPixels(apdb, relation.table) && relation.columns.has(pixel) ? `(count(*) - count(${given(relation, pixel)}))::float8` : 'count(*)::float8'} as unplaced,
    count(${distinct ? 'distinct ' : ''}${id})::float8 as ids,
    coalesce(bool_and(${isPosition(apdb, relation)}), true) as positions,
    ${extent('visit')} as visits, ${extent('detector')} as detectors
    from ${relation.name} s`;
}

export function look(
  apdb: Apdb,
  relations: readonly Relation[],
  distinct: boolean,
): ReadonlyMap<StoredTable, Look> {
  const rows = runKept<Look & { table: StoredTable }>(
    relations.map((relation) => lookSql(apdb, relation, distinct)).join('\nunion all\n'),
    [],
    [],
  );
  return new Map(rows.map((row) => [row.table, row]));
}
