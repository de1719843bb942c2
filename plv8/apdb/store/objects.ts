/** Statements that store new versions of objects. */
import { given } from './relation.ts';
import { chunkSql } from './replica.ts';
import { end, id, start, versionSql, versionTables } from './versions.ts';
import { assignments, columnNames, overwriting, pixelSql, type Rows, type Visit } from './visit.ts';

/** Counts of storeVersions. */
export interface StoredVersions {
  /** Versions written, and versions of before that they closed. */
  readonly stored: bigint;
  readonly closed: bigint;
  /** Versions that were not as they had been found, because of another session: nothing new was written. */
  readonly missed: bigint;
  /** Objects that have a version of the visit's time in another table than that written to: nothing new was written. */
  readonly elsewhere: bigint;
  /** New versions that have an end, being late. */
  readonly ended: bigint;
}

/** Closes the versions that the new ones follow: `closed_0`, and `closed_1` of the nightly table. */
const closing = (table: string, place: number) => `closed_${place} as (
    update ${table} o
    set ${end} = $1
    from version v
    where o.${id} = v.id and o.${start} = v.start and v.closes and v.place = ${place}
      and o.${end} is not distinct from v."end"
    returning 1
  )`;

/**
 * Where a new version comes before another and closes none, two sessions could write such beside each other: each
 * touches the version that follows.
 */
const touching = (table: string, place: number) => `touched_${place} as (
    update ${table} o
    set ${end} = o.${end}
    from version v
    where o.${id} = v.id and o.${start} = v.next and v.next_place = ${place} and not coalesce(v.closes or v.is_there, false)
      and o.xmin = v.mark
    returning 1
  )`;

/** Closes the versions of before and writes the new ones; gives StoredVersions. $1 is the visit's time, $2 its chunk. */
export function storeVersions(visit: Visit, rows: Rows): string {
  const { apdb, onConflict } = visit;
  const tables = versionTables(visit);
  const pixel = pixelSql(apdb, rows);
  const written = assignments(rows, columnNames(apdb, 'DiaObject'), {
    validityStartMjdTai: '$1::float8',
    validityEndMjdTai: 'v.own_end',
    [apdb.options.htm_index_column]: pixel.value,
  });
  const names = written.map(({ column }) => column);
  const conflict = {
    error: '',
    skip: `on conflict (${id}, ${start}) do nothing`,
    update: `on conflict (${id}, ${start}) do update set ${overwriting(names)}`,
  }[onConflict];
  const chunk = visit.nightly ? { returning: '1', cte: '' } : chunkSql(visit, 'DiaObject', '$2');
  const touches = visit.late && !apdb.hasLast;
  const changed = [
    ...tables.map((_, place) => `(select count(*) from closed_${place})`),
    ...(touches ? tables.map((_, place) => `(select count(*) from touched_${place})`) : []),
  ];
  return `with ${[
    ...pixel.ctes,
    versionSql(visit, rows.relation),
    ...tables.map(closing),
    ...(touches ? tables.map(touching) : []),
  ].join(', ')},
  found as materialized (
    select count(*) filter (where closes${touches ? ' or not coalesce(is_there, false) and next is not null' : ''})
             - ${changed.join(' - ')}
             ${visit.late ? '' : '+ count(*) filter (where newer)'} as missed,
           ${visit.nightly ? 'count(*) filter (where is_there)' : '0::int8'} as elsewhere,
           count(own_end) as ended
    from version
  ),
  stored as (
    insert into ${tables.at(-1)} as o (${names.join(', ')})
    select ${written.map(({ value }) => value).join(', ')}
    from ${rows.relation.name} s
    join version v on v.id = ${given(rows.relation, 'diaObjectId')}
    ${pixel.join}
    where (select missed = 0 and elsewhere = 0 from found) ${onConflict === 'skip' ? 'and v.is_there is not true' : ''}
    ${conflict}
    returning ${chunk.returning}
  )
  ${chunk.cte}
  select (select count(*) from stored) as stored,
         ${tables.map((_, place) => `(select count(*) from closed_${place})`).join(' + ')} as closed,
         missed, elsewhere, ended
  from found`;
}

/** Brings DiaObjectLast to the new versions, but where it has newer ones. $1 is the visit's time. */
export function storeLast(visit: Visit, rows: Rows): string[] {
  const { apdb, onConflict } = visit;
  const last = apdb.table('DiaObjectLast');
  const pixel = pixelSql(apdb, rows);
  const written = assignments(rows, columnNames(apdb, 'DiaObjectLast'), {
    validityStartMjdTai: '$1::float8',
    [apdb.options.htm_index_column]: pixel.value,
  });
  const names = written.map(({ column }) => column);
  const objectId = given(rows.relation, 'diaObjectId');
  const older = onConflict === 'skip' ? '<' : '<=';
  const insert = `${pixel.ctes.length > 0 ? `with ${pixel.ctes.join(', ')}` : ''}
  insert into ${last} as l (${names.join(', ')})
  select ${written.map(({ value }) => value).join(', ')}
  from ${rows.relation.name} s
  ${pixel.join}`;
  if (apdb.options.object_last_replace)
    return [
      `${insert}
      order by ${objectId}
      on conflict (${id}) do update set ${overwriting(names)}
      where l.${start} ${older} excluded.${start}`,
    ];
  return [
    // Waits for other sessions that have the same objects, and makes others wait, until the end of the transaction.
    `${insert}
     order by ${objectId}
     on conflict (${id}) do update set ${start} = l.${start}
     where false`,
    `delete from ${last} l
     using (select ${objectId} as id from ${rows.relation.name} s order by 1) s
     where l.${id} = s.id and l.${start} ${older} $1`,
    `${insert}
     where not exists (select 1 from ${last} l where l.${id} = ${objectId})
     order by ${objectId}`,
  ];
}

/** Takes objects out of DiaObjectLast whose new version ends: they were closed before it came. $1 is the visit's time. */
export function pruneLast(visit: Visit, rows: Rows): string {
  return `delete from ${visit.apdb.table('DiaObjectLast')} l
    using ${rows.relation.name} s
    where l.${id} = ${given(rows.relation, 'diaObjectId')} and l.${start} = $1
      and exists (
        select 1 from ${visit.apdb.table('DiaObject')} o
        where o.${id} = l.${id} and o.${start} = $1 and o.${end} is not null
        ${visit.nightly ? `union all select 1 from ${visit.apdb.table('DiaObjectNightly')} o where o.${id} = l.${id} and o.${start} = $1 and o.${end} is not null` : ''}
      )`;
}
