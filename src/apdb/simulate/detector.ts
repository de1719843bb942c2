/** What a pipeline does with one detector's part of a visit: read what is known, match, read histories, store. */
import { type StoreResult, storeStaged, storeVisit, type Visit } from '../store_visit.ts';
import { stageAssociated } from './associated.ts';
import type { Detections } from './detections.ts';
import { knownInside, readForcedSources, readKnown, readSources } from './known.ts';
import { ownTimed, type Session } from './session.ts';
import type { Target } from './target.ts';
import type { Tile } from './tiles.ts';
import type { Count, TileStep, TileTiming, Took } from './timings.ts';
import { bandOf, firstSourceId, type KnownObject, type RowOptions, rowsOf, type VisitRows } from './visit.ts';

/** How detections are matched: by the variable source that each comes from, or by position, in the database. */
export type Matching = { readonly by: 'index' } | { readonly by: 'position'; readonly radiusArcsec: number };

export interface DetectorOptions {
  readonly target: Target;
  readonly rows: RowOptions;
  readonly matching: Matching;
  /** Histories are read, too. */
  readonly readHistory: boolean;
  /** Nothing is stored. */
  readonly readOnly: boolean;
}

/** The objects that a detector's rows are made with: those of its own part where it gives them new versions itself. */
function concerned(
  known: ReadonlyMap<bigint, KnownObject>,
  tile: Tile,
  { forced }: RowOptions,
): ReadonlyMap<bigint, KnownObject> {
  return forced === 'known' ? knownInside(known, tile.contains) : known;
}

/** A detector at work; `detections` are those of its tile. */
class Detector {
  readonly #session: Session;
  readonly #tile: Tile;
  readonly #detections: Detections;
  readonly #options: DetectorOptions;
  readonly took: Partial<Record<TileStep, Took>> = {};
  readonly rows: Partial<Record<Count, number>> = {};

  constructor(session: Session, tile: Tile, detections: Detections, options: DetectorOptions) {
    this.#session = session;
    this.#tile = tile;
    this.#detections = detections;
    this.#options = options;
  }

  async #timed<T>(step: TileStep, work: () => Promise<T>): Promise<T> {
    const { value, took } = await this.#session.timed(work);
    this.took[step] = took;
    return value;
  }

  async process(): Promise<void> {
    const { target, matching, readOnly, readHistory: wanted } = this.#options;
    const { client } = this.#session;
    const tile = this.#tile;
    const known = await this.#timed('obj_select', () => readKnown(client, target, tile.region));
    this.rows.obj_selected = known.size;
    this.rows.obj_in_fov = knownInside(known, tile.contains).size;
    const match = ownTimed(() => this.#rows(known));
    this.took.match = match.took;
    const rows = match.value;
    if (matching.by === 'index' || readOnly) {
      if (wanted) await this.#history(known);
      if (!readOnly) this.#count(await this.#timed('store', () => this.#storeRows(rows)));
      return;
    }
    await client.query('begin');
    try {
      await this.#timed('match', () => this.#associate(rows, matching.radiusArcsec));
      if (wanted) await this.#history(known);
      this.#count(await this.#timed('store', () => this.#storeStaged(rows)));
    } catch (error) {
      // A connection that is gone cannot roll back; what ended it says more.
      await client.query('rollback').catch(() => {});
      throw error;
    }
  }

  #rows(known: ReadonlyMap<bigint, KnownObject>): VisitRows {
    const { rows, matching } = this.#options;
    const { detector } = this.#tile;
    // Matched by position, objects and forced sources are the database's matter.
    if (matching.by === 'position')
      return rowsOf(this.#detections, detector, new Map(), { ...rows, forced: 'detected-again' });
    return rowsOf(this.#detections, detector, concerned(known, this.#tile, rows), rows);
  }

  #associate({ visit, detector, visitTime, sources }: VisitRows, radiusArcsec: number): Promise<void> {
    const { target, rows } = this.#options;
    const staged = {
      visit,
      detector,
      visitTime,
      band: bandOf(this.#detections.visit),
      sources: sources.without('diaObjectId'),
      firstForcedId: firstSourceId(visit, detector, rows),
    };
    return stageAssociated(this.#session.client, target, this.#tile, staged, { ...rows, radiusArcsec });
  }

  async #history(known: ReadonlyMap<bigint, KnownObject>): Promise<void> {
    const { target } = this.#options;
    const { client } = this.#session;
    const ids = [...known.keys()];
    const { visitTime } = this.#detections;
    this.rows.src_selected = await this.#timed('src_select', () =>
      readSources(client, target, visitTime, this.#tile.region, ids),
    );
    this.rows.fsrc_selected = await this.#timed('fsrc_select', () =>
      readForcedSources(client, target, visitTime, ids),
    );
  }

  // A commit that was under way when a run before was killed may have come to its end since: skip.
  #unit({ visitTime, visit, detector }: VisitRows): Visit {
    return { visitTime, visit, detector, onConflict: 'skip' };
  }

  #storeRows(rows: VisitRows): Promise<StoreResult> {
    return storeVisit(this.#session.client, this.#options.target.apdb, this.#unit(rows), rows);
  }

  async #storeStaged(rows: VisitRows): Promise<StoreResult> {
    const { client } = this.#session;
    const result = await storeStaged(client, this.#options.target.apdb, this.#unit(rows));
    await client.query('commit');
    return result;
  }

  #count({ objects, closed, sources, forcedSources }: StoreResult): void {
    this.rows.obj_stored = objects;
    this.rows.obj_closed = closed;
    this.rows.src_stored = sources;
    this.rows.fsrc_stored = forcedSources;
  }
}

/** Processes a detector: `detections` are those of its tile. */
export async function processDetector(
  session: Session,
  tile: Tile,
  detections: Detections,
  options: DetectorOptions,
): Promise<TileTiming> {
  const detector = new Detector(session, tile, detections, options);
  const { took } = await session.timed(() => detector.process());
  return {
    visit: Number(options.rows.firstVisit) + detections.visit,
    detector: tile.detector,
    tile: tile.name,
    visit_time: detections.visitTime,
    took: { ...detector.took, tile_visit: took },
    rows: detector.rows,
  };
}
