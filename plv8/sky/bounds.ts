/** Bounds of circles and boxes: in longitude and latitude, as circles, and in space. */
import { boxAround, boxIsEmpty, boxIsFull, boxWidth, halfWidthForCircle, lonHolds } from './box.ts';
import {
  circleContains,
  circleIsEmpty,
  circleIsFull,
  circleOfAngle,
  circleOfChord,
  EMPTY_CIRCLE,
  FULL_CIRCLE,
} from './circle.ts';
import { atan, cos, sin, tan } from './libm.ts';
import type { Box, Circle } from './region.ts';
import {
  dot,
  fromLonLat,
  HALF_PI,
  latitudeOf,
  longitudeOf,
  MAX_ASIN_ERROR,
  MAX_SQUARED_CHORD_ERROR,
  negate,
  squaredChord,
  type Vec3,
  X_AXIS,
  Y_AXIS,
  Z_AXIS,
} from './vector.ts';

/** Bounds on the x, y and z of a region's points: [xMin, xMax, yMin, yMax, zMin, zMax]; empty when min > max. */
export type Bounds = readonly [number, number, number, number, number, number];

export const EMPTY_BOUNDS: Bounds = [1, 0, 1, 0, 1, 0];
export const SPHERE_BOUNDS: Bounds = [-1, 1, -1, 1, -1, 1];

const AXES: readonly Vec3[] = [X_AXIS, Y_AXIS, Z_AXIS];

/** What a coordinate of a point of a circle's boundary may be off by, with room. */
const CIRCLE_COORDINATE_MARGIN = 6.2e-16;

/** The unit of rounding: half the distance from 1 to the next double. */
const EPSILON = 2 ** -53;

/** A box that conclusively contains the circle. */
export function circleBoundingBox(c: Circle): Box {
  const lat = latitudeOf(c.center);
  const halfHeight = c.openingAngle + 2 * MAX_ASIN_ERROR;
  const halfWidth = halfWidthForCircle(halfHeight, lat) + MAX_ASIN_ERROR;
  return boxAround(longitudeOf(c.center), lat, halfWidth, halfHeight);
}

/** Bounds in space that conclusively contain the circle. */
export function circleBounds(c: Circle): Bounds {
  if (circleIsEmpty(c)) return EMPTY_BOUNDS;
  if (circleIsFull(c)) return SPHERE_BOUNDS;
  const s = sin(c.openingAngle);
  const k = cos(c.openingAngle);
  const bounds: [number, number, number, number, number, number] = [0, 0, 0, 0, 0, 0];
  for (let i = 0; i < 3; ++i) {
    const x = c.center[i];
    const reach = Math.sqrt(1 - x * x) * s;
    bounds[2 * i] = circleContains(c, negate(AXES[i]))
      ? -1
      : Math.max(-1, x * k - reach - CIRCLE_COORDINATE_MARGIN);
    bounds[2 * i + 1] = circleContains(c, AXES[i])
      ? 1
      : Math.min(1, x * k + reach + CIRCLE_COORDINATE_MARGIN);
  }
  return bounds;
}

function middleLongitude(b: Box): number {
  const middle = 0.5 * (b.lonA + b.lonB);
  if (b.lonA <= b.lonB) return middle;
  return middle < Math.PI ? middle + Math.PI : middle - Math.PI;
}

/** A small circle that conclusively contains the box, with its centre on the box's middle meridian or a pole. */
export function boxBoundingCircle(b: Box): Circle {
  if (boxIsEmpty(b)) return EMPTY_CIRCLE;
  if (boxIsFull(b)) return FULL_CIRCLE;
  const width = boxWidth(b);
  const lon = middleLongitude(b);
  if (width <= Math.PI) return circleAroundCorners(b, lon, cos(0.5 * width));
  const north = Math.abs(b.latA) <= Math.abs(b.latB);
  const polar = north ? HALF_PI - b.latA : b.latB + HALF_PI;
  if (0.5 * width < polar) return circleOfAngle(fromLonLat(lon, 0), 0.5 * width + 4 * MAX_ASIN_ERROR);
  return circleOfAngle(north ? Z_AXIS : negate(Z_AXIS), polar + 4 * MAX_ASIN_ERROR);
}

/**
 * The circle around the corners of a box no wider than π. Its centre is equally far from all corners, unless that
 * lies beyond the middles of the arcs between two corners of one latitude; then it is the middle of the longer arc.
 */
function circleAroundCorners(b: Box, lon: number, cosHalfWidth: number): Circle {
  const corners = [
    fromLonLat(b.lonA, b.latA),
    fromLonLat(b.lonA, b.latB),
    fromLonLat(b.lonB, b.latA),
    fromLonLat(b.lonB, b.latB),
  ];
  const lowest = atan(tan(b.latA) / cosHalfWidth);
  const highest = atan(tan(b.latB) / cosHalfWidth);
  const lat = atan(tan(0.5 * (b.latA + b.latB)) * cosHalfWidth);
  let center = fromLonLat(lon, lat);
  if (!(lowest <= lat && lat <= highest)) {
    const south = fromLonLat(lon, lowest);
    const north = fromLonLat(lon, highest);
    center = dot(north, corners[1]) >= dot(south, corners[0]) ? south : north;
  }
  let chord = 0;
  for (const corner of corners) chord = Math.max(chord, squaredChord(corner, center));
  return circleOfChord(center, chord + 2 * MAX_SQUARED_CHORD_ERROR);
}

/** Bounds in space that conclusively contain the box. */
export function boxBounds(b: Box): Bounds {
  if (boxIsEmpty(b)) return EMPTY_BOUNDS;
  if (boxIsFull(b)) return SPHERE_BOUNDS;
  const cosA = cos(b.latA);
  const cosB = cos(b.latB);
  const least = Math.min(cosA, cosB);
  const most = Math.max(cosA, cosB);
  const equator = b.latA <= 0 && b.latB >= 0;
  const xA = cos(b.lonA);
  const xB = cos(b.lonB);
  const yA = sin(b.lonA);
  const yB = sin(b.lonB);
  return [
    -farthest(lonHolds(b, Math.PI), Math.max(-xA, -xB), least, most, equator),
    farthest(lonHolds(b, 0), Math.max(xA, xB), least, most, equator),
    -farthest(lonHolds(b, 1.5 * Math.PI), Math.max(-yA, -yB), least, most, equator),
    farthest(lonHolds(b, HALF_PI), Math.max(yA, yB), least, most, equator),
    Math.max(-1, sin(b.latA) - EPSILON),
    Math.min(1, sin(b.latB) + EPSILON),
  ];
}

/** How far the box reaches along an equatorial axis: at its corners, on the equator, and on the axis's meridian. */
function farthest(onAxis: boolean, reach: number, least: number, most: number, equator: boolean): number {
  let far = reach * (reach < 0 ? least : most) + 2.5 * EPSILON;
  if (equator) far = Math.max(far, reach + EPSILON);
  if (onAxis) far = Math.max(far, (equator ? 1 : most) + EPSILON);
  return Math.min(1, far);
}
