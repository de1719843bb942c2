/** When and where a simulated telescope looks. */
import { fromDegrees, type Vec3 } from '../../../plv8/sky/vector.ts';
import { Random } from './random.ts';
import { randomCone, randomSphere } from './sphere.ts';

const secondsPerDay = 86400;
/** No visits begin between these hours of the day. */
const [dawn, dusk] = [6, 20];

/** 2020-01-01T20:00:00, TAI. */
export const firstNight = 58849 + 20 / 24;

function isDay(secondOfDay: number): boolean {
  const hour = Math.floor(secondOfDay / 3600);
  return hour >= dawn && hour < dusk;
}

/** A time of ISO 8601 without a zone, TAI, as MJD; undefined for other text. */
export function mjdOf(text: string): number | undefined {
  const parts = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?))?$/.exec(text);
  if (parts === null) return undefined;
  const milliseconds = Date.parse(`${parts[1]}T${parts[2] ?? '00:00:00'}Z`);
  return Number.isNaN(milliseconds) ? undefined : milliseconds / (secondsPerDay * 1000) + 40587;
}

/** The times of visits, from number 0: one every interval, none by day. Start in MJD TAI, interval in seconds. */
export class VisitTimes {
  readonly #start: number;
  readonly #interval: number;
  /** Seconds since the first day's midnight, of the visits asked for up to now. */
  readonly #seconds: number[] = [];
  #next: number;

  constructor(start: number, interval: number) {
    if (!(interval > 0)) throw new RangeError('the interval between visits is a positive number of seconds');
    this.#start = Math.floor(start);
    // A start is given to the second; a double of days holds it to the microsecond.
    this.#next = Math.round((start - this.#start) * secondsPerDay * 1e3) / 1e3;
    this.#interval = interval;
  }

  /** MJD TAI of a visit. */
  at(visit: number): number {
    for (let days = 0; this.#seconds.length <= visit; this.#next += this.#interval) {
      if (!isDay(this.#next % secondsPerDay)) {
        this.#seconds.push(this.#next);
        days = 0;
      } else if (days++ > secondsPerDay) throw new RangeError('at that interval every visit begins by day');
    }
    return this.#start + this.#seconds[visit] / secondsPerDay;
  }
}

/** A fixed field: ICRS degrees. */
export type Field = readonly [ra: number, decl: number];

export interface Pointings {
  /** Fields visited in turn; without any, positions anywhere south of the equator. */
  readonly fields: readonly Field[];
  /** How far from a field a visit may point [deg]. */
  readonly dither: number;
  readonly seed: number;
}

/** Where a visit points, as a unit vector. */
export function pointingOf({ fields, dither, seed }: Pointings, visit: number): Vec3 {
  const random = new Random(seed, 2, visit);
  const vector = ([x, y, z]: Float64Array): Vec3 => [x, y, z];
  if (fields.length === 0) return vector(randomSphere(random, 1, 'south'));
  const [ra, decl] = fields[visit % fields.length];
  const axis = fromDegrees(ra, decl);
  return dither === 0 ? axis : vector(randomCone(random, axis, 2 * dither, 1));
}
