/** Units: the visits, or detectors of visits, that were stored. */
import { apdbError } from '../errors.ts';
import type { Look } from './look.ts';
import { given } from './relation.ts';
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

const idsSql = (visit: Visit): string => {
  const rows = visit.rows.get('DiaObject');
  return rows
    ? `array(select ${given(rows.relation, 'diaObjectId')} from ${rows.relation.name} s)`
    : `'{}'::int8[]`;
};

/** Remembers a unit; false where it is known. Waits for another session that is storing it. */
export function claimUnit(visit: Visit, unit: Unit): boolean {
  const count = (table: 'DiaObject' | 'DiaSource' | 'DiaForcedSource') => visit.rows.get(table)?.count ?? 0;
  const claimed = visit.apdb.rows(
    `insert into ${visit.apdb.own('stored_visit')}
       (visit, detector, visit_time, n_objects, n_sources, n_forced_sources, dia_object_ids)
     values ($1::int8, $2::int4, $3::float8, $4::int8, $5::int8, $6::int8, ${idsSql(visit)})
     on conflict do nothing
     returning 1`,
    [unit.visit, unit.detector, visit.time, count('DiaObject'), count('DiaSource'), count('DiaForcedSource')],
  );
  return claimed.length > 0;
}
