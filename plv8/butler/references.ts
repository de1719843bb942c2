/**
 * Foreign keys of many rows at once. PostgreSQL checks them a row and a key at a time, which takes most of the time of
 * a large insert. What is here looks up and locks each distinct row that they refer to, once, as those checks would,
 * so that a statement may run without them (session_replication_role = replica). Where it finds less than there should
 * be, the same rows are to be written with the checks: these decide, as they see what was committed meanwhile.
 */

import { isForeignKeyViolation } from '../sqlstate.ts';
import type { Registry } from './registry.ts';

/** Rows that a statement inserts. */
export interface Insertion {
  /** Quoted. */
  readonly table: string;
  /** The relation that they are made from. */
  readonly source: string;
  /** Its columns that may refer to others, as columns of the source, `s.exposure`, or constants. */
  readonly columns: Readonly<Record<string, string>>;
  /**
   * By table, quoted, to which it may refer: the relation of the statement that has a row for each that the statement
   * adds there; null where the statement itself sees to all that are referred to.
   */
  readonly made?: Readonly<Record<string, string | null>>;
}

/** What a statement is to have before it may do without the checks: expressions, and a condition over them. */
export interface ReferenceCheck {
  readonly statements: readonly string[];
  readonly condition: string;
}

interface ForeignKey {
  readonly inserted: string;
  readonly columns: string[];
  readonly target: string;
  readonly target_columns: string[];
}

const quote = (name: string): string => plv8.quote_ident(name);

/**
 * Foreign keys of tables, quoted, or undefined where an insert could tell that they are not checked row by row:
 * other triggers would not fire either, nor rules; deferred ones come later; and the caller may have no right to look.
 * Those of ours that fire always, once a statement, see to themselves.
 */
function foreignKeys(registry: Registry, tables: readonly string[]): ForeignKey[] | undefined {
  const [{ fit }] = registry.rows<{ fit: boolean }>(
    `select not exists (
         select from pg_trigger
         where tgrelid = any($1::regclass[]) and tgtype & 4 <> 0
           and (tgenabled <> 'O' or tgdeferrable or tgfoid <> '"RI_FKey_check_ins"'::regproc)
           and not (tgenabled = 'A' and tgtype & 1 = 0 and tgname ~ '^almagest_(footprint|obscore)_'))
       and not exists (
         select from pg_class where oid = any($1::regclass[]) and (relkind <> 'r' or relhasrules))
       and not exists (
         select from pg_constraint
         where conrelid = any($1::regclass[]) and contype = 'f'
           and (confmatchtype <> 's' or not has_table_privilege(confrelid, 'select')
             or not has_table_privilege(confrelid, 'update'))) as fit`,
    [tables],
  );
  if (!fit) return undefined;
  const names = (table: string, numbers: string) =>
    `array(select a.attname::text from unnest(${numbers}) with ordinality n (number, place)
           join pg_attribute a on a.attrelid = ${table} and a.attnum = n.number order by n.place)`;
  return registry.rows<ForeignKey>(
    `select i.name as inserted, ${names('c.conrelid', 'c.conkey')} as columns,
            format('%I.%I', n.nspname, t.relname) as target, ${names('c.confrelid', 'c.confkey')} as target_columns
     from unnest($1::text[]) with ordinality as i (name, place)
     join pg_constraint c on c.conrelid = i.name::regclass and c.contype = 'f'
     join pg_class t on t.oid = c.confrelid
     join pg_namespace n on n.oid = t.relnamespace
     order by i.place, c.oid`,
    [tables],
  );
}

/** The check of all rows that a statement inserts; undefined where it must leave that to PostgreSQL. */
export function referenceCheck(
  registry: Registry,
  insertions: readonly Insertion[],
): ReferenceCheck | undefined {
  const keys = foreignKeys(registry, [...new Set(insertions.map(({ table }) => table))]);
  if (keys === undefined) return undefined;
  const checks = new Map<string, ReferenceCheck>();
  for (const { table, source, columns, made = {} } of insertions)
    for (const key of keys.filter(({ inserted }) => inserted === table)) {
      if (made[key.target] === null) continue;
      if (!key.columns.every((name) => Object.hasOwn(columns, name))) return undefined;
      const values = key.columns.map((name) => columns[name]);
      const isConstant = !values.some((value) => value.startsWith('s.'));
      const what = JSON.stringify([key.target, key.target_columns, values, isConstant || source]);
      if (checks.has(what)) continue;
      const wanted = quote(`references ${checks.size}`);
      const locked = quote(`locked ${checks.size}`);
      const list = values.map((value, i) => `${value} as k${i}`).join(', ');
      const count = (relation: string) => `(select count(*) from ${relation})`;
      const others = made[key.target];
      checks.set(what, {
        statements: [
          `${wanted} as materialized (select ${isConstant ? list : `distinct ${list} from ${source} s`})`,
          `${locked} as materialized (
  select 1 from ${wanted} v
  join ${key.target} r on ${key.target_columns.map((name, i) => `r.${quote(name)} = v.k${i}`).join(' and ')}
  order by ${values.map((_, i) => `v.k${i}`).join(', ')}
  for key share of r
)`,
        ],
        condition: `${count(locked)}${others ? ` + ${count(others)}` : ''} = ${count(wanted)}`,
      });
    }
  return {
    statements: [...checks.values()].flatMap(({ statements }) => statements),
    condition: [...checks.values()].map(({ condition }) => condition).join('\n  and ') || 'true',
  };
}

/** A condition that is true where the check's is, and ends the statement where it is not. */
export function orRefuse({ condition }: ReferenceCheck): string {
  return `case when ${condition} then true
  else butler._raise('23503', 'a row that is referred to does not exist') is null end`;
}

/**
 * Runs a statement that inserts so many rows, without the checks of foreign keys where that is allowed and worth it.
 * @param compose the statement, with the check's expressions and condition where there is one
 */
export function insertMany(
  registry: Registry,
  rows: number,
  insertions: readonly Insertion[],
  compose: (check?: ReferenceCheck) => string,
  values: readonly unknown[],
): void {
  const [{ may, role }] = registry.rows<{ may: boolean; role: string }>(
    `select butler._may_check_at_once($1) as may, current_setting('session_replication_role') as role`,
    [BigInt(rows)],
  );
  const check = may ? referenceCheck(registry, insertions) : undefined;
  const setRole = (name: string) =>
    registry.rows(`select set_config('session_replication_role', $1, true)`, [name]);
  if (check)
    try {
      plv8.subtransaction(() => {
        setRole('replica');
        registry.rows(compose(check), values);
        setRole(role);
      });
      return;
    } catch (error) {
      if (!isForeignKeyViolation(error)) throw error;
    }
  registry.rows(compose(), values);
}

/** The statement that inserts all columns of rows that a query gives. */
export function insertion(query: string, { table, source, columns }: Insertion) {
  return (check?: ReferenceCheck): string => `
with ${[`${source} as materialized (${query})`, ...(check?.statements ?? [])].join(',\n')},
inserted as (
  insert into ${table} (${Object.keys(columns).map(quote).join(', ')})
  select ${Object.values(columns).join(', ')}
  from ${source} s
)
select${check ? ` where ${orRefuse(check)}` : ''}`;
}
