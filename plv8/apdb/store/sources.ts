/** Statements that store sources and forced sources. */
import { q } from '../apdb.ts';
import { chunkSql } from './replica.ts';
import {
  assignments,
  columnNames,
  hasPixels,
  overwriting,
  pixelSql,
  type Rows,
  type Visit,
} from './visit.ts';

const keys = {
  DiaSource: ['diaSourceId'],
  DiaForcedSource: ['diaObjectId', 'visit', 'detector'],
} as const;

/** Writes the rows; gives how many as `stored`. $1 is the visit's chunk. */
export function storeSources(visit: Visit, table: 'DiaSource' | 'DiaForcedSource', rows: Rows): string {
  const { apdb, onConflict } = visit;
  const pixel = hasPixels(apdb, table) ? pixelSql(apdb, rows) : { ctes: [], join: '', value: '' };
  const written = assignments(
    rows,
    columnNames(apdb, table),
    hasPixels(apdb, table) ? { [apdb.options.htm_index_column]: pixel.value } : {},
  );
  const names = written.map(({ column }) => column);
  const key = keys[table].map(q).join(', ');
  const conflict = {
    error: '',
    skip: `on conflict (${key}) do nothing`,
    update: `on conflict (${key}) do update set ${overwriting(names)}`,
  }[onConflict];
  const chunk = chunkSql(visit, table, '$1');
  return `with ${[...pixel.ctes, ''].join(', ')}
  stored as (
    insert into ${apdb.table(table)} as o (${names.join(', ')})
    select ${written.map(({ value }) => value).join(', ')}
    from ${rows.relation.name} s
    ${pixel.join}
    ${conflict}
    returning ${chunk.returning}
  )
  ${chunk.cte}
  select count(*) as stored from stored`;
}
