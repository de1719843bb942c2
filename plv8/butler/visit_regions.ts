/** Regions of visits and of their detectors, and the pixels that these overlap, for many pointings of one camera. */
import { encodeBase64 } from '../sky/base64.ts';
import { encodeRegion } from '../sky/codec.ts';
import { htmTrixel, type Trixel } from '../sky/htm.ts';
import { convexHull } from '../sky/hull.ts';
import { envelope } from '../sky/pixel_search.ts';
import { type ConvexPolygon, DISJOINT } from '../sky/region.ts';
import { relateVertices } from '../sky/relate.ts';
import { add, normalized, squaredChord, type Vec3 } from '../sky/vector.ts';
import { type Camera, directions, type Padding, type Pointing, planeCorners } from './camera.ts';

export interface VisitRegions {
  readonly visit: ConvexPolygon;
  /** In the order of the camera's detectors. */
  readonly detectors: readonly ConvexPolygon[];
}

export const regionText = (region: ConvexPolygon): string => encodeBase64(encodeRegion(region));

/** A camera with padding, ready for many pointings. */
export class FocalPlane {
  private readonly camera: Camera;
  /** Corners on the tangent plane, eight numbers a detector [rad]. */
  private readonly places: readonly number[];
  /** Those of them that may lie on the hull of all. */
  private readonly outer: readonly number[];

  constructor(camera: Camera, padding: Padding) {
    this.camera = camera;
    this.places = camera.detectors.flatMap((detector) => planeCorners(camera, detector, padding));
    this.outer = nearHull(this.places).flatMap((i) => this.places.slice(2 * i, 2 * i + 2));
  }

  /** The hull of all corners, for one pointing or several together. Throws Failure where they fit in no hemisphere. */
  visitRegion(pointings: readonly Pointing[]): ConvexPolygon {
    return convexHull(pointings.flatMap((pointing) => directions(this.camera, this.outer, pointing)));
  }

  /** The hull of each detector's corners, too. */
  regions(pointings: readonly Pointing[]): VisitRegions {
    const corners = pointings.map((pointing) => directions(this.camera, this.places, pointing));
    return {
      visit: this.visitRegion(pointings),
      detectors: this.camera.detectors.map((_, i) =>
        convexHull(corners.flatMap((all) => all.slice(4 * i, 4 * i + 4))),
      ),
    };
  }
}

/** Numbers of the points (x, y in turn) on their convex hull or within rounding of it; its planar form suffices. */
function nearHull(places: readonly number[]): number[] {
  const count = places.length / 2;
  const order = Array.from({ length: count }, (_, i) => i).sort(
    (i, j) => places[2 * i] - places[2 * j] || places[2 * i + 1] - places[2 * j + 1],
  );
  const turn = (i: number, j: number, k: number) =>
    (places[2 * j] - places[2 * i]) * (places[2 * k + 1] - places[2 * i + 1]) -
    (places[2 * j + 1] - places[2 * i + 1]) * (places[2 * k] - places[2 * i]);
  const half = (points: readonly number[]) => {
    const chain: number[] = [];
    for (const point of points) {
      while (chain.length > 1 && turn(chain[chain.length - 2], chain[chain.length - 1], point) <= 0)
        chain.pop();
      chain.push(point);
    }
    return chain.slice(0, -1);
  };
  const hull = [...half(order), ...half(order.reverse())];
  return Array.from({ length: count }, (_, i) => i).filter((point) =>
    hull.some((from, h) => {
      const to = hull[(h + 1) % hull.length];
      const edge = Math.hypot(places[2 * to] - places[2 * from], places[2 * to + 1] - places[2 * from + 1]);
      return turn(from, to, point) < 1e-9 * edge;
    }),
  );
}

/** A circle around vertices: its centre, and the largest distance from there as a chord. */
interface Surroundings {
  readonly center: Vec3;
  readonly chord: number;
}

function surroundings(vertices: readonly Vec3[]): Surroundings {
  let sum: Vec3 = [0, 0, 0];
  for (const vertex of vertices) sum = add(sum, vertex);
  const center = normalized(sum);
  let largest = 0;
  for (const vertex of vertices) largest = Math.max(largest, squaredChord(center, vertex));
  // A circle of a quarter of the sky or more need not contain what lies between its points.
  return { center, chord: largest < 1.9 ? Math.sqrt(largest) : Infinity };
}

interface Pixel extends Surroundings {
  readonly id: number;
  readonly trixel: Trixel;
}

/** Pixels met before: neighbouring visits share them. */
const pixels = new Map<number, Pixel>();
const MOST_PIXELS = 200_000;

function pixelOf(id: number): Pixel {
  let pixel = pixels.get(id);
  if (!pixel) {
    if (pixels.size >= MOST_PIXELS) pixels.clear();
    const trixel = htmTrixel(id);
    pixel = { id, trixel, ...surroundings(trixel) };
    pixels.set(id, pixel);
  }
  return pixel;
}

/** More than what a chord between directions can be off. */
const SLACK = 1e-7;

/** HTM pixels of a level that a visit and each of its detectors overlap: their envelopes, ascending. */
export function htmOverlaps(
  regions: VisitRegions,
  level: number,
): { visit: number[]; detectors: number[][] } {
  const visit: number[] = [];
  for (const [begin, end] of envelope('htm', regions.visit, level, 0).toPairs())
    for (let id = Number(begin); id < Number(end); id++) visit.push(id);
  const candidates = visit.map(pixelOf);
  const detectors = regions.detectors.map((region) => {
    const { center, chord } = surroundings(region.vertices);
    return candidates
      .filter((pixel) => {
        // Regions whose circles are apart are apart.
        const reach = chord + pixel.chord + SLACK;
        if (squaredChord(center, pixel.center) > reach * reach) return false;
        return (relateVertices(pixel.trixel, region) & DISJOINT) === 0;
      })
      .map((pixel) => pixel.id);
  });
  return { visit, detectors };
}
