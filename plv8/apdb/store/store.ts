/** Storing a visit: objects, sources and forced sources of one time, all of them or none. */

import { Failure } from '../../failure.ts';
import { isDeadlock, isUniqueViolation } from '../../sqlstate.ts';
import { chunkAt } from '../chunk.ts';
import { apdbError } from '../errors.ts';
import { look } from './look.ts';
import { mergeNightly } from './nightly.ts';
import { pruneLast, type StoredVersions, storeLast, storeVersions } from './objects.ts';
import { refuseBadRows, refuseKnownRows } from './problems.ts';
import { takeBack } from './replace.ts';
import { touchChunk } from './replica.ts';
import { openVisit, planningForFew, type RelationNames, runKept } from './session.ts';
import { storeSources } from './sources.ts';
import type { StoredTable } from './stage.ts';
import { claimUnit, renewUnit, type Unit, unitName, unitOf } from './unit.ts';
import { hasNewerVersions } from './versions.ts';
import { onConflicts, type Rows, type Visit } from './visit.ts';

/**
 * What apdb.store is given; relations as regclass writes them, NULL for the staging tables, undefined where a table
 * gets no rows.
 */
export interface Request {
  readonly apdb: string | null;
  readonly time: number | null;
  readonly visit: bigint | null;
  readonly detector: number | null;
  readonly relations: RelationNames;
  readonly onConflict: string | null;
  /** Whether the visit is remembered as a unit: true without it. */
  readonly remember?: boolean;
}

export interface Stored {
  readonly stored: boolean;
  readonly objects: bigint;
  readonly closed: bigint;
  readonly sources: bigint;
  readonly forced_sources: bigint;
}

const nothing: Stored = { stored: false, objects: 0n, closed: 0n, sources: 0n, forced_sources: 0n };

/** Up to how many rows of a table a visit is small, so that looking and planning take longer than storing. */
const few = 200;

/** How often a visit is tried that others are in the way of. */
const attempts = 20;

/** @throws ApdbDataError, ApdbStateError, MissingApdbError */
export function store(request: Request): Stored {
  const { apdb, relations } = openVisit(request.apdb, request.relations);
  const { time } = request;
  const onConflict = onConflicts.find((word) => word === request.onConflict);
  if (onConflict === undefined)
    throw apdbError('ApdbDataError', `on_conflict is ${request.onConflict ?? 'NULL'}`, {
      hint: `It is ${onConflicts.join(', ')}.`,
    });
  if (time === null || !Number.isFinite(time))
    throw apdbError('ApdbDataError', 'visit_time is no time', { hint: 'It is a number: MJD TAI.' });
  if (relations.length === 0)
    throw apdbError('ApdbStateError', 'there is nothing to store', {
      hint: 'Call apdb.stage first, in the same transaction, and copy the rows into its tables, or name relations.',
    });
  const looks = look(apdb, relations, onConflict !== 'error');
  for (const [, { positions, count, ids }] of looks)
    if (!positions || ids !== count) refuseBadRows(apdb, relations);
  const rows = new Map<StoredTable, Rows>();
  for (const relation of relations) {
    const { count, unplaced } = looks.get(relation.table)!;
    if (count > 0) rows.set(relation.table, { relation, count, lacksPixels: unplaced > 0 });
  }
  const visit: Visit = {
    apdb,
    time,
    onConflict,
    chunk: chunkAt(apdb, time),
    nightly: apdb.options.dia_object_nightly,
    late: rows.has('DiaObject') && hasNewerVersions(apdb, time),
    few: [...rows.values()].every(({ count }) => count <= few),
    rows,
  };
  const unit =
    request.remember === false
      ? null
      : unitOf(looks.values(), request.visit?.toString() ?? null, request.detector);
  return inAttempts(visit, unit);
}

/** What one attempt to store met. */
interface Course {
  /** Whether another session changed versions meanwhile. */
  interrupted: boolean;
  /** Whether versions of the same time are in the way that the nightly table cannot have beside it. */
  merges: boolean;
}

/** Stores in a subtransaction, and again where another session got in between. */
function inAttempts(given: Visit, unit: Unit | null): Stored {
  let visit = given;
  for (let attempt = 1; ; attempt++) {
    const course: Course = { interrupted: false, merges: false };
    try {
      return plv8.subtransaction(() =>
        visit.few ? planningForFew(() => storeOnce(visit, unit, course)) : storeOnce(visit, unit, course),
      );
    } catch (error) {
      if (course.merges) {
        if (visit.onConflict === 'error') refuseKnownRows(visit);
        mergeNightly(visit.apdb);
        visit = { ...visit, nightly: false };
      } else if (course.interrupted || isDeadlock(error)) visit = { ...visit, late: true };
      else if (error instanceof Failure) throw error;
      else {
        refuseBadRows(
          visit.apdb,
          [...visit.rows.values()].map(({ relation }) => relation),
        );
        if (!isUniqueViolation(error)) throw error;
        if (visit.onConflict === 'error') refuseKnownRows(visit);
      }
      if (attempt === attempts) throw error;
    }
  }
}

function storeOnce(visit: Visit, unit: Unit | null, course: Course): Stored {
  if (unit !== null && !claimUnit(visit, unit)) {
    if (visit.onConflict === 'skip') return nothing;
    if (visit.onConflict === 'error')
      throw apdbError('ApdbStateError', `${unitName(unit)} was stored before`, {
        hint: "on_conflict => 'skip' leaves it as it is, 'update' replaces it.",
      });
    mergeNightly(visit.apdb);
    takeBack(visit, unit);
    renewUnit(visit, unit);
  }
  touchChunk(visit);
  return {
    stored: true,
    ...storeObjects(visit, course),
    sources: storeOthers(visit, 'DiaSource'),
    forced_sources: storeOthers(visit, 'DiaForcedSource'),
  };
}

function storeObjects(visit: Visit, course: Course): Pick<Stored, 'objects' | 'closed'> {
  const { apdb, time, chunk, nightly } = visit;
  const objects = visit.rows.get('DiaObject');
  if (!objects) return { objects: 0n, closed: 0n };
  if (apdb.hasLast)
    for (const statement of storeLast(visit, objects)) run(visit, statement, ['float8'], [time]);
  const chunked = chunk !== null && !nightly;
  const [versions] = run<StoredVersions>(
    visit,
    storeVersions(visit, objects),
    ['float8', ...(chunked ? ['int8'] : [])],
    [time, ...(chunked ? [chunk] : [])],
  ) as [StoredVersions];
  course.interrupted = versions.missed > 0n;
  course.merges = versions.elsewhere > 0n;
  if (course.interrupted || course.merges)
    throw apdbError('ApdbStateError', 'other sessions store versions of the same objects all the time', {
      hint: 'Try again.',
    });
  if (apdb.hasLast && versions.ended > 0n) apdb.rows(pruneLast(visit, objects), [time]);
  return { objects: versions.stored, closed: versions.closed };
}

function storeOthers(visit: Visit, table: 'DiaSource' | 'DiaForcedSource'): bigint {
  const rows = visit.rows.get(table);
  if (!rows) return 0n;
  const [{ stored }] = run<{ stored: bigint }>(
    visit,
    storeSources(visit, table, rows),
    visit.chunk === null ? [] : ['int8'],
    visit.chunk === null ? [] : [visit.chunk],
  ) as [{ stored: bigint }];
  return stored;
}

/** Plans of small visits are kept; those of large ones are made for their number of rows. */
function run<R extends object>(
  visit: Visit,
  sql: string,
  types: readonly string[],
  values: readonly unknown[],
): R[] {
  return visit.few ? runKept<R>(sql, types, values) : visit.apdb.rows<R>(sql, values);
}
