/** What is wrong with a registry, found by a query that has a row for each case. */
import type { Registry } from '../registry.ts';
import type { TableSpec } from '../table.ts';

export interface Finding {
  /** Which rule is broken. */
  readonly problem: string;
  /** The table, collection or dataset type that it is broken in. */
  readonly object: string;
  /** The case: names, ids, data IDs. */
  readonly detail: string;
}

/** Cases of one kind that are told one by one. */
const told = 100;

/** Findings from a query whose one column is `detail`; where there are many, the last says so. */
export function findings(
  registry: Registry,
  problem: string,
  object: string,
  query: string,
  values: readonly unknown[] = [],
): Finding[] {
  const rows = registry.rows<{ detail: string }>(
    `select detail from (${query}) as broken (detail) limit ${told + 1}`,
    values,
  );
  return rows.map(({ detail }, index) => ({
    problem,
    object,
    detail: index < told ? detail : 'and more of them',
  }));
}

/** The tables that are not there, or lack columns, and which. */
export function missingColumns(
  registry: Registry,
  specs: readonly TableSpec[],
): { table: string; columns: string[] }[] {
  const present = registry.rows<{ name: string; columns: string[] }>(
    `select c.relname::text as name, array_agg(a.attname::text) as columns
     from pg_class c
     join pg_namespace n on n.oid = c.relnamespace
     join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
     where n.nspname = $1::name and c.relkind in ('r', 'p')
     group by c.relname`,
    [registry.name],
  );
  const known = new Map(present.map(({ name, columns }) => [name, new Set(columns)]));
  return specs
    .map(({ name, columns }) => ({
      table: name,
      columns: columns.map((part) => part.name).filter((column) => !known.get(name)?.has(column)),
    }))
    .filter(({ columns }) => columns.length > 0);
}
