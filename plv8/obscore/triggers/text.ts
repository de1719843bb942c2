/** Pieces of trigger functions. They are PL/pgSQL with constants of the registry in it, so that their plans are kept. */
import type { Registry } from '../../butler/registry.ts';
import type { Definition } from '../definition.ts';
import { isRebuilding, takeWrites } from '../locks.ts';
import { memberTable, pendingTable } from '../members.ts';
import { functionName } from './names.ts';
import type { Subject } from './subjects.ts';

export const literal = (text: string): string => plv8.quote_literal(text);
export const quote = (name: string): string => plv8.quote_ident(name);

/** Lines, each behind so many spaces. */
export function indent(text: string, spaces: number): string {
  return text.replace(/^(?=.)/gm, ' '.repeat(spaces));
}

/**
 * `create or replace function` of the trigger function of a table: it runs with the rights of who made the ObsCore
 * table, because who writes the registry has none on what is kept here.
 */
export function triggerFunction(
  registry: Registry,
  table: string,
  comment: string,
  declarations: readonly string[],
  body: string,
): string[] {
  const name = registry.table(functionName(table));
  const source = `
declare
${indent(declarations.map((declaration) => `${declaration};`).join('\n'), 2)}
begin
${indent(body, 2)}
  return null;
end
`;
  return [
    `create or replace function ${name}() returns trigger
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as ${literal(source)}`,
    `comment on function ${name}() is ${literal(comment)}`,
  ];
}

/** What is done first by whoever changes rows: no rebuild swaps a table in from here to the end of the transaction. */
export function beginUpkeep(registry: Registry): string {
  return `perform ${takeWrites(registry)};`;
}

/** Notes datasets, a query of `dataset_type_id` and `dataset_id`, for each table that is being rebuilt. */
export function noteForRebuilds(definitions: readonly Definition[], rows: string): string {
  return definitions
    .map(
      ({ registry, tableName }) => `if ${isRebuilding(registry, tableName)} then
  insert into ${registry.table(pendingTable)} (table_name, dataset_type_id, dataset_id)
  select ${literal(tableName)}, n.dataset_type_id, n.dataset_id from (${rows}) n;
end if;`,
    )
    .join('\n');
}

/** Brings the rows of `ids` to the truth, now or when obscore.refresh is called. */
export function keep({ definition, type }: Subject, apply: string): string {
  const { registry, tableName, mode } = definition;
  if (mode === 'live') return `perform ${apply}(ids);`;
  return `insert into ${registry.table(pendingTable)} (table_name, dataset_type_id, dataset_id)
select ${literal(tableName)}, ${type.id}, i.id from unnest(ids) i (id);`;
}

/** The members of a table, as relation `m` to be joined on `m.collection_id`. */
export function membersOf({ registry, tableName }: Definition): string {
  return `(select collection_id from ${registry.table(memberTable)} where table_name = ${literal(tableName)}) m`;
}

/** What no trigger sees row by row: all tables of the registry are compared with the truth, and mended. */
export function onTruncate(registry: Registry): string {
  return `if tg_op = 'TRUNCATE' then
  perform obscore._resynchronise(${literal(registry.name)});
  return null;
end if;`;
}
