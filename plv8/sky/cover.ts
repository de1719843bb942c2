/** What part of the sky a search has to look at: limits in declination and right ascension of regions and polygons. */
import { boxIsEmpty, boxWidth } from './box.ts';
import { regionBoundingBox } from './compound.ts';
import { orientation } from './orientation.ts';
import type { Region } from './region.ts';
import {
  add,
  anyOrthogonal,
  cross,
  DEGREES_PER_RADIAN,
  dot,
  fromDegrees,
  latitudeOf,
  negate,
  normalized,
  robustCross,
  type Vec3,
} from './vector.ts';

/** A middle meridian, the reach to both sides of it, and two declinations; degrees. */
export type Limits = readonly [ra: number, halfWidth: number, declMin: number, declMax: number];

/** More than the rounding errors of everything here [deg]. */
const MARGIN = 1e-9;

/** Declinations beyond which right ascension says nothing [deg]. */
const POLAR = 90 - 1e-7;

/**
 * A polygon on the sphere with edges on great circles: any simple one, in either direction, whose vertices lie
 * within a hemisphere around their mean.
 */
export interface SkyPolygon {
  readonly vertices: readonly Vec3[];
  /** The vertices as they were given, ra and dec alternating [deg]. */
  readonly degrees: readonly number[];
  /** Where the polygon is looked at from: every vertex is less than 90° away. */
  readonly center: Vec3;
  /** A direction across `center`; the height of a vertex along it, in gnomonic projection. */
  readonly up: Vec3;
  readonly heights: readonly number[];
}

/** Why an array of coordinates is no polygon. */
export class PolygonError extends Error {}

/** Makes a polygon of `[ra, dec, ra, dec, …]` in degrees; throws PolygonError. */
export function skyPolygon(coordinates: ArrayLike<number | null>): SkyPolygon {
  const degrees: number[] = [];
  for (let i = 0; i < coordinates.length; i++) {
    const value = coordinates[i];
    if (value === null || !Number.isFinite(value) || Math.abs(value) > (i % 2 ? 90 : 1e6))
      throw new PolygonError(
        `coordinate ${i + 1} of the polygon, ${value}, is no ${i % 2 ? 'declination' : 'right ascension'} in degrees`,
      );
    degrees.push(value);
  }
  if (degrees.length % 2)
    throw new PolygonError('a polygon needs a declination for each right ascension: [ra, dec, ra, dec, …]');
  // A polygon may be closed by its first vertex again, and repeat others.
  const vertices: Vec3[] = [];
  const kept: number[] = [];
  for (let i = 0; i < degrees.length; i += 2) {
    if (kept.length && kept[kept.length - 2] === degrees[i] && kept[kept.length - 1] === degrees[i + 1])
      continue;
    kept.push(degrees[i], degrees[i + 1]);
  }
  if (kept.length > 2 && kept[0] === kept[kept.length - 2] && kept[1] === kept[kept.length - 1])
    kept.length -= 2;
  for (let i = 0; i < kept.length; i += 2) vertices.push(fromDegrees(kept[i], kept[i + 1]));
  if (vertices.length < 3) throw new PolygonError('a polygon needs at least three vertices');
  let sum: Vec3 = [0, 0, 0];
  for (const vertex of vertices) sum = add(sum, vertex);
  const size = dot(sum, sum);
  if (!(size > 1e-20)) throw new PolygonError('the polygon does not fit in a hemisphere');
  const center = normalized(sum);
  if (vertices.some((vertex) => dot(vertex, center) < 1e-10))
    throw new PolygonError('the polygon does not fit in a hemisphere');
  const up = anyOrthogonal(center);
  return {
    vertices,
    degrees: kept,
    center,
    up,
    heights: vertices.map((vertex) => dot(vertex, up) / dot(vertex, center)),
  };
}

/** Whether the polygon contains the direction, its edges included. Source: winding number, crossings counted with sign. */
export function skyPolygonContains(polygon: SkyPolygon, v: Vec3): boolean {
  const depth = dot(v, polygon.center);
  if (!(depth > 0)) return false;
  const height = dot(v, polygon.up) / depth;
  const { vertices, heights } = polygon;
  let winding = 0;
  for (let i = 0, j = vertices.length - 1; i < vertices.length; j = i++) {
    const side = orientation(vertices[j], vertices[i], v);
    if (side === 0 && onArc(vertices[j], vertices[i], v)) return true;
    if (heights[j] <= height) {
      if (heights[i] > height && side > 0) winding++;
    } else if (heights[i] <= height && side < 0) winding--;
  }
  return winding !== 0;
}

/** Whether a direction on the great circle through a and b is on the shorter arc between them. */
function onArc(a: Vec3, b: Vec3, v: Vec3): boolean {
  const n = robustCross(a, b);
  return dot(cross(n, a), v) >= 0 && dot(cross(n, b), v) <= 0;
}

/** Limits that conclusively contain the polygon. */
export function skyPolygonLimits(polygon: SkyPolygon): Limits {
  const { vertices, degrees } = polygon;
  let declMin = 90;
  let declMax = -90;
  let ra = degrees[0];
  let raMin = ra;
  let raMax = ra;
  for (let i = 0; i < vertices.length; i++) {
    const next = (i + 1) % vertices.length;
    declMin = Math.min(declMin, degrees[2 * i + 1]);
    declMax = Math.max(declMax, degrees[2 * i + 1]);
    // The highest and the lowest point of the edge's circle count where they are on the edge.
    const n = robustCross(vertices[i], vertices[next]);
    const top: Vec3 = [-n[0] * n[2], -n[1] * n[2], n[0] * n[0] + n[1] * n[1]];
    if (top[2] > 0) {
      if (onArc(vertices[i], vertices[next], top))
        declMax = Math.max(declMax, latitudeOf(top) * DEGREES_PER_RADIAN);
      const bottom = negate(top);
      if (onArc(vertices[i], vertices[next], bottom))
        declMin = Math.min(declMin, latitudeOf(bottom) * DEGREES_PER_RADIAN);
    }
    // Along an edge that keeps off the poles, right ascension runs the shorter way.
    const step = ((((degrees[2 * next] - ra) % 360) + 540) % 360) - 180;
    ra += step;
    raMin = Math.min(raMin, ra);
    raMax = Math.max(raMax, ra);
  }
  if (skyPolygonContains(polygon, [0, 0, 1])) declMax = 90;
  if (skyPolygonContains(polygon, [0, 0, -1])) declMin = -90;
  const around = declMax > POLAR || declMin < -POLAR || raMax - raMin >= 360;
  return [
    around ? 0 : (raMin + raMax) / 2,
    around ? 180 : (raMax - raMin) / 2 + MARGIN,
    declMin - MARGIN,
    declMax + MARGIN,
  ];
}

/** Limits that conclusively contain the region; null for one that is empty. */
export function regionLimits(region: Region): Limits | null {
  const box = regionBoundingBox(region);
  if (boxIsEmpty(box)) return null;
  const width = boxWidth(box) * DEGREES_PER_RADIAN;
  // Rounding of longitudes next to a pole may be of any size.
  const declMin = box.latA * DEGREES_PER_RADIAN - MARGIN;
  const declMax = box.latB * DEGREES_PER_RADIAN + MARGIN;
  const around = declMax > POLAR || declMin < -POLAR;
  return [
    around ? 0 : box.lonA * DEGREES_PER_RADIAN + width / 2,
    around ? 180 : width / 2 + MARGIN,
    declMin,
    declMax,
  ];
}
