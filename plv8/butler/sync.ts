/** Statements that bring one record of a dimension to what is given: insert it, find it the same, or update it. */

import { columnJson, columnNames, insertRecords, renewOverlaps, storedRecords } from './records.ts';
import type { Registry } from './registry.ts';
import type { Parameters } from './statement.ts';
import type { Element } from './universe.ts';

const quote = (name: string): string => plv8.quote_ident(name);
const literal = (text: string): string => plv8.quote_literal(text);

export interface SyncStatements {
  /** No row where the record is not there; otherwise its values that differ, as JSON, and the differences in words. */
  readonly compare: string;
  /** Gives 1 where it inserted the record, and 0 where it was there already. */
  readonly insert: readonly string[];
  readonly update: readonly string[];
}

/**
 * @param fields those that the record gives; others are neither compared nor changed
 * @param lock hold the record that is found until the end of the transaction
 */
export function syncRecord(
  registry: Registry,
  element: Element,
  fields: ReadonlySet<string>,
  lock: boolean,
  parameters: Parameters,
): SyncStatements {
  const { key, rest } = columnNames(element);
  const table = registry.table(element.name);
  const records = storedRecords(element, parameters);
  const same = key.map((name) => `t.${quote(name)} = n.${quote(name)}`).join(' and ');
  const compared = element.columns.filter(({ name }) => rest.includes(name) && fields.has(name));
  const rows = compared.map((column, place) => {
    const [old, now] = [`t.${quote(column.name)}`, `n.${quote(column.name)}`];
    const members = [place, literal(column.name), columnJson(column, old), columnJson(column, now)];
    // One and the same timespan may be stored with infinite bounds or with the limits of time.
    const before = column.type === 'timespan' ? `butler._stored_timespan(${old})` : old;
    return `(${members.join(', ')}, ${before} is distinct from ${now})`;
  });
  const differences =
    rows.length === 0
      ? `select null::json as old_values, null as differences`
      : `select json_object_agg(d.name, d.old order by d.place) as old_values,
      string_agg(format('%s: %s != %s', d.name, coalesce(d.old, 'null'), coalesce(d.now, 'null')), ', ' order by d.place) as differences
    from (values ${rows.join(',\n      ')}) d (place, name, old, now, differs)
    where d.differs`;
  const compare = `
  with found as materialized (
    select t.* from ${table} t, (${records}) n where ${same} ${lock ? 'for update of t' : ''}
  )
  select d.* from found t, (${records}) n, lateral (${differences}) d`;
  const update =
    compared.length === 0
      ? []
      : [
          `update ${table} t set ${compared.map(({ name }) => `${quote(name)} = n.${quote(name)}`).join(', ')}
  from (${records}) n
  where ${same}`,
          ...(compared.some(({ role }) => role === 'region') ? renewOverlaps(registry, element) : []),
        ];
  return { compare, insert: insertRecords(registry, element, 'skip', parameters), update };
}
