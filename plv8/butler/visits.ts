/** How exposures make visits: the systems by which they are grouped, and the record of a visit from its exposures. */

import { atan2, cos, sin } from '../sky/libm.ts';
import { DEGREES_PER_RADIAN, RADIANS_PER_DEGREE } from '../sky/vector.ts';
import { butlerError } from './errors.ts';

/** The record of an exposure: what visits are made from. Angles in degrees, times in ns TAI, durations in s. */
export interface Exposure {
  readonly id: bigint;
  readonly obs_id: string | null;
  readonly day_obs: bigint;
  readonly group: string;
  readonly physical_filter: string;
  readonly seq_num: bigint | null;
  readonly seq_start: bigint | null;
  readonly seq_end: bigint | null;
  readonly exposure_time: number | null;
  readonly target_name: string | null;
  readonly observation_reason: string | null;
  readonly science_program: string | null;
  readonly azimuth: number | null;
  readonly zenith_angle: number | null;
  readonly begin: bigint | null;
  readonly end: bigint | null;
  readonly tracking_ra: number;
  readonly tracking_dec: number;
  readonly sky_angle: number;
}

/** Systems of visits, with the ids that every registry gives them. */
export const visitSystems = { 'one-to-one': 0, 'by-group-metadata': 1, 'by-seq-start-end': 2 } as const;
export type VisitSystem = keyof typeof visitSystems;

/** Ways of grouping, and the systems of the visits that each makes. */
export const groupings = {
  'one-to-one': ['one-to-one'],
  'by-group-metadata': ['by-group-metadata'],
  'one-to-one-and-by-counter': ['one-to-one', 'by-seq-start-end'],
} as const satisfies Record<string, readonly VisitSystem[]>;
export type Grouping = keyof typeof groupings;

export interface VisitDefinition {
  readonly id: bigint;
  readonly name: string | null;
  readonly systems: readonly VisitSystem[];
  /** By seq_num, then id; the first one gives the region. */
  readonly exposures: readonly Exposure[];
}

function byCounter(a: Exposure, b: Exposure): number {
  // Those without a number come last.
  if (a.seq_num !== b.seq_num) {
    if (a.seq_num === null) return 1;
    if (b.seq_num === null) return -1;
    return a.seq_num < b.seq_num ? -1 : 1;
  }
  return a.id < b.id ? -1 : 1;
}

/** What exposures of one visit have in common under a grouping; null where each is alone. */
function groupKey(grouping: Grouping, exposure: Exposure): string | null {
  switch (grouping) {
    case 'one-to-one':
      return null;
    case 'by-group-metadata':
      return exposure.group;
    case 'one-to-one-and-by-counter':
      return `${exposure.day_obs} ${exposure.seq_start} ${exposure.seq_end}`;
  }
}

const MAX_INT8 = 9223372036854775807n;

/** The id of a visit from the digits of its group's name. */
function groupId(group: string): bigint {
  const digits = group.replace(/\D/g, '');
  const id = digits === '' ? null : BigInt(digits);
  if (id === null || id > MAX_INT8)
    throw butlerError('DataIdValueError', `group '${group}' gives no visit id: its digits make no int8`, {
      hint: "Choose another grouping: \"group\" => 'one-to-one-and-by-counter' or 'one-to-one'.",
    });
  return id;
}

/** The visits of exposures that share a day and the same first and last sequence numbers. */
function visitsByCounter(exposures: readonly Exposure[]): VisitDefinition[] {
  const [first] = exposures;
  const several = first.seq_start !== first.seq_end;
  // Without its first exposure, which gives id and name, there is no visit of several.
  const together = several && first.seq_num === first.seq_start;
  const single = exposures.map((exposure, i): VisitDefinition => {
    const leads = together && i === 0;
    return {
      id: leads ? BigInt(`9${exposure.id}`) : exposure.id,
      name: leads && exposure.obs_id !== null ? `${exposure.obs_id}_first` : exposure.obs_id,
      systems: several ? ['one-to-one'] : ['one-to-one', 'by-seq-start-end'],
      exposures: [exposure],
    };
  });
  if (!together) return single;
  return [...single, { id: first.id, name: first.obs_id, systems: ['by-seq-start-end'], exposures }];
}

function visitsOf(grouping: Grouping, exposures: readonly Exposure[]): VisitDefinition[] {
  const [first] = exposures;
  switch (grouping) {
    case 'one-to-one':
      return [{ id: first.id, name: first.obs_id, systems: ['one-to-one'], exposures }];
    case 'by-group-metadata':
      return [{ id: groupId(first.group), name: first.group, systems: ['by-group-metadata'], exposures }];
    case 'one-to-one-and-by-counter':
      return visitsByCounter(exposures);
  }
}

/**
 * The visits that exposures make, by id.
 * @throws ConflictingDefinitionError where two of them would have one id, DataIdValueError where a group gives none
 */
export function groupExposures(grouping: Grouping, exposures: readonly Exposure[]): VisitDefinition[] {
  const groups = new Map<string, Exposure[]>();
  for (const exposure of exposures) {
    const key = groupKey(grouping, exposure) ?? `${exposure.id}`;
    const group = groups.get(key);
    if (group) group.push(exposure);
    else groups.set(key, [exposure]);
  }
  const visits = [...groups.values()]
    .flatMap((group) => visitsOf(grouping, group.sort(byCounter)))
    .sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
  for (let i = 1; i < visits.length; i++) {
    const [one, other] = [visits[i - 1], visits[i]];
    if (one.id === other.id)
      throw butlerError('ConflictingDefinitionError', `two visits would have the id ${one.id}`, {
        detail: [one, other]
          .map(({ name, exposures }) => `${name} of exposures ${exposures.map(({ id }) => id).join(', ')}`)
          .join('; '),
        hint: 'Define them in separate calls with different groupings, or rename the groups.',
      });
  }
  return visits;
}

/** The record of a visit but for its instrument and region. */
export interface VisitRecord {
  readonly id: bigint;
  readonly name: string | null;
  readonly day_obs: bigint;
  readonly physical_filter: string;
  readonly seq_num: bigint | null;
  readonly exposure_time: number | null;
  readonly target_name: string | null;
  readonly observation_reason: string | null;
  readonly science_program: string | null;
  readonly azimuth: number | null;
  readonly zenith_angle: number | null;
  readonly begin: bigint | null;
  readonly end: bigint | null;
}

/** What a function makes of all values, or null where one is null. */
function ofAll<T>(values: readonly (T | null)[], combine: (values: readonly T[]) => T | null): T | null {
  return values.some((value) => value === null) ? null : combine(values as readonly T[]);
}

const common = <T>(values: readonly T[]): T | null =>
  values.every((value) => value === values[0]) ? values[0] : null;

function first(values: readonly bigint[], comesBefore: (a: bigint, b: bigint) => boolean): bigint {
  return values.reduce((best, value) => (comesBefore(value, best) ? value : best));
}
const least = (values: readonly bigint[]): bigint => first(values, (a, b) => a < b);
const greatest = (values: readonly bigint[]): bigint => first(values, (a, b) => a > b);
const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b);

/** The direction of the sum of unit vectors at these angles [deg], in [0, 360); one angle is its own mean. */
function meanAngle(degrees: readonly number[]): number {
  if (degrees.length === 1) return degrees[0];
  const radians = degrees.map((angle) => angle * RADIANS_PER_DEGREE);
  const mean = atan2(sum(radians.map(sin)), sum(radians.map(cos))) * DEGREES_PER_RADIAN;
  // A tiny negative angle plus 360 rounds to 360.
  return mean < 0 ? (mean + 360) % 360 : mean;
}

/** The record of a visit; throws InconsistentDataIdError where its exposures differ in filter. */
export function visitRecord({ id, name, exposures }: VisitDefinition): VisitRecord {
  const all = <K extends keyof Exposure>(column: K): Exposure[K][] =>
    exposures.map((exposure) => exposure[column]);
  const filter = common(all('physical_filter'));
  if (filter === null)
    throw butlerError('InconsistentDataIdError', `exposures of visit ${id} differ in physical_filter`, {
      detail: exposures.map((exposure) => `exposure ${exposure.id}: ${exposure.physical_filter}`).join('; '),
      hint: 'Group them otherwise, or correct the records of the exposures.',
    });
  return {
    id,
    name,
    day_obs: least(all('day_obs')),
    physical_filter: filter,
    seq_num: ofAll(all('seq_num'), least),
    exposure_time: ofAll(all('exposure_time'), sum),
    target_name: ofAll(all('target_name'), common),
    observation_reason: ofAll(all('observation_reason'), (reasons) => common(reasons) ?? 'various'),
    science_program: ofAll(all('science_program'), common),
    azimuth: ofAll(all('azimuth'), meanAngle),
    zenith_angle: ofAll(all('zenith_angle'), (angles) => sum(angles) / angles.length),
    begin: ofAll(all('begin'), least),
    end: ofAll(all('end'), greatest),
  };
}
