/** The relations whose rows are stored: staging tables, or whatever has columns of the right names. */
import { type Apdb, q } from '../apdb.ts';
import { apdbError } from '../errors.ts';
import { snakeCase } from '../snake_case.ts';
import type { StoredTable } from './stage.ts';

/** Columns that storing fills in: what a relation says of them does not count. */
export const filledColumns: readonly string[] = ['validityStartMjdTai', 'validityEndMjdTai'];

export interface Relation {
  readonly table: StoredTable;
  /** As it stands in a FROM clause. */
  readonly name: string;
  /** Columns of the table that the relation has, in the table's order, each with the relation's own name for it. */
  readonly columns: ReadonlyMap<string, string>;
}

/** The relation's own column for one of the table's, behind the alias of the relation: `s."diaObjectId"`. */
export function given({ columns }: Relation, column: string, alias = 's'): string {
  return `${alias}.${q(columns.get(column) ?? column)}`;
}

interface FoundRelation {
  readonly columns: string[];
  /** With its schema, behind which no name of a statement's own can hide it. */
  readonly qualified: string;
}

/**
 * The columns of a relation, matched with those of a table by name: the client's, or the same in snake_case.
 * @throws ApdbDataError for columns that the table has not, and for columns that it needs
 */
export function matchRelation(apdb: Apdb, table: StoredTable, name: string): Relation {
  const [{ columns: has, qualified }] = apdb.rows<FoundRelation>(
    `select array(select attname::text from pg_attribute
                  where attrelid = c.oid and attnum > 0 and not attisdropped) as columns,
            format('%I.%I', n.nspname, c.relname) as qualified
     from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.oid = $1::regclass`,
    [name],
  ) as [FoundRelation];
  const unmatched = new Set(has);
  const columns = new Map<string, string>();
  const missing: string[] = [];
  for (const column of apdb.columns(table)) {
    const own = [column.name, snakeCase(column.name)].find((spelling) => unmatched.has(spelling));
    if (own !== undefined) {
      unmatched.delete(own);
      columns.set(column.name, own);
    } else if (
      column.notNull &&
      !column.hasDefault &&
      !filledColumns.includes(column.name) &&
      column.name !== apdb.options.htm_index_column
    )
      missing.push(column.name);
  }
  const complaints = [
    ...missing.map((column) => `${column}: missing; it is never NULL in ${table}`),
    ...[...unmatched].map((column) => `${column}: ${table} has no such column`),
  ];
  if (complaints.length > 0)
    throw apdbError('ApdbDataError', `${name} does not have the columns of ${table}`, {
      detail: complaints.join('\n'),
      hint: `Columns have the names of ${apdb.table(table)} or the same in snake_case; a view can name them so.`,
    });
  return { table, name: qualified, columns };
}
