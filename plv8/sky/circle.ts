/** Circles on the sphere: membership, the smallest circle around two, and around what two have in common. */
import { asin, cos, sin } from './libm.ts';
import { type Circle, CONTAINS, DISJOINT, type Relation, WITHIN } from './region.ts';
import {
  add,
  angleBetween,
  cross,
  equal,
  MAX_ASIN_ERROR,
  normalized,
  orthogonalTo,
  scale,
  squaredChord,
  type Vec3,
  Z_AXIS,
} from './vector.ts';

export const EMPTY_CIRCLE: Circle = { kind: 'Circle', center: Z_AXIS, squaredChord: -1, openingAngle: -1 };
export const FULL_CIRCLE: Circle = { kind: 'Circle', center: Z_AXIS, squaredChord: 4, openingAngle: Math.PI };

/** The squared chord between points an angle apart: 4 sin²(θ/2); -1 below 0, NaN for NaN, 4 from π on. */
export function squaredChordFor(openingAngle: number): number {
  if (openingAngle < 0) return -1;
  if (openingAngle >= Math.PI) return 4;
  const s = sin(0.5 * openingAngle);
  return 4 * s * s;
}

/** The angle between points a squared chord apart; -1 below 0, NaN for NaN, π from 4 on. */
export function openingAngleFor(chord: number): number {
  if (chord < 0) return -1;
  if (chord >= 4) return Math.PI;
  return 2 * asin(0.5 * Math.sqrt(chord));
}

/** The circle of an opening angle around a centre. */
export function circleOfAngle(center: Vec3, openingAngle: number): Circle {
  return { kind: 'Circle', center, squaredChord: squaredChordFor(openingAngle), openingAngle };
}

/** The circle of a squared chord around a centre. */
export function circleOfChord(center: Vec3, chord: number): Circle {
  return { kind: 'Circle', center, squaredChord: chord, openingAngle: openingAngleFor(chord) };
}

export function circleIsEmpty(c: Circle): boolean {
  return !(c.squaredChord >= 0);
}

export function circleIsFull(c: Circle): boolean {
  return c.squaredChord >= 4;
}

/** Whether two circles have the same points. */
function circlesEqual(c: Circle, x: Circle): boolean {
  return (
    (circleIsEmpty(c) && circleIsEmpty(x)) ||
    (circleIsFull(c) && circleIsFull(x)) ||
    (equal(c.center, x.center) && c.squaredChord === x.squaredChord && c.openingAngle === x.openingAngle)
  );
}

export function circleContains(c: Circle, v: Vec3): boolean {
  return circleIsFull(c) || squaredChord(v, c.center) <= c.squaredChord;
}

/** The relation of one circle to another. */
export function relateCircles(c: Circle, x: Circle): Relation {
  if (circleIsEmpty(c)) return circleIsEmpty(x) ? CONTAINS | DISJOINT | WITHIN : DISJOINT | WITHIN;
  if (circleIsEmpty(x)) return CONTAINS | DISJOINT;
  if (circleIsFull(c)) return circleIsFull(x) ? CONTAINS | WITHIN : CONTAINS;
  if (circleIsFull(x)) return WITHIN;
  if (circlesEqual(c, x)) return CONTAINS | WITHIN;
  const separation = angleBetween(c.center, x.center);
  if (separation > c.openingAngle + x.openingAngle + 4 * MAX_ASIN_ERROR) return DISJOINT;
  if (separation + x.openingAngle + 4 * MAX_ASIN_ERROR <= c.openingAngle) return CONTAINS;
  if (separation + c.openingAngle + 4 * MAX_ASIN_ERROR <= x.openingAngle) return WITHIN;
  return 0;
}

/** The smallest circle that conclusively contains both. */
export function circleExpandedTo(c: Circle, x: Circle): Circle {
  if (circleIsEmpty(c) || circleIsFull(x)) return x;
  if (circleIsEmpty(x) || circleIsFull(c)) return c;
  const separation = angleBetween(c.center, x.center);
  if (separation + x.openingAngle + 4 * MAX_ASIN_ERROR <= c.openingAngle) return c;
  if (separation + c.openingAngle + 4 * MAX_ASIN_ERROR <= x.openingAngle) return x;
  // The smallest circle's centre lies on the great circle through both centres, halfway between the far sides.
  const opening = 0.5 * (separation + c.openingAngle + x.openingAngle);
  if (opening + MAX_ASIN_ERROR >= Math.PI) return FULL_CIRCLE;
  const turn = opening - c.openingAngle;
  const ahead = cross(orthogonalTo(c.center, x.center), c.center);
  const center = normalized(add(scale(c.center, cos(turn)), scale(ahead, sin(turn))));
  return circleOfAngle(center, opening + MAX_ASIN_ERROR);
}

/** A small circle that contains all that the two have in common. */
export function circleClippedTo(c: Circle, x: Circle): Circle {
  if (circleIsEmpty(c) || circleIsFull(x)) return c;
  if (circleIsFull(c) || circleIsEmpty(x)) return x;
  if (relateCircles(c, x) & DISJOINT) return EMPTY_CIRCLE;
  return x.openingAngle < c.openingAngle ? x : c;
}
