/** The relation of a box to a circle. */
import { boxContains, boxIsEmpty, boxIsFull, lonHolds } from './box.ts';
import { maxSquaredChord, minSquaredChord } from './chord.ts';
import { circleIsEmpty, circleIsFull } from './circle.ts';
import { cos, sin } from './libm.ts';
import { type Box, type Circle, CONTAINS, DISJOINT, type Relation, WITHIN } from './region.ts';
import {
  fromLonLat,
  latitudeOf,
  longitudeOf,
  MAX_ASIN_ERROR,
  MAX_SQUARED_CHORD_ERROR,
  negate,
  squaredChord,
  type Vec3,
} from './vector.ts';

/** The relation of a box to a circle, by their boundaries: bits are set only where it is conclusive. */
export function relateBoxToCircle(b: Box, c: Circle): Relation {
  if (boxIsEmpty(b)) return circleIsEmpty(c) ? CONTAINS | DISJOINT | WITHIN : DISJOINT | WITHIN;
  if (circleIsEmpty(c)) return CONTAINS | DISJOINT;
  if (boxIsFull(b)) return circleIsFull(c) ? CONTAINS | WITHIN : CONTAINS;
  if (circleIsFull(c)) return WITHIN;
  const { center, squaredChord: chord } = c;
  const corners = [
    fromLonLat(b.lonA, b.latA),
    fromLonLat(b.lonA, b.latB),
    fromLonLat(b.lonB, b.latA),
    fromLonLat(b.lonB, b.latB),
  ];
  let inside = false;
  for (let i = 0; i < 4; ++i) {
    const d = squaredChord(corners[i], center);
    if (Math.abs(d - chord) < MAX_SQUARED_CHORD_ERROR) return 0;
    if (i === 0) inside = d < chord;
    else if (inside !== d < chord) return 0;
  }
  const normalA: Vec3 = [-sin(b.lonA), cos(b.lonA), 0];
  const normalB: Vec3 = [-sin(b.lonB), cos(b.lonB), 0];
  const lat = latitudeOf(center);
  if (inside) {
    if (
      maxSquaredChord(center, corners[1], corners[0], normalA) > chord - MAX_SQUARED_CHORD_ERROR ||
      maxSquaredChord(center, corners[3], corners[2], normalB) > chord - MAX_SQUARED_CHORD_ERROR
    ) {
      return 0;
    }
    const opposite = negate(center);
    if (lonHolds(b, longitudeOf(opposite))) {
      const reach = c.openingAngle - MAX_ASIN_ERROR;
      if (farthestOnParallel(lat, b.latA) > reach || farthestOnParallel(lat, b.latB) > reach) return 0;
    }
    return boxContains(b, opposite) ? 0 : WITHIN;
  }
  if (
    minSquaredChord(center, corners[1], corners[0], normalA) < chord + MAX_SQUARED_CHORD_ERROR ||
    minSquaredChord(center, corners[3], corners[2], normalB) < chord + MAX_SQUARED_CHORD_ERROR
  ) {
    return 0;
  }
  if (lonHolds(b, longitudeOf(center))) {
    const reach = c.openingAngle + MAX_ASIN_ERROR;
    if (Math.abs(lat - b.latA) < reach || Math.abs(lat - b.latB) < reach) return 0;
  }
  return boxContains(b, center) ? CONTAINS : DISJOINT;
}

/** The greatest angle from a point at a latitude to points of a parallel. */
function farthestOnParallel(lat: number, parallel: number): number {
  return Math.PI - Math.abs(lat + parallel);
}
