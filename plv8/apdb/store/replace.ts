/** Taking back what a unit stored, so that what is sent now takes its place. */
import { type Apdb, q } from '../apdb.ts';
import { given } from './relation.ts';
import type { Unit } from './unit.ts';
import { end, id, start } from './versions.ts';
import { columnNames, type Visit } from './visit.ts';

interface Remembered {
  readonly time: number;
}

/**
 * Removes the rows of a unit that was stored before which are not sent again, and gives their place to the versions
 * around them. Rows that are sent again stay, to be overwritten, where the time of the visit is the same.
 */
export function takeBack(visit: Visit, unit: Unit): void {
  const { apdb } = visit;
  const [{ time }] = apdb.rows<Remembered>(
    `select visit_time as time from ${apdb.own('stored_visit')}
     where visit = $1::int8 and coalesce(detector, -1) = coalesce($2::int4, -1)
     for update`,
    [unit.visit, unit.detector],
  ) as [Remembered];
  takeBackVersions(visit, unit, time);
  for (const table of ['DiaSource', 'DiaForcedSource'] as const) takeBackRows(visit, unit, table);
}

/** The objects of the unit of which nothing is sent, as `gone (id)`. */
function goneObjects(visit: Visit, time: number): string {
  const rows = visit.rows.get('DiaObject');
  const again =
    rows && time === visit.time
      ? `except select ${given(rows.relation, 'diaObjectId')} from ${rows.relation.name} s`
      : '';
  return `gone as materialized (
    select unnest(dia_object_ids) as id from ${visit.apdb.own('stored_visit')}
    where visit = $1::int8 and coalesce(detector, -1) = coalesce($2::int4, -1)
    ${again}
  )`;
}

function takeBackVersions(visit: Visit, unit: Unit, time: number): void {
  const { apdb } = visit;
  const objects = apdb.table('DiaObject');
  const values = [unit.visit, unit.detector, time];
  apdb.rows(
    `with ${goneObjects(visit, time)},
     removed as (
       delete from ${objects} o using gone
       where o.${id} = gone.id and o.${start} = $3::float8
       returning o.${id} as id, o.${end} as "end"
     )
     update ${objects} o
     set ${end} = removed."end"
     from removed
     where o.${id} = removed.id and o.${end} = $3::float8 and o.${start} < $3::float8`,
    values,
  );
  if (apdb.hasLast) takeBackLast(visit, values, time);
}

function takeBackLast(visit: Visit, values: readonly unknown[], time: number): void {
  const { apdb } = visit;
  const last = apdb.table('DiaObjectLast');
  const columns = columnNames(apdb, 'DiaObjectLast').map(q);
  apdb.rows(
    `with ${goneObjects(visit, time)},
     removed as (
       delete from ${last} l using gone where l.${id} = gone.id and l.${start} = $3::float8 returning l.${id} as id
     )
     insert into ${last} (${columns.join(', ')})
     select ${columns.map((column) => `o.${column}`).join(', ')}
     from removed
     join ${apdb.table('DiaObject')} o on o.${id} = removed.id
     where o.${end} is null
     on conflict (${id}) do nothing`,
    values,
  );
}

/** A unit without a detector has the rows of its visit that no unit with a detector has. */
function unitRows(apdb: Apdb): string {
  return `o.visit = $1::int8 and case when $2::int4 is null
    then not exists (select 1 from ${apdb.own('stored_visit')} u where u.visit = o.visit and u.detector = o.detector)
    else o.detector = $2::int4 end`;
}

function takeBackRows(visit: Visit, unit: Unit, table: 'DiaSource' | 'DiaForcedSource'): void {
  const { apdb } = visit;
  const rows = visit.rows.get(table);
  const key = table === 'DiaSource' ? ['diaSourceId'] : ['diaObjectId', 'visit', 'detector'];
  const again = rows
    ? `and not exists (
        select 1 from ${rows.relation.name} s
        where ${key.map((name) => `${given(rows.relation, name)} = o.${q(name)}`).join(' and ')}
      )`
    : '';
  apdb.rows(`delete from ${apdb.table(table)} o where ${unitRows(apdb)} ${again}`, [
    unit.visit,
    unit.detector,
  ]);
}
