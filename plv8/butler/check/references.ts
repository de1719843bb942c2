/** Values that must be found in other tables: records, collections, datasets, summaries. */
import { jsonObject } from '../data_id.ts';
import type { Registry } from '../registry.ts';
import type { TableSpec } from '../table.ts';
import { type Finding, findings } from './finding.ts';

const quote = (name: string): string => plv8.quote_ident(name);

/** Rows of a table that refer to rows which are not there, whether or not a constraint should have seen to it. */
export function checkReferences(registry: Registry, { name, foreignKeys = [] }: TableSpec): Finding[] {
  return foreignKeys.flatMap(({ table, source, target }) =>
    findings(
      registry,
      table.startsWith('collection_summary_')
        ? 'summary does not cover what the collection holds'
        : `${table} is missing`,
      name,
      `select ${jsonObject(source.map((column) => [column, `f.${quote(column)}`]))}::text
       from (select distinct ${source.map(quote).join(', ')} from ${registry.table(name)}) f
       where ${source.map((column) => `f.${quote(column)} is not null`).join(' and ')}
         and not exists (
           select from ${registry.table(table)} t
           where ${source.map((column, i) => `t.${quote(target[i]!)} = f.${quote(column)}`).join(' and ')})`,
    ),
  );
}
