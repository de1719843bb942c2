/** A simulated survey: visit after visit, each in tiles that are processed side by side. */
import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { type Detections, detect, part, type Sky } from './detections.ts';
import { type DetectorOptions, type Matching, processDetector } from './detector.ts';
import { Session, wholeClock } from './session.ts';
import { type StoredVisit, storedVisits, type Target } from './target.ts';
import { type Tile, tileCount, tilesOf } from './tiles.ts';
import type { TileTiming, Timing, VisitTiming } from './timings.ts';
import type { RowOptions } from './visit.ts';

export interface SimulationOptions {
  readonly sky: Sky;
  readonly rows: Omit<RowOptions, 'columns' | 'placing' | 'detectors'>;
  /** By index where nothing else is said. */
  readonly matching?: Matching;
  /** How many visits there are to be, from the first, and how many of the survey to pass over before. */
  readonly visits: number;
  readonly passOver?: number;
  /** See `tilesOf`; padding in arcsec. */
  readonly divide: number;
  readonly padding: number;
  /** How many tiles are processed at a time. */
  readonly connections: number;
  /** Histories are read in this part of each period of so many visits. */
  readonly readDutyCycle: number;
  readonly readPeriod: number;
  /** Nothing is stored. */
  readonly readOnly: boolean;
  /** A new connection for each tile. */
  readonly reconnect: boolean;
  /** At most so many seconds are waited before each tile. */
  readonly randomDelay: number;
}

export interface SimulationEvents {
  /** What a visit or a tile took. */
  timed?(timing: Timing): void;
  /** A visit is done, after `done` others of this run; those that had been stored before count as done. */
  progressed?(done: number, of: number): void;
}

export interface SimulationSummary {
  /** Visits of which this run stored something, and those that were there already. */
  readonly processed: number;
  readonly skipped: number;
  readonly rows: number;
}

interface Job {
  readonly tile: Tile;
  readonly detections: Detections;
}

/** Runs all jobs, each session one at a time; after an error no further job begins, and the first error is thrown. */
async function runJobs<T>(
  jobs: readonly Job[],
  workers: number,
  work: (job: Job, worker: number) => Promise<T>,
): Promise<T[]> {
  const results: T[] = [];
  const errors: unknown[] = [];
  let next = 0;
  const loop = async (worker: number) => {
    while (next < jobs.length && errors.length === 0) {
      const job = jobs[next++];
      try {
        results.push(await work(job, worker));
      } catch (error) {
        errors.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(workers, jobs.length) }, (_, worker) => loop(worker)));
  if (errors.length > 0) throw errors[0];
  return results;
}

/** Two visits are never nearer in time [d]. */
const sameTime = 1e-7;

/** Visits are there that another simulation, or a telescope, made. */
export class OtherSurvey extends Error {
  readonly hint =
    'Repeat the options of the run that made it, take other visits by --start-visit, or --append.';
}

const nightOf = (visitTime: number): number => Math.floor(visitTime - 0.5);

class Simulation {
  readonly #connect: () => Promise<pg.Client>;
  readonly #target: Target;
  readonly #options: SimulationOptions;
  readonly #events: SimulationEvents;
  readonly #sessions: Session[];
  #night: number | undefined;

  constructor(
    connect: () => Promise<pg.Client>,
    target: Target,
    options: SimulationOptions,
    events: SimulationEvents,
    sessions: Session[],
  ) {
    this.#connect = connect;
    this.#target = target;
    this.#options = options;
    this.#events = events;
    this.#sessions = sessions;
  }

  async run(): Promise<SimulationSummary> {
    const { visits, passOver: first = 0, divide, rows, readOnly } = this.#options;
    const stored = readOnly
      ? new Map<number, StoredVisit>()
      : await storedVisits(this.#sessions[0].client, this.#target, rows.firstVisit, first, visits);
    const tiles = tileCount(divide);
    const last = Math.max(...stored.keys());
    let [processed, skipped, count] = [0, 0, 0];
    for (let visit = first; visit < first + visits; visit++) {
      const before = stored.get(visit);
      if (before) this.#sameSurvey(visit, before, visit === last);
      if (before?.detectors.size === tiles) skipped++;
      else {
        processed++;
        for (const { rows: counts } of await this.#visit(visit, before?.detectors ?? new Set()))
          count += (counts.obj_stored ?? 0) + (counts.src_stored ?? 0) + (counts.fsrc_stored ?? 0);
      }
      this.#events.progressed?.(visit + 1 - first, visits);
    }
    return { processed, skipped, rows: count };
  }

  /** @throws OtherSurvey where what is stored of a visit cannot be of this survey */
  #sameSurvey(visit: number, { visitTime, detectors }: StoredVisit, isLast: boolean): void {
    const { sky, rows, divide } = this.#options;
    const expected = sky.times.at(visit);
    const number = Number(rows.firstVisit) + visit;
    if (Math.abs(visitTime - expected) > sameTime)
      throw new OtherSurvey(`visit ${number} is stored at MJD ${visitTime}, and would be at ${expected}`);
    const tiles = tileCount(divide);
    // Visits come one after another: only the last can have been cut off.
    if (Math.max(...detectors) >= tiles || (detectors.size < tiles && !isLast))
      throw new OtherSurvey(
        `visit ${number} is stored with ${detectors.size} detectors, the last ${Math.max(...detectors)}, and would have ${tiles}`,
      );
  }

  /** Processes the tiles of a visit that were not stored before. */
  async #visit(visit: number, before: ReadonlySet<number>): Promise<TileTiming[]> {
    const { sky, divide, padding, connections, rows } = this.#options;
    const whole = wholeClock(this.#sessions);
    const detections = detect(sky, visit);
    const jobs = tilesOf(detections.pointing, sky.fov, divide, padding)
      .filter(({ detector }) => !before.has(detector))
      .map((tile) => ({ tile, detections: part(detections, tile.contains) }));
    const generate = whole();
    await this.#mergeNight(detections.visitTime);
    const processing = wholeClock(this.#sessions);
    const done = await runJobs(jobs, connections, (job, worker) => this.#tile(job, worker));
    const timing: VisitTiming = {
      visit: Number(rows.firstVisit) + visit,
      visit_time: detections.visitTime,
      tiles: jobs.length,
      took: { generate, visit_proc: processing(), visit: whole() },
    };
    this.#events.timed?.(timing);
    return done;
  }

  async #tile({ tile, detections }: Job, worker: number): Promise<TileTiming> {
    const { randomDelay, reconnect, readDutyCycle, readPeriod, readOnly, rows, divide } = this.#options;
    if (randomDelay > 0) await sleep(Math.random() * randomDelay * 1000);
    const number = Number(rows.firstVisit) + detections.visit;
    const options: DetectorOptions = {
      target: this.#target,
      matching: this.#options.matching ?? { by: 'index' },
      rows: { ...rows, ...this.#target.rows, detectors: tileCount(divide) },
      readHistory: number % readPeriod < Math.round(readPeriod * readDutyCycle),
      readOnly,
    };
    const session = reconnect ? await Session.open(this.#connect) : this.#sessions[worker];
    try {
      const timing = await processDetector(session, tile, detections, options);
      this.#events.timed?.(timing);
      return timing;
    } finally {
      if (reconnect) await session.client.end();
    }
  }

  /** Before the first visit of a night the versions of the night before come into their table. */
  async #mergeNight(visitTime: number): Promise<void> {
    const night = nightOf(visitTime);
    if (this.#target.nightly && !this.#options.readOnly && this.#night !== night)
      await this.#sessions[0].client.query('select apdb.nightly_merge($1)', [this.#target.apdb]);
    this.#night = night;
  }
}

/**
 * Simulates visits, those left out that are stored already: the same call again goes on where another was killed.
 * @throws the first error of a tile, after the tiles under way have ended
 */
export async function simulate(
  connect: () => Promise<pg.Client>,
  target: Target,
  options: SimulationOptions,
  events: SimulationEvents = {},
): Promise<SimulationSummary> {
  const wanted = options.reconnect ? 1 : Math.min(options.connections, tileCount(options.divide));
  const sessions: Session[] = [];
  try {
    for (let i = 0; i < wanted; i++) sessions.push(await Session.open(connect));
    return await new Simulation(connect, target, options, events, sessions).run();
  } finally {
    for (const { client } of sessions) await client.end().catch(() => {});
  }
}
