/** The rows that a pipeline stores for a visit, as tables with columns. */
import { type ColumnRow, columnOf } from '../../../plv8/apdb/schema/definition.ts';
import { diaForcedSourceColumns } from '../../../plv8/apdb/schema/dia_forced_source.ts';
import { diaObjectColumns } from '../../../plv8/apdb/schema/dia_object.ts';
import { diaSourceColumns } from '../../../plv8/apdb/schema/dia_source.ts';
import { htmColumn } from '../../../plv8/sky/htm_position.ts';
import { angleBetween, fromDegrees } from '../../../plv8/sky/vector.ts';
import type { MemoryTable } from '../../formats/memory.ts';
import type { Placing } from '../pixels.ts';
import { type Detections, detect, type Sky } from './detections.ts';
import { type Fill, filledTable, type SchemaColumn } from './fill.ts';
import { type Field, firstNight, VisitTimes } from './night.ts';
import { Random } from './random.ts';
import { degreesAt } from './sphere.ts';
import type { Variables } from './variables.ts';

/** What was known of an object before the visit. */
export interface KnownObject {
  readonly nDiaSources: number;
  /** MJD TAI; null where the APDB does not say. */
  readonly firstDiaSourceMjdTai: number | null;
  readonly lastDiaSourceMjdTai: number | null;
  /** ICRS degrees. */
  readonly ra: number;
  readonly decl: number;
}

/** For which objects fluxes are measured in a visit that does not detect them, and which have new versions. */
export type ForcedRule =
  /** Objects that the visit detects, and that had been detected before. */
  | 'detected-again'
  /** Objects that the visit detects, and known ones of the field; the known ones get a new version, too. */
  | 'known';

/** Columns of the three tables, as the schema of the APDB has them, with the pixel id of those that have one. */
export interface Columns {
  readonly objects: readonly SchemaColumn[];
  readonly sources: readonly SchemaColumn[];
  readonly forcedSources: readonly SchemaColumn[];
}

const ofSchema = (rows: readonly ColumnRow[]): SchemaColumn[] => rows.map(columnOf);
const pixelColumn: SchemaColumn = { name: 'pixelId', type: 'int8', notNull: true };

/** The columns of today's schema. */
export const columns10: Columns = {
  objects: [...ofSchema(diaObjectColumns), pixelColumn],
  sources: [...ofSchema(diaSourceColumns), pixelColumn],
  forcedSources: ofSchema(diaForcedSourceColumns),
};

export interface RowOptions {
  readonly columns: Columns;
  readonly fill: Fill;
  readonly forced: ForcedRule;
  /** How long after its last detection fluxes of a known object are measured [d]. */
  readonly forcedCutoffDays: number;
  /** Names of the columns of positions and of pixels, and the level of these. */
  readonly placing: Placing;
  /** Number of the first visit, and how many detectors each has. */
  readonly firstVisit: bigint;
  readonly detectors: number;
  readonly seed: number;
}

export interface VisitRows {
  readonly visit: bigint;
  readonly detector: number;
  /** MJD TAI. */
  readonly visitTime: number;
  /** One row an object, a detection, a flux. Objects have validityStartMjdTai, and no validityEndMjdTai. */
  readonly objects: MemoryTable;
  readonly sources: MemoryTable;
  readonly forcedSources: MemoryTable;
}

/** Ids of a detector's sources: room for so many. */
const idsPerDetector = 1_000_000n;

/** One band a visit, in turn. */
const bands = ['u', 'g', 'r', 'i', 'z', 'y'];

/** Of a visit, from 0. */
export const bandOf = (visit: number): string => bands[visit % bands.length];

/** The id of the first source, and of the first forced source, of a detector. */
export function firstSourceId(visit: bigint, detector: number, { detectors }: RowOptions): bigint {
  return (visit * BigInt(detectors) + BigInt(detector)) * idsPerDetector + 1n;
}

/** Objects as they are stored for a visit, column by column. */
interface Versions {
  readonly ids: BigInt64Array;
  readonly ra: Float64Array;
  readonly decl: Float64Array;
  readonly nDiaSources: Int32Array;
  readonly first: Float64Array;
  readonly last: Float64Array;
}

function versionsOf(
  detections: Detections,
  known: ReadonlyMap<bigint, KnownObject>,
  { forced, forcedCutoffDays }: RowOptions,
): Versions {
  const { objectIds, visitTime } = detections;
  const detected = new Set(objectIds);
  const isRecent = ({ lastDiaSourceMjdTai: last }: KnownObject) =>
    last !== null && visitTime - last <= forcedCutoffDays;
  // Rows come in no order: by id, so that the same visit is made of the same knowledge.
  const others =
    forced === 'known'
      ? [...known]
          .filter(([id, object]) => !detected.has(id) && isRecent(object))
          .sort(([a], [b]) => (a < b ? -1 : 1))
      : [];
  const count = objectIds.length + others.length;
  const versions: Versions = {
    ids: new BigInt64Array(count),
    ra: new Float64Array(count),
    decl: new Float64Array(count),
    nDiaSources: new Int32Array(count),
    first: new Float64Array(count),
    last: new Float64Array(count),
  };
  versions.ids.set(objectIds);
  versions.ra.set(detections.ra);
  versions.decl.set(detections.decl);
  for (const [row, id] of objectIds.entries()) {
    const before = known.get(id);
    versions.nDiaSources[row] = (before?.nDiaSources ?? 0) + 1;
    versions.first[row] = before?.firstDiaSourceMjdTai ?? visitTime;
    versions.last[row] = visitTime;
  }
  for (const [i, [id, object]] of others.entries()) {
    const row = objectIds.length + i;
    versions.ids[row] = id;
    versions.ra[row] = object.ra;
    versions.decl[row] = object.decl;
    versions.nDiaSources[row] = object.nDiaSources;
    versions.first[row] = object.firstDiaSourceMjdTai ?? object.lastDiaSourceMjdTai!;
    versions.last[row] = object.lastDiaSourceMjdTai!;
  }
  return versions;
}

const pixelsOf = (ra: Float64Array, decl: Float64Array, level: number): BigInt64Array =>
  BigInt64Array.from(htmColumn(ra, decl, level), BigInt);

function numbered(first: bigint, count: number): BigInt64Array {
  return BigInt64Array.from({ length: count }, (_, i) => first + BigInt(i));
}

/**
 * The rows of a detector: a version of each object, a source of each detection, and forced sources.
 * @param detections of the whole visit, or of the detector's part of the field
 * @param known what is known of the objects of that part before the visit, by id
 */
export function rowsOf(
  detections: Detections,
  detector: number,
  known: ReadonlyMap<bigint, KnownObject>,
  options: RowOptions,
): VisitRows {
  const { columns, fill, forced, placing } = options;
  const { visitTime, ra, decl, objectIds } = detections;
  const visit = options.firstVisit + BigInt(detections.visit);
  const random = new Random(options.seed, 4, detections.visit, detector);
  const firstId = firstSourceId(visit, detector, options);
  const versions = versionsOf(detections, known, options);
  const shared = { visit, detector, midpointMjdTai: visitTime, timeProcessedMjdTai: visitTime };
  const band = bandOf(detections.visit);
  const measured = [...versions.ids.keys()].filter(
    (row) => forced === 'known' || versions.nDiaSources[row] > 1,
  );
  // A source that is of a solar system object, or withdrawn, is no source of a DiaObject.
  const filling = { fill, random, leave: ['ssObjectReassocTimeMjdTai', 'timeWithdrawnMjdTai'] };
  return {
    visit,
    detector,
    visitTime,
    objects: filledTable(
      'DiaObject',
      columns.objects,
      {
        diaObjectId: versions.ids,
        validityStartMjdTai: visitTime,
        [placing.ra]: versions.ra,
        [placing.decl]: versions.decl,
        nDiaSources: versions.nDiaSources,
        firstDiaSourceMjdTai: versions.first,
        lastDiaSourceMjdTai: versions.last,
        [placing.pixel]: pixelsOf(versions.ra, versions.decl, placing.level),
      },
      versions.ids.length,
      { fill, random, leave: ['validityEndMjdTai'] },
    ),
    sources: filledTable(
      'DiaSource',
      columns.sources,
      {
        ...shared,
        diaSourceId: numbered(firstId, objectIds.length),
        diaObjectId: objectIds,
        ...(fill === 'all' && { ssObjectId: 0n }),
        parentDiaSourceId: 0n,
        [placing.ra]: ra,
        [placing.decl]: decl,
        band,
        [placing.pixel]: pixelsOf(ra, decl, placing.level),
      },
      objectIds.length,
      filling,
    ),
    forcedSources: filledTable(
      'DiaForcedSource',
      columns.forcedSources,
      {
        ...shared,
        diaForcedSourceId: numbered(firstId, measured.length),
        diaObjectId: BigInt64Array.from(measured, (row) => versions.ids[row]),
        [placing.ra]: Float64Array.from(measured, (row) => versions.ra[row]),
        [placing.decl]: Float64Array.from(measured, (row) => versions.decl[row]),
        band,
      },
      measured.length,
      filling,
    ),
  };
}

export interface GeneratorOptions extends Partial<Omit<Sky, 'times' | 'pointings'>>, Partial<RowOptions> {
  readonly variables: Variables;
  /** Fields visited in turn; without any, positions anywhere south of the equator. */
  readonly fields?: readonly Field[];
  /** How far from a field a visit may point [deg]. */
  readonly dither?: number;
  /** MJD TAI of the first visit. */
  readonly startTime?: number;
  /** Between visits [s]. */
  readonly interval?: number;
}

/** The sky that options describe, with today's field of view, cadence and noise where they say nothing. */
export function skyOf(options: GeneratorOptions): Sky {
  const { fields = [], dither = 0, startTime = firstNight, interval = 45, seed = 1 } = options;
  return {
    variables: options.variables,
    pointings: { fields, dither, seed },
    times: new VisitTimes(startTime, interval),
    fov: options.fov ?? 3.52,
    noise: options.noise ?? 5150,
    detectionFraction: options.detectionFraction ?? 1,
    scatterArcsec: options.scatterArcsec ?? 0,
    firstObjectId: options.firstObjectId ?? 0n,
    seed,
  };
}

export function rowOptionsOf(options: Partial<RowOptions>): RowOptions {
  return {
    columns: options.columns ?? columns10,
    fill: options.fill ?? 'required',
    forced: options.forced ?? 'detected-again',
    forcedCutoffDays: options.forcedCutoffDays ?? 30,
    placing: options.placing ?? { level: 20, pixel: 'pixelId', ra: 'ra', decl: 'dec' },
    firstVisit: options.firstVisit ?? 1n,
    detectors: options.detectors ?? 1,
    seed: options.seed ?? 1,
  };
}

/** A visit whole, with the circle that it looks at in the syntax of POS. */
export interface GeneratedVisit extends VisitRows {
  readonly region: string;
}

export function circleText(pointing: Detections['pointing'], fov: number): string {
  const [ra, decl] = degreesAt(pointing);
  return `CIRCLE ${ra} ${decl} ${fov / 2}`;
}

/** Whole visits one after another, without a database: the generator itself knows what it detected before. */
export class VisitGenerator {
  readonly #sky: Sky;
  readonly #options: RowOptions;
  readonly #known = new Map<bigint, KnownObject>();
  #next = 0;

  constructor(options: GeneratorOptions) {
    this.#sky = skyOf(options);
    this.#options = rowOptionsOf(options);
  }

  /** The next visit. Objects that it detects count as known to those that follow. */
  next(): GeneratedVisit {
    const detections = detect(this.#sky, this.#next++);
    const { visitTime, ra, decl, objectIds } = detections;
    const known = this.#options.forced === 'known' ? this.#knownIn(detections) : this.#known;
    const rows = rowsOf(detections, 0, known, this.#options);
    for (const [row, id] of objectIds.entries()) {
      const before = this.#known.get(id);
      this.#known.set(id, {
        nDiaSources: (before?.nDiaSources ?? 0) + 1,
        firstDiaSourceMjdTai: before?.firstDiaSourceMjdTai ?? visitTime,
        lastDiaSourceMjdTai: visitTime,
        ra: ra[row],
        decl: decl[row],
      });
    }
    return { ...rows, region: circleText(detections.pointing, this.#sky.fov) };
  }

  #knownIn({ pointing }: Detections): Map<bigint, KnownObject> {
    const half = (this.#sky.fov / 2) * (Math.PI / 180);
    return new Map(
      [...this.#known].filter(([, { ra, decl }]) => angleBetween(pointing, fromDegrees(ra, decl)) < half),
    );
  }
}
