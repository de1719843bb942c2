/** What changes have in common: ids as they were given, the rows that they name, and how missing ones are refused. */
import { type Apdb, q } from '../apdb.ts';
import { apdbError } from '../errors.ts';

/** Ids that an error names, at most. */
const idsShown = 5;

/** The text of an int8[]: ids stay text here, and are numbers in SQL only. NULL: the argument was NULL. */
export type Ids = string | null;

/** The parameter `$n` that holds Ids. */
export const ids = (n: number): string => `($${n}::text)::int8[]`;

/** The tables that hold versions of objects. */
export function versionTables(apdb: Apdb): string[] {
  const nightly = apdb.columns('DiaObjectNightly').length > 0 ? ['DiaObjectNightly'] : [];
  return ['DiaObject', ...nightly].map((name) => apdb.table(name));
}

/** The tables that say how many sources an object has. */
export function objectTables(apdb: Apdb): string[] {
  return [...versionTables(apdb), ...(apdb.hasLast ? [apdb.table('DiaObjectLast')] : [])];
}

/**
 * All versions of the objects of a relation `(id)`, as a relation `(id, start, ended, ra, decl, n)`.
 * @param lock locks them in the order of ids and times, so that two changes never wait for each other in a ring
 */
export function versionsOf(apdb: Apdb, wanted: string, lock: boolean): string {
  return versionTables(apdb)
    .map(
      (table) => `
  select t.*
  from (
    select o.${q('diaObjectId')} as id, o.${q('validityStartMjdTai')} as start, o.${q('validityEndMjdTai')} as ended,
      o.${apdb.ra} as ra, o.${apdb.decl} as decl, o.${q('nDiaSources')} as n
    from ${table} o
    where o.${q('diaObjectId')} in (select w.id from ${wanted} w)${lock ? '\n    order by 1, 2 for no key update of o' : ''}
  ) t`,
    )
    .join('\n  union all');
}

/** The ids of a relation `(id, place)`, in that order and each once, as one value of type text[]. */
export const listed = (relation: string): string =>
  `(select array_agg(l.id::text order by l.place) from (select id, min(place) as place from ${relation} r group by id) l)`;

/**
 * Refuses where there are ids.
 * @throws MissingRecordError
 */
export function refuseMissing(
  missing: readonly string[] | null,
  what: string,
  table: string,
  hint: string,
): void {
  if (missing === null || missing.length === 0) return;
  const shown = missing.slice(0, idsShown).join(', ');
  const more = missing.length > idsShown ? ` and ${missing.length - idsShown} more` : '';
  throw apdbError('MissingRecordError', `${what} are not in ${table}: ${shown}${more}`, { hint });
}

/** @throws ApdbDataError where a number that was given is NULL, NaN or infinite */
export function finite(value: number | null, argument: string): number {
  if (value !== null && Number.isFinite(value)) return value;
  throw apdbError('ApdbDataError', `${argument} is ${value === null ? 'NULL' : value}`, {
    hint: 'Give an MJD on the scale of TAI: sky.mjd_tai(now()) is the present.',
  });
}

/** @throws ApdbStateError where the APDB is not made for replication */
export function requireReplica(apdb: Apdb): void {
  if (!apdb.options.enable_replica)
    throw apdbError('ApdbStateError', `APDB '${apdb.name}' has no tables of replication`, {
      hint: 'They are made with it: apdb.create(name, \'{"enable_replica": true}\').',
    });
}
