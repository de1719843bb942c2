/** Regions of visits and detectors in a registry, and the pixels that they overlap, many at a time. */
import type { Camera, Pointing } from './camera.ts';
import { butlerError } from './errors.ts';
import { type Insertion, insertion, insertMany } from './references.ts';
import type { Registry } from './registry.ts';
import { type FocalPlane, htmOverlaps, regionText, type VisitRegions } from './visit_regions.ts';
import { ids, type Row } from './visit_rows.ts';

/** Visits whose regions are written by one statement: enough for its costs not to count, few enough for memory. */
const AT_ONCE = 250;

/** Regions of a batch as relation `n`. */
const given = `unnest($2::text::bigint[], $3::text::bigint[], string_to_array($4, ',')) as n (visit, detector, region)`;

/** Refuses a camera with detectors that the registry does not know. */
export function checkDetectors(registry: Registry, instrument: string, camera: Camera): void {
  const missing = registry.rows<{ detector: bigint }>(
    `select detector from unnest($2::text::bigint[]) as detector
     where not exists (select from ${registry.table('detector')} d where d.instrument = $1 and d.id = detector)
     order by detector`,
    [instrument, ids(camera.detectors.map(({ id }) => id))],
  );
  if (missing.length > 0)
    throw butlerError(
      'DataIdValueError',
      `the camera has detectors that ${instrument} of registry ${registry.name} has not`,
      {
        detail: `Detectors ${missing.map(({ detector }) => detector).join(', ')}`,
        hint: "Insert their records: select butler.insert_dimension_records('detector', '[…]'); or name another camera.",
      },
    );
}

/** The exposures' pointings that give a visit its region: the first one's, or all. */
export function pointingsOf({ definition }: Pick<Row, 'definition'>, merge: boolean): Pointing[] {
  const { exposures } = definition;
  return (merge ? exposures : exposures.slice(0, 1)).map((exposure) => ({
    ra: exposure.tracking_ra,
    decl: exposure.tracking_dec,
    skyAngle: exposure.sky_angle,
  }));
}

/** Writes regions of detectors and pixels for visits of one camera. */
export class RegionWriter {
  private readonly registry: Registry;
  private readonly instrument: string;
  private readonly detectors: readonly number[];
  private readonly plane: FocalPlane;
  private readonly merge: boolean;

  constructor(registry: Registry, instrument: string, camera: Camera, plane: FocalPlane, merge: boolean) {
    this.registry = registry;
    this.instrument = instrument;
    this.detectors = camera.detectors.map(({ id }) => id);
    this.plane = plane;
    this.merge = merge;
  }

  private regionsOf(row: Row): VisitRegions {
    return this.plane.regions(pointingsOf(row, this.merge));
  }

  /** Visits whose detectors' regions in the registry are not those that they should have. */
  differing(rows: readonly Row[]): Set<bigint> {
    const found = new Set<bigint>();
    for (const [visits, regions] of this.batches(rows)) {
      const differing = this.registry.rows<{ visit: bigint }>(
        `select distinct visit
         from ${given} full join (
           select detector, visit, region from ${this.registry.table('visit_detector_region')}
           where instrument = $1 and visit in (select visit from ${given})
         ) t using (detector, visit)
         where n.region is distinct from t.region`,
        this.parameters(visits, regions),
      );
      for (const { visit } of differing) found.add(visit);
    }
    return found;
  }

  /** Writes the detectors' regions of visits that have none yet, and all their pixels. */
  insert(rows: readonly Row[]): void {
    for (const [visits, regions] of this.batches(rows)) {
      this.insertRows(
        'visit_detector_region',
        visits.length * this.detectors.length,
        `select * from ${given}`,
        { instrument: '$1::text', detector: 's.detector', visit: 's.visit', region: 's.region' },
        this.parameters(visits, regions),
      );
      this.insertPixels(
        visits,
        regions,
        () => true,
        () => true,
      );
    }
  }

  /**
   * Replaces regions and pixels of visits; of those whose own region is in `moved` the visit's pixels, too. Detectors
   * that the camera has not stay as they are.
   */
  replace(rows: readonly Row[], moved: ReadonlySet<bigint>): void {
    const { registry, instrument } = this;
    for (const [visits, regions] of this.batches(rows)) {
      const written = registry.rows<{ visit: bigint; detector: bigint }>(
        `insert into ${registry.table('visit_detector_region')} as t (instrument, detector, visit, region)
         select $1, n.detector, n.visit, n.region from ${given}
         order by n.visit, n.detector
         on conflict (instrument, detector, visit) do update set region = excluded.region
         where t.region is distinct from excluded.region
         returning t.visit, t.detector`,
        this.parameters(visits, regions),
      );
      const places = new Set(written.map(({ visit, detector }) => `${visit} ${detector}`));
      const movedHere = visits.map(({ id }) => id).filter((id) => moved.has(id));
      registry.rows(
        `delete from ${registry.table('visit_skypix_overlap')}
         where instrument = $1 and visit = any($2::text::bigint[])`,
        [instrument, ids(movedHere)],
      );
      registry.rows(
        `delete from ${registry.table('visit_detector_region_skypix_overlap')} o
         using unnest($2::text::bigint[], $3::text::bigint[]) as w (visit, detector)
         where o.instrument = $1 and o.visit = w.visit and o.detector = w.detector`,
        [instrument, ids(written.map(({ visit }) => visit)), ids(written.map(({ detector }) => detector))],
      );
      this.insertPixels(
        visits,
        regions,
        (visit) => moved.has(visit),
        (visit, detector) => places.has(`${visit} ${detector}`),
      );
    }
  }

  private *batches(rows: readonly Row[]): Generator<[readonly Row[], readonly VisitRegions[]]> {
    for (let i = 0; i < rows.length; i += AT_ONCE) {
      const visits = rows.slice(i, i + AT_ONCE);
      yield [visits, visits.map((row) => this.regionsOf(row))];
    }
  }

  /** For `given`: the instrument, then a visit, a detector and a region for each row. */
  private parameters(visits: readonly Row[], regions: readonly VisitRegions[]): unknown[] {
    const { detectors } = this;
    return [
      this.instrument,
      ids(visits.flatMap(({ id }) => detectors.map(() => id))),
      ids(visits.flatMap(() => detectors)),
      regions.map((of) => of.detectors.map(regionText).join(',')).join(','),
    ];
  }

  /** Writes the pixels of visits and of detectors of visits that are wanted. */
  private insertPixels(
    visits: readonly Row[],
    regions: readonly VisitRegions[],
    wantsVisit: (visit: bigint) => boolean,
    wantsDetector: (visit: bigint, detector: number) => boolean,
  ): void {
    const { registry, instrument, detectors } = this;
    const { system, level } = registry.universe.commonSkypix;
    if (system !== 'htm')
      throw butlerError('UnimplementedQueryError', `overlaps with pixels of ${system} cannot be computed`);
    const ofVisits: { visit: bigint[]; pixel: number[] } = { visit: [], pixel: [] };
    const ofDetectors: { visit: bigint[]; detector: number[]; pixel: number[] } = {
      visit: [],
      detector: [],
      pixel: [],
    };
    visits.forEach(({ id }, i) => {
      const wanted = detectors.map((detector) => wantsDetector(id, detector));
      if (!wantsVisit(id) && !wanted.includes(true)) return;
      const overlaps = htmOverlaps(regions[i], level);
      for (const pixel of wantsVisit(id) ? overlaps.visit : []) {
        ofVisits.visit.push(id);
        ofVisits.pixel.push(pixel);
      }
      overlaps.detectors.forEach((pixels, d) => {
        if (!wanted[d]) return;
        for (const pixel of pixels) {
          ofDetectors.visit.push(id);
          ofDetectors.detector.push(detectors[d]);
          ofDetectors.pixel.push(pixel);
        }
      });
    });
    for (const table of ['visit_skypix_overlap_summary', 'visit_detector_region_skypix_overlap_summary'])
      registry.rows(
        `insert into ${registry.table(table)} (skypix_system, skypix_level, instrument) values ($1, $2, $3)
         on conflict do nothing`,
        [system, level, instrument],
      );
    const pixels = {
      skypix_system: '$1::text',
      skypix_level: '$2::int2',
      instrument: '$3::text',
      skypix_index: 's.pixel',
    };
    this.insertRows(
      'visit_skypix_overlap',
      ofVisits.pixel.length,
      'select * from unnest($4::text::bigint[], $5::text::bigint[]) as p (visit, pixel)',
      { ...pixels, visit: 's.visit' },
      [system, level, instrument, ids(ofVisits.visit), ids(ofVisits.pixel)],
    );
    this.insertRows(
      'visit_detector_region_skypix_overlap',
      ofDetectors.pixel.length,
      'select * from unnest($4::text::bigint[], $5::text::bigint[], $6::text::bigint[]) as p (visit, detector, pixel)',
      { ...pixels, visit: 's.visit', detector: 's.detector' },
      [system, level, instrument, ids(ofDetectors.visit), ids(ofDetectors.detector), ids(ofDetectors.pixel)],
    );
  }

  /** Inserts rows that a query gives into a table. */
  private insertRows(
    name: string,
    count: number,
    query: string,
    columns: Insertion['columns'],
    values: readonly unknown[],
  ): void {
    const into = { table: this.registry.table(name), source: 'given', columns };
    insertMany(this.registry, count, [into], insertion(query, into), values);
  }
}
