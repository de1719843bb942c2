/** Rows that visits need in a registry, set by set: reading exposures and visits, writing visits and what joins them. */
import { butlerError } from './errors.ts';
import type { Registry } from './registry.ts';
import {
  type Exposure,
  type Grouping,
  groupings,
  type VisitDefinition,
  type VisitRecord,
  type VisitSystem,
  visitSystems,
} from './visits.ts';

/** A list of ids as the text of an array. */
export const ids = (values: readonly (bigint | number)[]): string => `{${values.join(',')}}`;

export interface Selection {
  readonly instrument: string;
  readonly where: string;
  readonly exposures: readonly bigint[] | null;
  /** Whether exposures that did not see the sky are left out, and not only those without a pointing. */
  readonly onSky: boolean;
}

const boundsOf = (timespan: string): string =>
  `lower(butler._shown_timespan(${timespan})) as begin, upper(butler._shown_timespan(${timespan})) as end`;

const exposureColumns = `e.id, e.obs_id, e.day_obs, e."group", e.physical_filter, e.seq_num, e.seq_start, e.seq_end,
  e.exposure_time, e.target_name, e.observation_reason, e.science_program, e.azimuth, e.zenith_angle,
  ${boundsOf('e.timespan')}, e.tracking_ra, e.tracking_dec, e.sky_angle`;

/** Whether an exposure may be part of a visit: it has a pointing, and is not known to have missed the sky. */
const counts = (onSky: boolean): string =>
  `e.tracking_ra is not null and e.tracking_dec is not null and e.sky_angle is not null
   ${onSky ? 'and e.can_see_sky is not false' : ''}`;

/** The selected exposures that may be part of visits, by id. */
export function readExposures(registry: Registry, selection: Selection): Exposure[] {
  const { instrument, where, exposures, onSky } = selection;
  const matches =
    where.trim() === ''
      ? 'true'
      : `e.id in (
           select (q.data_id ->> 'exposure')::bigint
           from butler.query_data_ids(
             dimensions => '{exposure}', "where" => $3,
             data_id => json_build_object('instrument', $1::text), registry => $4
           ) q (data_id))`;
  return registry.rows<Exposure>(
    `select ${exposureColumns}
     from ${registry.table('exposure')} e
     where e.instrument = $1 and ($2::text is null or e.id = any($2::text::bigint[]))
       and ${counts(onSky)} and ${matches}
     order by e.id`,
    [instrument, exposures && ids(exposures), ...(matches === 'true' ? [] : [where, registry.name])],
  );
}

/** Of these exposures, those that belong to a visit. */
export function exposuresWithVisit(
  registry: Registry,
  instrument: string,
  exposures: readonly Exposure[],
): Set<bigint> {
  const rows = registry.rows<{ exposure: bigint }>(
    `select distinct exposure from ${registry.table('visit_definition')}
     where instrument = $1 and exposure = any($2::text::bigint[])`,
    [instrument, ids(exposures.map(({ id }) => id))],
  );
  return new Set(rows.map(({ exposure }) => exposure));
}

/** What tells, of two exposures, whether they belong to one group. */
const sameGroup: Record<Grouping, string | null> = {
  'one-to-one': null,
  'by-group-metadata': 'o."group" = e."group"',
  'one-to-one-and-by-counter':
    'o.day_obs = e.day_obs and o.seq_start = e.seq_start and o.seq_end = e.seq_end and e.seq_start <> e.seq_end',
};

/** Exposures of the registry that share a group with some of these, and are not among them. */
export function missingExposures(
  registry: Registry,
  { instrument, onSky }: Selection,
  grouping: Grouping,
  exposures: readonly Exposure[],
): Exposure[] {
  const condition = sameGroup[grouping];
  if (condition === null) return [];
  return registry.rows<Exposure>(
    `select ${exposureColumns}
     from ${registry.table('exposure')} e
     where e.instrument = $1 and e.id <> all($2::text::bigint[]) and ${counts(onSky)} and exists (
       select from ${registry.table('exposure')} o
       where o.instrument = $1 and o.id = any($2::text::bigint[]) and ${condition})
     order by e.id`,
    [instrument, ids(exposures.map(({ id }) => id))],
  );
}

/** Makes the systems of a grouping where they are missing. @throws ConflictingDefinitionError */
export function registerSystems(registry: Registry, instrument: string, grouping: Grouping): void {
  const table = registry.table('visit_system');
  const wanted: readonly VisitSystem[] = groupings[grouping];
  for (const name of [...wanted].sort((a, b) => visitSystems[a] - visitSystems[b])) {
    const id = BigInt(visitSystems[name]);
    registry.rows(`insert into ${table} (instrument, id, name) values ($1, $2, $3) on conflict do nothing`, [
      instrument,
      id,
      name,
    ]);
    const clash = registry.rows<{ id: bigint; name: string }>(
      `select id, name from ${table} where instrument = $1 and (id = $2) <> (name is not distinct from $3)`,
      [instrument, id, name],
    )[0];
    if (clash)
      throw butlerError(
        'ConflictingDefinitionError',
        `visit system ${id} of ${instrument} is not '${name}'`,
        {
          detail: `The registry has visit system ${clash.id}, '${clash.name}'.`,
        },
      );
  }
}

/** A visit as it shall be in the registry. */
export interface Row extends VisitRecord {
  readonly definition: VisitDefinition;
  /** Base64. */
  readonly region: string;
}

/** A visit as it is there. */
export type StoredVisit = VisitRecord & { readonly region: string | null };

/** Columns of a visit besides its key, with their types; a timespan is written from begin and end. */
export const visitColumns = {
  name: 'text',
  day_obs: 'bigint',
  physical_filter: 'text',
  seq_num: 'bigint',
  exposure_time: 'float8',
  target_name: 'text',
  observation_reason: 'text',
  science_program: 'text',
  azimuth: 'float8',
  zenith_angle: 'float8',
  region: 'text',
  timespan: 'int8range',
} as const;

/** Visits as a relation `v` of their columns, given as JSON `$2`; numbers in it are texts, which keep every digit. */
const givenVisits = `json_to_recordset($2::text::json) as v (id bigint, ${Object.entries(visitColumns)
  .map(([name, type]) => `${name} ${type}`)
  .join(', ')})`;

/** A column of the visits given, as the table has it. */
const stored = (name: string) => (name === 'timespan' ? 'butler._stored_timespan(v.timespan)' : `v.${name}`);

const number = (value: number | null) =>
  value === null ? null : Object.is(value, -0) ? '-0' : String(value);

function visitsJson(rows: readonly Row[]): string {
  return JSON.stringify(
    rows.map((row) => ({
      ...row,
      definition: undefined,
      id: String(row.id),
      day_obs: String(row.day_obs),
      seq_num: row.seq_num === null ? null : String(row.seq_num),
      exposure_time: number(row.exposure_time),
      azimuth: number(row.azimuth),
      zenith_angle: number(row.zenith_angle),
      begin: undefined,
      end: undefined,
      timespan: row.begin === null || row.end === null ? null : `[${row.begin},${row.end})`,
    })),
  );
}

const columnList = Object.keys(visitColumns).join(', ');

/**
 * Inserts visits, in the order of their ids, save those whose id or name is taken; waits for other sessions that
 * insert the same. @returns ids of those that are new
 */
export function insertVisits(registry: Registry, instrument: string, rows: readonly Row[]): Set<bigint> {
  const written = registry.rows<{ id: bigint }>(
    `insert into ${registry.table('visit')} (instrument, id, ${columnList})
     select $1, v.id, ${Object.keys(visitColumns).map(stored).join(', ')}
     from ${givenVisits}
     order by v.id
     on conflict do nothing
     returning id`,
    [instrument, visitsJson(rows)],
  );
  return new Set(written.map(({ id }) => id));
}

/** Visits that are there, by id; `lock` keeps others from changing them. */
export function readVisits(
  registry: Registry,
  instrument: string,
  visits: readonly bigint[],
  lock: boolean,
): Map<bigint, StoredVisit> {
  const columns = Object.keys(visitColumns).filter((name) => name !== 'timespan');
  const rows = registry.rows<StoredVisit>(
    `select id, ${columns.join(', ')}, ${boundsOf('timespan')}
     from ${registry.table('visit')}
     where instrument = $1 and id = any($2::text::bigint[])
     order by id ${lock ? 'for no key update' : ''}`,
    [instrument, ids(visits)],
  );
  return new Map(rows.map((row) => [row.id, row]));
}

/** The id of the visit that bears a name. */
export function visitOfName(registry: Registry, instrument: string, name: string | null): bigint | undefined {
  return registry.rows<{ id: bigint }>(
    `select id from ${registry.table('visit')} where instrument = $1 and name = $2`,
    [instrument, name],
  )[0]?.id;
}

export function updateVisits(registry: Registry, instrument: string, rows: readonly Row[]): void {
  if (rows.length === 0) return;
  registry.rows(
    `update ${registry.table('visit')} t
     set ${Object.keys(visitColumns)
       .map((name) => `${name} = ${stored(name)}`)
       .join(', ')}
     from ${givenVisits}
     where t.instrument = $1 and t.id = v.id`,
    [instrument, visitsJson(rows)],
  );
}

/** Writes which exposures visits consist of, where that is not there. */
export function insertDefinitions(registry: Registry, instrument: string, rows: readonly Row[]): void {
  const pairs = rows.flatMap(({ id, definition }) =>
    definition.exposures.map((exposure) => [id, exposure.id] as const),
  );
  if (pairs.length === 0) return;
  registry.rows(
    `insert into ${registry.table('visit_definition')} (instrument, exposure, visit)
     select $1, p.exposure, p.visit
     from unnest($2::text::bigint[], $3::text::bigint[]) as p (visit, exposure)
     order by p.exposure, p.visit
     on conflict do nothing`,
    [instrument, ids(pairs.map(([visit]) => visit)), ids(pairs.map(([, exposure]) => exposure))],
  );
}

export function insertMemberships(registry: Registry, instrument: string, rows: readonly Row[]): void {
  const pairs = rows.flatMap(({ id, definition }) =>
    definition.systems.map((system) => [id, visitSystems[system]] as const),
  );
  if (pairs.length === 0) return;
  registry.rows(
    `insert into ${registry.table('visit_system_membership')} (instrument, visit_system, visit)
     select $1, p.system, p.visit
     from unnest($2::text::bigint[], $3::text::bigint[]) as p (visit, system)
     on conflict do nothing`,
    [instrument, ids(pairs.map(([visit]) => visit)), ids(pairs.map(([, system]) => system))],
  );
}
