/** Statements that store new versions of objects. */
import { given } from './relation.ts';
import { chunkSql } from './replica.ts';
import { assignments, columnNames, overwriting, pixelSql, type Rows, type Visit } from './visit.ts';

const id = '"diaObjectId"';
const start = '"validityStartMjdTai"';
const end = '"validityEndMjdTai"';

/**
 * What the new versions find: the version of before (`start`, `end`; the same time's where there is one), and the
 * end that the new one has. A visit that comes late stands between versions that are there.
 */
function versionSql(visit: Visit, rows: Rows): string {
  const objects = visit.apdb.table('DiaObject');
  const newest = `select o.${start} as start, o.${end} as "end" from ${objects} o where o.${id} = s.id`;
  return `version as materialized (
    select s.id, s.start, s."end", s.start < $1 and coalesce(s."end" > $1, true) as closes, s.start = $1 as is_there,
           case when s.start = $1 then s."end"
                else least(case when s."end" > $1 then s."end" end, s.next) end as own_end
    from (
      select s.id, n.start as next,
             case when g.start > $1 then p.start else g.start end as start,
             case when g.start > $1 then p."end" else g."end" end as "end"
      from (select ${given(rows.relation, 'diaObjectId')} as id from ${rows.relation.name} s) s
      left join lateral (${newest} order by o.${start} desc limit 1) g on true
      left join lateral (
        ${newest} and o.${start} <= $1 and g.start > $1 order by o.${start} desc limit 1
      ) p on true
      left join lateral (
        ${newest} and o.${start} > $1 and g.start > $1 order by o.${start} limit 1
      ) n on true
    ) s
  )`;
}

/**
 * Closes the versions of before and writes the new ones; gives `stored`, `closed`, and `missed`: how many versions
 * others closed meanwhile. Where there are any, it has written nothing new. $1 is the visit's time, $2
 * its chunk.
 */
export function storeVersions(visit: Visit, rows: Rows): string {
  const { apdb, onConflict } = visit;
  const objects = apdb.table('DiaObject');
  const pixel = pixelSql(apdb, rows);
  const written = assignments(rows, columnNames(apdb, 'DiaObject'), {
    validityStartMjdTai: '$1',
    validityEndMjdTai: 'v.own_end',
    [apdb.options.htm_index_column]: pixel.value,
  });
  const names = written.map(({ column }) => column);
  const conflict = {
    error: '',
    skip: `on conflict (${id}, ${start}) do nothing`,
    update: `on conflict (${id}, ${start}) do update set ${overwriting(names)}`,
  }[onConflict];
  const chunk = chunkSql(visit, 'DiaObject', '$2');
  return `with ${[...pixel.ctes, versionSql(visit, rows)].join(', ')},
  closed as (
    update ${objects} o
    set ${end} = $1
    from version v
    where o.${id} = v.id and o.${start} = v.start and v.closes and o.${end} is not distinct from v."end"
    returning 1
  ),
  missed as materialized (
    select (select count(*) from version where closes) - (select count(*) from closed) as n
  ),
  stored as (
    insert into ${objects} as o (${names.join(', ')})
    select ${written.map(({ value }) => value).join(', ')}
    from ${rows.relation.name} s
    join version v on v.id = ${given(rows.relation, 'diaObjectId')}
    ${pixel.join}
    where (select n from missed) = 0 ${onConflict === 'skip' ? 'and v.is_there is not true' : ''}
    ${conflict}
    returning ${chunk.returning}
  )
  ${chunk.cte}
  select (select count(*) from stored) as stored, (select count(*) from closed) as closed,
         (select n from missed) as missed`;
}

/** Brings DiaObjectLast to the new versions, but where it has newer ones. $1 is the visit's time. */
export function storeLast(visit: Visit, rows: Rows): string {
  const { apdb, onConflict } = visit;
  const last = apdb.table('DiaObjectLast');
  const pixel = pixelSql(apdb, rows);
  const written = assignments(rows, columnNames(apdb, 'DiaObjectLast'), {
    validityStartMjdTai: '$1',
    [apdb.options.htm_index_column]: pixel.value,
  });
  const names = written.map(({ column }) => column);
  const ctes = pixel.ctes.length > 0 ? `with ${pixel.ctes.join(', ')}` : '';
  return `${ctes}
  insert into ${last} as l (${names.join(', ')})
  select ${written.map(({ value }) => value).join(', ')}
  from ${rows.relation.name} s
  ${pixel.join}
  order by ${given(rows.relation, 'diaObjectId')}
  on conflict (${id}) do update set ${overwriting(names)}
  where l.${start} ${onConflict === 'skip' ? '<' : '<='} excluded.${start}`;
}
