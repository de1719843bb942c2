/** What the new versions of a visit's objects find in the tables. */
import type { Apdb } from '../apdb.ts';
import { given, type Relation } from './relation.ts';
import { runKept } from './session.ts';
import type { Visit } from './visit.ts';

export const id = '"diaObjectId"';
export const start = '"validityStartMjdTai"';
export const end = '"validityEndMjdTai"';

/** Tables that hold versions. */
export const versionTables = (visit: Visit): string[] => [
  visit.apdb.table('DiaObject'),
  ...(visit.nightly ? [visit.apdb.table('DiaObjectNightly')] : []),
];

/** The first, in an order, of the versions of the object `s.id` for which a condition holds. */
function firstVersion(visit: Visit, condition: string, order: 'asc' | 'desc'): string {
  const ofTable = (table: string, place: number) =>
    `select o.${start} as start, o.${end} as "end", ${place} as place, o.xmin as mark
     from ${table} o
     where o.${id} = s.id ${condition}
     order by o.${start} ${order}
     limit 1`;
  const tables = versionTables(visit);
  if (tables.length === 1) return ofTable(tables[0], 0);
  return `select u.* from (${tables.map((table, place) => `(${ofTable(table, place)})`).join(' union all ')}) u
    order by u.start ${order}
    limit 1`;
}

/**
 * A common table expression, `version`, with a row for each object: the version of before, or of the same time
 * (`start`, `end`, and in `place` which of the tables has it); whether the new one `closes` it, or `is_there` already;
 * the end of the new one, `own_end`; and the version after it (`next`, `next_place`, with its `mark`). $1 is the visit's
 * time.
 *
 * Where no version was newer than the visit when it was looked at, the newest is the one of before: one that is newer
 * meanwhile counts as `newer`. A visit that comes late looks three times.
 */
export function versionSql(visit: Visit, relation: Relation): string {
  const objects = `select ${given(relation, 'diaObjectId')} as id from ${relation.name} s`;
  const found = visit.late
    ? `select s.id, g.start > $1 as newer, n.start as next, n.place as next_place, n.mark,
              case when g.start > $1 then p.start else g.start end as start,
              case when g.start > $1 then p."end" else g."end" end as "end",
              case when g.start > $1 then p.place else g.place end as place
       from (${objects}) s
       left join lateral (${firstVersion(visit, '', 'desc')}) g on true
       left join lateral (${firstVersion(visit, `and o.${start} <= $1 and g.start > $1`, 'desc')}) p on true
       left join lateral (${firstVersion(visit, `and o.${start} > $1 and g.start > $1`, 'asc')}) n on true`
    : `select s.id, g.start > $1 as newer, null::float8 as next, null::int4 as next_place, null::xid as mark,
              g.start, g."end", g.place
       from (${objects}) s
       left join lateral (${firstVersion(visit, '', 'desc')}) g on true`;
  return `version as materialized (
    select s.*, s.start < $1 and coalesce(s."end" > $1, true) as closes, s.start = $1 as is_there,
           case when s.start = $1 then s."end"
                else least(case when s."end" > $1 then s."end" end, s.next) end as own_end
    from (${found}) s
    order by s.id
  )`;
}

/** Whether the APDB has versions that begin after a time. */
export function hasNewerVersions(apdb: Apdb, time: number): boolean {
  if (apdb.options.dia_object_nightly) return true;
  const [{ newer }] = runKept<{ newer: boolean }>(
    `select coalesce((select max(${start}) from ${apdb.table('DiaObject')}) > $1, false) as newer`,
    ['float8'],
    [time],
  ) as [{ newer: boolean }];
  return newer;
}
