/** Boxes in longitude and latitude: membership, relations, the box around two, and bounds in space. */
import { Failure } from '../failure.ts';
import { asin, cos, sin } from './libm.ts';
import { type Box, CONTAINS, DISJOINT, type Relation, WITHIN } from './region.ts';
import { angleTo, HALF_PI, latitudeOf, longitudeOf, normalizedAngle, TWO_PI, type Vec3 } from './vector.ts';

export const EMPTY_BOX: Box = { kind: 'Box', lonA: NaN, lonB: NaN, latA: 1, latB: 0 };
export const FULL_BOX: Box = { kind: 'Box', lonA: 0, lonB: TWO_PI, latA: -HALF_PI, latB: HALF_PI };

/** The lesser, and the first of equals: `Math.min` would turn 0 before -0 into -0, and so change an encoding. */
function lesser(a: number, b: number): number {
  if (b < a) return b;
  return a;
}

function greater(a: number, b: number): number {
  if (b > a) return b;
  return a;
}

/** The box of two longitudes in [0, 2π] and two latitudes: clipped to ±π/2, and empty when either part is. */
export function makeBox(lonA: number, lonB: number, latA: number, latB: number): Box {
  if (!(latA <= latB)) return { kind: 'Box', lonA: NaN, lonB: NaN, latA, latB };
  const clippedA = Math.max(latA, -HALF_PI);
  const clippedB = Math.min(latB, HALF_PI);
  if (!(clippedA <= clippedB)) return { kind: 'Box', lonA: NaN, lonB: NaN, latA: clippedA, latB: clippedB };
  if (!(lonA >= 0 && lonB >= 0)) return EMPTY_BOX;
  return { kind: 'Box', lonA, lonB, latA: clippedA, latB: clippedB };
}

/**
 * The box of any two longitudes and latitudes: within [0, 2π] lonA may be the greater, elsewhere lonA > lonB is
 * refused and a span of 2π or more is every longitude.
 */
export function boxFromRadians(lonA: number, lonB: number, latA: number, latB: number): Box {
  const [a, b] = longitudeInterval(lonA, lonB);
  return makeBox(a, b, latA, latB);
}

function longitudeInterval(x: number, y: number): [number, number] {
  if (x >= 0 && x <= TWO_PI && y >= 0 && y <= TWO_PI) return [x, y];
  if (Number.isNaN(x) || Number.isNaN(y)) return [NaN, NaN];
  if (!(x <= y)) throw new Failure('22023', 'invalid NormalizedAngleInterval endpoints');
  if (y - x >= TWO_PI) return [0, TWO_PI];
  return [normalizedAngle(x), normalizedAngle(y)];
}

export function boxIsEmpty(b: Box): boolean {
  return !(b.latA <= b.latB);
}

export function boxIsFull(b: Box): boolean {
  return b.lonA === 0 && b.lonB === TWO_PI && b.latA === -HALF_PI && b.latB === HALF_PI;
}

function lonIsEmpty(b: Box): boolean {
  return Number.isNaN(b.lonA) || Number.isNaN(b.lonB);
}

function lonIsFull(b: Box): boolean {
  return b.lonA === 0 && b.lonB === TWO_PI;
}

function lonWraps(b: Box): boolean {
  return b.lonA > b.lonB;
}

/** Whether the longitudes of the box hold one in [0, 2π]. */
export function lonHolds(b: Box, lon: number): boolean {
  return lonWraps(b) ? lon >= b.lonA || lon <= b.lonB : lon >= b.lonA && lon <= b.lonB;
}

/** The size of the box in longitude; NaN when it is empty. */
export function boxWidth(b: Box): number {
  return angleTo(b.lonA, b.lonB);
}

export function boxContains(b: Box, v: Vec3): boolean {
  const lat = latitudeOf(v);
  return lat >= b.latA && lat <= b.latB && lonHolds(b, longitudeOf(v));
}

function relateLatitudes(b: Box, x: Box): Relation {
  if (!(b.latA <= b.latB)) return x.latA <= x.latB ? WITHIN | DISJOINT : WITHIN | DISJOINT | CONTAINS;
  if (!(x.latA <= x.latB)) return CONTAINS | DISJOINT;
  if (b.latA === x.latA && b.latB === x.latB) return CONTAINS | WITHIN;
  if (b.latA > x.latB || b.latB < x.latA) return DISJOINT;
  return (
    (b.latA <= x.latA && b.latB >= x.latB ? CONTAINS : 0) |
    (x.latA <= b.latA && x.latB >= b.latB ? WITHIN : 0)
  );
}

function relateLongitudes(b: Box, x: Box): Relation {
  if (lonIsEmpty(b)) return lonIsEmpty(x) ? WITHIN | DISJOINT | CONTAINS : WITHIN | DISJOINT;
  if (lonIsEmpty(x)) return CONTAINS | DISJOINT;
  if (b.lonA === x.lonA && b.lonB === x.lonB) return CONTAINS | WITHIN;
  if (lonIsFull(b)) return CONTAINS;
  if (lonIsFull(x)) return WITHIN;
  if (lonWraps(b) === lonWraps(x)) {
    if (b.lonA <= x.lonA && b.lonB >= x.lonB) return CONTAINS;
    if (x.lonA <= b.lonA && x.lonB >= b.lonB) return WITHIN;
    return !lonWraps(b) && (b.lonA > x.lonB || b.lonB < x.lonA) ? DISJOINT : 0;
  }
  if (lonWraps(b)) {
    if (x.lonA >= b.lonA || x.lonB <= b.lonB) return CONTAINS;
    return x.lonA > b.lonB && x.lonB < b.lonA ? DISJOINT : 0;
  }
  if (b.lonA >= x.lonA || b.lonB <= x.lonB) return WITHIN;
  return b.lonA > x.lonB && b.lonB < x.lonA ? DISJOINT : 0;
}

export function relateBoxes(b: Box, x: Box): Relation {
  const lon = relateLongitudes(b, x);
  const lat = relateLatitudes(b, x);
  return (lon & lat & (CONTAINS | WITHIN)) | ((lon | lat) & DISJOINT);
}

/** The longitudes of b, grown to hold those of x, across the smaller gap. */
function expandedLongitudes(b: Box, x: Box): [number, number] {
  if (lonIsEmpty(x)) return [b.lonA, b.lonB];
  if (lonIsEmpty(b)) return [x.lonA, x.lonB];
  const holdsA = lonHolds(b, x.lonA);
  const holdsB = lonHolds(b, x.lonB);
  if (holdsA && holdsB) {
    // x lies inside b, or together they go all the way round. That a range over 0 grows to all longitudes when
    // one beside 0 is added to it, though it is inside, is what the boxes in existing registries were made with.
    const inside = lonWraps(b) === lonWraps(x) && relateLongitudes(b, x) & CONTAINS;
    return inside ? [b.lonA, b.lonB] : [0, TWO_PI];
  }
  if (holdsA) return [b.lonA, x.lonB];
  if (holdsB) return [x.lonA, b.lonB];
  if (lonHolds(x, b.lonA)) return [x.lonA, x.lonB];
  return angleTo(b.lonB, x.lonA) < angleTo(x.lonB, b.lonA) ? [b.lonA, x.lonB] : [x.lonA, b.lonB];
}

/** A smallest box that contains both. */
export function boxExpandedTo(b: Box, x: Box): Box {
  if (boxIsEmpty(b)) return x;
  if (boxIsEmpty(x)) return b;
  const [lonA, lonB] = expandedLongitudes(b, x);
  return makeBox(lonA, lonB, lesser(b.latA, x.latA), greater(b.latB, x.latB));
}

function clippedLongitudes(b: Box, x: Box): [number, number] {
  if (lonIsEmpty(b)) return [b.lonA, b.lonB];
  if (lonIsEmpty(x)) return [NaN, NaN];
  const holdsA = lonHolds(b, x.lonA);
  const holdsB = lonHolds(b, x.lonB);
  if (holdsA && holdsB) {
    return relateLongitudes(b, x) & CONTAINS || boxWidth(x) < boxWidth(b)
      ? [x.lonA, x.lonB]
      : [b.lonA, b.lonB];
  }
  if (holdsA) return [x.lonA, b.lonB];
  if (holdsB) return [b.lonA, x.lonB];
  return lonHolds(x, b.lonA) ? [b.lonA, b.lonB] : [NaN, NaN];
}

/** A smallest box that contains all that the two have in common. */
export function boxClippedTo(b: Box, x: Box): Box {
  if (boxIsEmpty(x)) return x;
  if (boxIsEmpty(b)) return b;
  const [lonA, lonB] = clippedLongitudes(b, x);
  return makeBox(lonA, lonB, greater(b.latA, x.latA), lesser(b.latB, x.latB));
}

function dilatedLongitudes(lonA: number, lonB: number, by: number): [number, number] {
  if (lonA === 0 && lonB === TWO_PI) return [lonA, lonB];
  if (!(by > 0)) return [lonA, lonB];
  const gap = TWO_PI - angleTo(lonA, lonB);
  if (gap <= 2 * by) return [0, TWO_PI];
  return [normalizedAngle(lonA - by), normalizedAngle(lonB + by)];
}

/** The box of a half width and half height around a position. */
export function boxAround(lon: number, lat: number, halfWidth: number, halfHeight: number): Box {
  const [lonA, lonB] = dilatedLongitudes(lon, lon, halfWidth);
  return makeBox(lonA, lonB, lat - halfHeight, lat + halfHeight);
}

/** Half the longitude range of a circle of radius r at a latitude: 0 for r ≤ 0, π when it reaches a pole. */
export function halfWidthForCircle(r: number, lat: number): number {
  if (!(r > 0)) return 0;
  if (Math.abs(lat) + r >= HALF_PI) return Math.PI;
  return asin(Math.abs(sin(r) / cos(lat)));
}
