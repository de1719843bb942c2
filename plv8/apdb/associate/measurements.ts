/** The sources and forced sources that count for objects: those stored, and those of a visit on its way in. */
import { noDetector } from '../additions.ts';
import { type Apdb, q } from '../apdb.ts';

/** Rows beside a table that count as well: those of a relation with the table's columns. */
export interface Extra {
  readonly relation: string;
  /** The relation's own names for the table's columns. */
  readonly columns: ReadonlyMap<string, string>;
  /** Which of its rows count, behind the alias s. */
  readonly where: string;
  /** Which stored rows do not count, behind the alias d; those of the same key never do. */
  readonly instead: string;
}

/**
 * The time of a visit that was remembered, else the middle of the exposure: what decides whether a source counts for
 * a version that ends.
 */
function known(apdb: Apdb, row: string): string {
  return `(t.until is null or t.until > coalesce(
    (select v.visit_time from ${apdb.own('stored_visit')} v
     where v.visit = ${row}.visit and coalesce(v.detector, ${noDetector}) in (${noDetector}, ${row}.detector)
     order by v.detector nulls last limit 1),
    ${row}."midpointMjdTai"))`;
}

/** Rows of a table of the objects, and those beside the table, which take the place of stored ones of the same key. */
export function rowsOf(
  apdb: Apdb,
  table: 'DiaSource' | 'DiaForcedSource',
  key: readonly string[],
  columns: readonly string[],
  extra: Extra | undefined,
): string {
  const has = (column: string) => apdb.hasColumn(table, column);
  const stored = (column: string) => (has(column) ? `d.${q(column)}` : `null::float8 as ${q(column)}`);
  const beside = (column: string) => {
    const own = extra?.columns.get(column);
    return own === undefined ? `null as ${q(column)}` : `s.${q(own)} as ${q(column)}`;
  };
  const withdrawn = has('timeWithdrawnMjdTai') ? 'and d."timeWithdrawnMjdTai" is null' : '';
  const searched = `select t.number, t.ra0, t.decl0, ${columns.map((name) => `d.${q(name)}`).join(', ')}
    from target t
    cross join lateral (
      select ${[...key.filter((name) => !columns.includes(name)).map((name) => `d.${q(name)}`), ...columns.map(stored)].join(', ')}
      from ${apdb.table(table)} d
      where d."diaObjectId" = t.id and ${known(apdb, 'd')} ${withdrawn} ${extra ? `and not (${extra.instead})` : ''}
      offset 0
    ) d`;
  if (!extra) return searched;
  const own = (column: string) => `s.${q(extra.columns.get(column) ?? column)}`;
  const extraWithdrawn = extra.columns.get('timeWithdrawnMjdTai');
  return `${searched}
    where not exists (
      select from ${extra.relation} s
      where ${extra.where} and ${key.map((name) => `${own(name)} = d.${q(name)}`).join(' and ')})
    union all
    select t.number, t.ra0, t.decl0, ${columns.map(beside).join(', ')}
    from target t
    join ${extra.relation} s on ${own('diaObjectId')} = t.id
    where ${extra.where} ${extraWithdrawn ? `and s.${q(extraWithdrawn)} is null` : ''}`;
}
