/** Defining visits: from selected exposures to the rows of visits and what joins them, in whole sets. */
import { Failure } from '../failure.ts';
import { cameraOfInstrument, paddingOf, readCamera } from './camera_tables.ts';
import { butlerError } from './errors.ts';
import type { Registry } from './registry.ts';
import { checkDetectors, pointingsOf, RegionWriter } from './visit_region_rows.ts';
import { FocalPlane, regionText } from './visit_regions.ts';
import {
  exposuresWithVisit,
  insertDefinitions,
  insertMemberships,
  insertVisits,
  missingExposures,
  type Row,
  readExposures,
  readVisits,
  registerSystems,
  type Selection,
  type StoredVisit,
  updateVisits,
  visitColumns,
  visitOfName,
} from './visit_rows.ts';
import { type Exposure, type Grouping, groupExposures, groupings, visitRecord } from './visits.ts';

export interface Options extends Selection {
  readonly grouping: string;
  readonly camera: string | null;
  readonly updateRecords: boolean;
  readonly incremental: boolean;
  readonly skipConflicting: boolean;
  readonly prefilter: boolean;
  readonly checkDetectorRegions: boolean;
  readonly mergeExposures: boolean;
  readonly paddingDeg: number | null;
  readonly paddingPixels: number | null;
}

export interface Counts {
  n_visits: bigint;
  n_skipped: bigint;
  n_new: bigint;
  n_fully_updated: bigint;
  n_partially_updated: bigint;
  n_filtered: bigint;
}

/** The instrument of a call: the one named, else the only one. @throws DimensionNameError, DataIdValueError */
export function instrumentOf(registry: Registry, name: string | null): string {
  const known = registry
    .rows<{ name: string }>(`select name from ${registry.table('instrument')} order by name`)
    .map((row) => row.name);
  const has = known.length === 0 ? `Registry ${registry.name} has none yet.` : `It has ${known.join(', ')}.`;
  if (name === null && known.length === 1) return known[0];
  if (name === null)
    throw butlerError('DimensionNameError', 'no instrument is named, and there is not exactly one', {
      hint: `Write instrument => 'name'. ${has}`,
    });
  if (!known.includes(name))
    throw butlerError('DataIdValueError', `registry ${registry.name} has no instrument '${name}'`, {
      hint: has,
    });
  return name;
}

function groupingOf(name: string): Grouping {
  if (Object.hasOwn(groupings, name)) return name as Grouping;
  throw new Failure('22023', `there is no grouping '${name}'`, {
    hint: `Groupings are ${Object.keys(groupings).join(', ')}.`,
  });
}

/** Columns in which a visit differs from the one that is there. */
function differences(row: Row, stored: StoredVisit): (keyof typeof visitColumns)[] {
  const same = (name: keyof StoredVisit) => Object.is(row[name], stored[name]);
  return (Object.keys(visitColumns) as (keyof typeof visitColumns)[]).filter((name) =>
    name === 'timespan' ? !same('begin') || !same('end') : !same(name),
  );
}

/** Longer texts, such as regions, are cut in messages. */
const LONGEST = 64;

function shown(visit: StoredVisit, column: keyof typeof visitColumns): string {
  const value =
    column === 'timespan'
      ? visit.begin === null || visit.end === null
        ? null
        : `[${visit.begin},${visit.end})`
      : visit[column];
  if (typeof value !== 'string') return value === null ? 'NULL' : `${value}`;
  return value.length > LONGEST ? `'${value.slice(0, LONGEST)}…'` : `'${value}'`;
}

const remedy =
  'update_records => true replaces the records, incremental => true adds exposures to visits, and ' +
  'skip_conflicting => true leaves such visits as they are.';

class VisitDefiner {
  private readonly registry: Registry;
  private readonly options: Options;
  private readonly grouping: Grouping;
  private readonly plane: FocalPlane;
  private readonly regions: RegionWriter;
  private readonly counts: Counts = {
    n_visits: 0n,
    n_skipped: 0n,
    n_new: 0n,
    n_fully_updated: 0n,
    n_partially_updated: 0n,
    n_filtered: 0n,
  };

  constructor(registry: Registry, options: Options) {
    this.registry = registry;
    this.options = options;
    this.grouping = groupingOf(options.grouping);
    const { instrument, prefilter, updateRecords, incremental } = options;
    if (prefilter && (updateRecords || incremental))
      throw new Failure('22023', 'prefilter leaves out what update_records or incremental would change', {
        hint: 'Leave prefilter out.',
      });
    const camera = readCamera(options.camera ?? cameraOfInstrument(instrument));
    checkDetectors(registry, instrument, camera);
    this.plane = new FocalPlane(camera, paddingOf(camera, options.paddingDeg, options.paddingPixels));
    this.regions = new RegionWriter(registry, instrument, camera, this.plane, options.mergeExposures);
  }

  run(): Counts {
    const { registry, options, counts } = this;
    const { instrument } = options;
    const rows = this.rows(this.exposures());
    counts.n_visits = BigInt(rows.length);
    if (rows.length === 0) return counts;
    registerSystems(registry, instrument, this.grouping);
    const isNew = insertVisits(registry, instrument, rows);
    const fresh = rows.filter(({ id }) => isNew.has(id));
    counts.n_new = BigInt(fresh.length);
    insertDefinitions(registry, instrument, fresh);
    insertMemberships(registry, instrument, fresh);
    this.regions.insert(fresh);
    this.reconcile(rows.filter(({ id }) => !isNew.has(id)));
    return counts;
  }

  private exposures(): Exposure[] {
    const { registry, options, grouping, counts } = this;
    const selected = readExposures(registry, options);
    if (selected.length === 0) return selected;
    if (options.incremental) return [...selected, ...missingExposures(registry, options, grouping, selected)];
    if (!options.prefilter) return selected;
    const done = exposuresWithVisit(registry, options.instrument, selected);
    counts.n_filtered = BigInt(done.size);
    return selected.filter(({ id }) => !done.has(id));
  }

  private rows(exposures: readonly Exposure[]): Row[] {
    return groupExposures(this.grouping, exposures).map((definition) => ({
      ...visitRecord(definition),
      definition,
      region: this.visitRegion(definition.id, { definition }),
    }));
  }

  private visitRegion(id: bigint, row: Pick<Row, 'definition'>): string {
    try {
      return regionText(this.plane.visitRegion(pointingsOf(row, this.options.mergeExposures)));
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      throw new Failure('22023', `visit ${id} has no region: ${error.message}`, {
        detail: row.definition.exposures
          .map(
            (exposure) =>
              `exposure ${exposure.id} points at ${exposure.tracking_ra}, ${exposure.tracking_dec}`,
          )
          .join('; '),
      });
    }
  }

  /** Settles visits that were there before, or whose name is another's. */
  private reconcile(rows: readonly Row[]): void {
    if (rows.length === 0) return;
    const { registry, options } = this;
    const { instrument, incremental, updateRecords } = options;
    const updates = updateRecords || incremental;
    const ids = rows.map(({ id }) => id);
    const stored = readVisits(registry, instrument, ids, updates);
    for (const row of rows) if (!stored.has(row.id)) this.refuseName(row);
    const changes = new Map(rows.map((row) => [row.id, differences(row, stored.get(row.id)!)]));
    const strayed =
      options.checkDetectorRegions && !updateRecords ? this.regions.differing(rows) : new Set<bigint>();
    if (!updates) {
      this.compare(rows, stored, changes, strayed);
      return;
    }
    updateVisits(
      registry,
      instrument,
      rows.filter(({ id }) => changes.get(id)!.length > 0),
    );
    if (incremental) insertDefinitions(registry, instrument, rows);
    const full = rows.filter(
      ({ id }) => updateRecords || changes.get(id)!.includes('region') || strayed.has(id),
    );
    const moved = rows.filter(({ id }) => changes.get(id)!.includes('region'));
    this.regions.replace(full, new Set(moved.map(({ id }) => id)));
    // What counts is what was gone through, as in the Data Butler, whether or not it turned out to be the same.
    this.counts.n_fully_updated = BigInt(full.length);
    this.counts.n_partially_updated = BigInt(rows.length - full.length);
  }

  private refuseName({ id, name }: Row): never {
    const { registry, options } = this;
    const other = visitOfName(registry, options.instrument, name);
    throw butlerError('ConflictingDefinitionError', `visit ${id} would have the name of another, '${name}'`, {
      ...(other === undefined ? {} : { detail: `Visit ${other} of ${options.instrument} has it.` }),
      hint: 'Names of visits are unique for an instrument: choose another grouping.',
    });
  }

  /** Without leave to change anything, visits that differ are an error, or skipped. */
  private compare(
    rows: readonly Row[],
    stored: ReadonlyMap<bigint, StoredVisit>,
    changes: ReadonlyMap<bigint, (keyof typeof visitColumns)[]>,
    strayed: ReadonlySet<bigint>,
  ): void {
    const conflicting = rows.filter(({ id }) => changes.get(id)!.length > 0 || strayed.has(id));
    if (conflicting.length > 0 && !this.options.skipConflicting) {
      const [first] = conflicting;
      const columns = changes.get(first.id)!;
      const others = conflicting.length > 1 ? `, and ${conflicting.length - 1} others` : '';
      const there = stored.get(first.id)!;
      throw butlerError(
        'DatabaseConflictError',
        columns.length > 0
          ? `visit ${first.id} is defined otherwise in ${columns.join(', ')}${others}`
          : `regions of detectors of visit ${first.id} are others${others}`,
        {
          detail:
            `{"instrument": ${JSON.stringify(this.options.instrument)}, "visit": ${first.id}}` +
            columns
              .map((column) => `; ${column}: ${shown(there, column)}, not ${shown(first, column)}`)
              .join(''),
          hint: remedy,
        },
      );
    }
    this.counts.n_skipped = BigInt(rows.length);
  }
}

/**
 * Defines visits.
 * @throws DatabaseConflictError, ConflictingDefinitionError, DataIdValueError, InconsistentDataIdError
 */
export function defineVisits(registry: Registry, options: Options): Counts {
  return new VisitDefiner(registry, options).run();
}
