/** Units: the visits, or detectors of visits, that were stored. */
import { apdbError } from '../errors.ts';
import type { Look } from './look.ts';
import { given } from './relation.ts';
import { runKept } from './session.ts';
import { storedTables } from './stage.ts';
import { id, start } from './versions.ts';
import type { Visit } from './visit.ts';

export interface Unit {
  /** As text: an id may exceed what a JavaScript number holds. */
  readonly visit: string;
  readonly detector: number | null;
}

/** The visit, and the detector, that all sources and forced sources have. */
export function unitOf(looks: Iterable<Look>, visit: string | null, detector: number | null): Unit | null {
  const seen = [...looks];
  const one = (extents: (readonly [string, string] | null)[]): string | null | undefined => {
    const values = new Set(extents.filter((extent) => extent !== null).flat());
    return values.size > 1 ? undefined : ([...values][0] ?? null);
  };
  const rowsVisit = one(seen.map(({ visits }) => visits));
  if (visit !== null) {
    if (rowsVisit === undefined || (rowsVisit !== null && rowsVisit !== visit))
      throw apdbError('ApdbDataError', `there are rows of other visits than ${visit}`, {
        hint: 'Store each visit by itself, or leave out visit: the rows are then stored, but not remembered as a unit.',
      });
    return { visit, detector };
  }
  if (rowsVisit === undefined || rowsVisit === null) return null;
  const rowsDetector = one(seen.map(({ detectors }) => detectors));
  return { visit: rowsVisit, detector: detector ?? (rowsDetector ? Number(rowsDetector) : null) };
}

export const unitName = ({ visit, detector }: Unit): string =>
  detector === null ? `visit ${visit}` : `visit ${visit}, detector ${detector}`;

/** The objects of which the unit has versions: where rows that are there are left, not those. */
function idsSql({ apdb, rows, onConflict }: Visit): string {
  const objects = rows.get('DiaObject');
  if (!objects) return `'{}'::int8[]`;
  const objectId = given(objects.relation, 'diaObjectId');
  const known = `exists (select 1 from ${apdb.table('DiaObject')} o where o.${id} = ${objectId} and o.${start} = $3::float8)`;
  return `array(select ${objectId} from ${objects.relation.name} s ${onConflict === 'skip' ? `where not ${known}` : ''} order by 1)`;
}

const values = (visit: Visit, unit: Unit) => [
  BigInt(unit.visit),
  unit.detector,
  visit.time,
  ...storedTables.map((table) => visit.rows.get(table)?.count ?? 0),
];

/** Remembers a unit; false where it is known. Waits for another session that is storing it. */
export function claimUnit(visit: Visit, unit: Unit): boolean {
  const claimed = runKept(
    `insert into ${visit.apdb.own('stored_visit')}
       (visit, detector, visit_time, n_objects, n_sources, n_forced_sources, dia_object_ids)
     values ($1::int8, $2::int4, $3::float8, $4::int8, $5::int8, $6::int8, ${idsSql(visit)})
     on conflict do nothing
     returning 1`,
    ['int8', 'int4', 'float8', 'int8', 'int8', 'int8'],
    values(visit, unit),
  );
  return claimed.length > 0;
}

/** Brings what is remembered of a unit to what is stored now. */
export function renewUnit(visit: Visit, unit: Unit): void {
  visit.apdb.rows(
    `update ${visit.apdb.own('stored_visit')}
     set visit_time = $3::float8, n_objects = $4::int8, n_sources = $5::int8, n_forced_sources = $6::int8,
         dia_object_ids = ${idsSql(visit)}, stored_at = now()
     where visit = $1::int8 and coalesce(detector, -1) = coalesce($2::int4, -1)`,
    values(visit, unit),
  );
}
