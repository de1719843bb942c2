/** What a simulation writes down of each visit, as JSON lines, and reads back for a report. */
import { appendFileSync, closeSync, existsSync, openSync, readFileSync, readSync, statSync } from 'node:fs';

/** Seconds that a step took: by the wall, and on a CPU of the server (null where that cannot be seen). */
export interface Took {
  readonly real: number;
  readonly cpu: number | null;
}

/** Steps of a detector's work, in their order. */
export const tileSteps = ['obj_select', 'match', 'src_select', 'fsrc_select', 'store', 'tile_visit'] as const;
/** Steps of a whole visit: making its detections, all detectors, everything. CPU: this program's and the server's. */
export const visitSteps = ['generate', 'visit_proc', 'visit'] as const;
export const counts = [
  'obj_selected',
  'obj_in_fov',
  'src_selected',
  'fsrc_selected',
  'obj_stored',
  'obj_closed',
  'src_stored',
  'fsrc_stored',
] as const;

export type TileStep = (typeof tileSteps)[number];
export type VisitStep = (typeof visitSteps)[number];
export type Count = (typeof counts)[number];

export interface TileTiming {
  readonly visit: number;
  readonly detector: number;
  readonly tile: string;
  /** MJD TAI. */
  readonly visit_time: number;
  readonly took: Readonly<Partial<Record<TileStep, Took>>>;
  readonly rows: Readonly<Partial<Record<Count, number>>>;
}

export interface VisitTiming {
  readonly visit: number;
  /** MJD TAI. */
  readonly visit_time: number;
  /** Detectors that were processed; those stored before are not among them. */
  readonly tiles: number;
  readonly took: Readonly<Record<VisitStep, Took>>;
}

export type Timing = TileTiming | VisitTiming;

/** A file to which timings are added, each as a line of its own. */
export class TimingLog {
  readonly #path: string;

  /** @param path may exist: a line that was cut off, when its writer was killed, is ended first */
  constructor(path: string) {
    this.#path = path;
    if (existsSync(path) && statSync(path).size > 0 && lastByte(path) !== 10) appendFileSync(path, '\n');
  }

  write(timing: Timing): void {
    appendFileSync(this.#path, `${JSON.stringify(timing)}\n`);
  }
}

function lastByte(path: string): number {
  const file = openSync(path, 'r');
  try {
    const byte = Buffer.alloc(1);
    readSync(file, byte, 0, 1, statSync(path).size - 1);
    return byte[0];
  } finally {
    closeSync(file);
  }
}

function isTiming(value: unknown): value is Timing {
  if (typeof value !== 'object' || value === null) return false;
  const { visit, visit_time: time, took } = value as Partial<Timing>;
  return typeof visit === 'number' && typeof time === 'number' && typeof took === 'object' && took !== null;
}

/** The timings in a file, and how many of its lines are none: one where a program was killed as it wrote. */
export function readTimings(path: string): { timings: Timing[]; spoilt: number } {
  const timings: Timing[] = [];
  let spoilt = 0;
  for (const line of readFileSync(path, 'utf8').split('\n')) {
    if (line === '') continue;
    const value = parsed(line);
    if (isTiming(value)) timings.push(value);
    else spoilt++;
  }
  return { timings, spoilt };
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
