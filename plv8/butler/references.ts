/**
 * Foreign keys of many rows at once. PostgreSQL checks them a row and a key at a time, which takes most of the time of
 * a large insert. What is here looks up and locks each distinct row that they refer to, once, as those checks would,
 * so that a statement may run without them (session_replication_role = replica).
 */
import { summaryLabel } from './change.ts';
import { recordCondition } from './data_id.ts';
import { hasTable } from './ddl.ts';
import type { Collection, DatasetType, Registry } from './registry.ts';

/** What a statement is to have before it may do without the checks: expressions, and a condition over them. */
export interface ReferenceCheck {
  readonly statements: readonly string[];
  readonly condition: string;
}

/**
 * The check of rows of a dataset type that a relation with their dimensions brings into a run. It goes with
 * the summaries' statements; undefined where tables have triggers of their own, which would not fire either.
 */
export function referenceCheck(
  registry: Registry,
  type: DatasetType,
  run: Collection,
  source: string,
): ReferenceCheck | undefined {
  const { governors, required } = type.dimensions;
  const summaries = ['dataset_type', ...governors];
  const written = [
    registry.table('dataset'),
    type.tags,
    ...summaries.map((name) => registry.table(`collection_summary_${name}`)),
  ];
  const [{ fires }] = registry.rows<{ fires: boolean }>(
    `select exists (select from pg_trigger
                    where tgrelid = any($1::regclass[]) and not tgisinternal and tgenabled = 'O') as fires`,
    [written],
  );
  if (fires) return undefined;
  const count = (relation: string) => `(select count(*) from ${relation})`;
  const statements: string[] = [];
  const conditions: string[] = [];
  const lock = (label: string, select: string, table: string) => {
    const name = plv8.quote_ident(label);
    statements.push(`${name} as materialized (\n  ${select}\n  for key share of ${table}\n)`);
    return name;
  };
  const parents = lock(
    'locked parents',
    `select 1 from ${registry.table('dataset_type')} t, ${registry.table('run')} u, ${registry.table('collection')} c
  where t.id = ${type.id} and u.collection_id = ${run.id} and c.collection_id = ${run.id}`,
    't, u, c',
  );
  conditions.push(`${count(parents)} = 1`);
  for (const name of summaries) {
    const isGovernor = name !== 'dataset_type';
    const column = plv8.quote_ident(isGovernor ? name : 'dataset_type_id');
    const values = isGovernor ? `(select distinct ${column} from ${source})` : `(values (${type.id})) as v`;
    const locked = lock(
      `locked summary of ${name}`,
      `select 1 from ${registry.table(`collection_summary_${name}`)} s
  where s.collection_id = ${run.id} and s.${column} in (select * from ${values}${isGovernor ? ' v' : ''})`,
      's',
    );
    const wanted = isGovernor ? count(`${values} v`) : '1';
    conditions.push(`${count(locked)} + ${count(summaryLabel(name, type))} = ${wanted}`);
  }
  for (const name of required.filter((dimension) => hasTable(registry.universe.element(dimension)))) {
    const keys = registry.universe
      .element(name)
      .required.map((dimension) => plv8.quote_ident(dimension))
      .join(', ');
    const values = `(select distinct ${keys} from ${source})`;
    const condition = recordCondition(
      registry.universe,
      name,
      'r',
      (dimension) => `v.${plv8.quote_ident(dimension)}`,
    );
    const locked = lock(
      `locked ${name}`,
      `select 1 from ${values} v join ${registry.table(name)} r on ${condition}`,
      'r',
    );
    conditions.push(`${count(locked)} = ${count(`${values} v`)}`);
  }
  return { statements, condition: conditions.join('\n  and ') };
}

/** A filter that lets all rows pass where the condition holds, and ends the statement where it does not. */
export function orRefuse({ condition }: ReferenceCheck): string {
  return `case when ${condition} then true
  else butler._raise('23503', 'a row that is referred to does not exist') is null end`;
}
