/** Calibrations of one data ID whose validity ranges overlap in one collection. */
import { jsonObject } from '../data_id.ts';
import type { Registry } from '../registry.ts';
import { type Finding, findings } from './finding.ts';

/** Columns of a table of calibrations that are no dimensions. */
const others = ['id', 'dataset_type_id', 'dataset_id', 'collection_id', 'timespan'];

/** @param table quoted */
export function overlappingValidity(registry: Registry, table: string): Finding[] {
  const dimensions = registry
    .rows<{ name: string }>(
      `select attname::text as name from pg_attribute
       where attrelid = $1::regclass and attnum > 0 and not attisdropped and attname <> all ($2::text[]::name[])
       order by attnum`,
      [table, others],
    )
    .map(({ name }) => name);
  const columns = ['dataset_type_id', 'collection_id', ...dimensions].map((name) => plv8.quote_ident(name));
  const dataId = jsonObject(dimensions.map((name) => [name, `a.${plv8.quote_ident(name)}`]));
  return findings(
    registry,
    'validity ranges overlap',
    table,
    `select format('%s %s in %s: dataset %s %s and dataset %s %s', t.name, ${dataId}, c.name,
                   a.dataset_id, butler._shown_timespan(a.timespan), b.dataset_id, butler._shown_timespan(b.timespan))
     from ${table} a
     join ${table} b on a.id < b.id and a.timespan && b.timespan and ${columns
       .map((name) => `a.${name} = b.${name}`)
       .join(' and ')}
     join ${registry.table('dataset_type')} t on t.id = a.dataset_type_id
     join ${registry.table('collection')} c on c.collection_id = a.collection_id`,
  );
}
