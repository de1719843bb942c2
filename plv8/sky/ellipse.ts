/** Ellipses on the sphere: construction from axes, membership, bounding circle. */
import { Failure } from '../failure.ts';
import { circleOfAngle } from './circle.ts';
import { acos, cos, tan } from './libm.ts';
import type { Circle, Ellipse } from './region.ts';
import {
  add,
  anyOrthogonal,
  cross,
  dot,
  HALF_PI,
  MAX_ASIN_ERROR,
  negate,
  normalized,
  northFrom,
  rotatedAround,
  subtract,
  type Vec3,
  X_AXIS,
  Y_AXIS,
  Z_AXIS,
} from './vector.ts';

const EMPTY_ELLIPSE: Ellipse = {
  kind: 'Ellipse',
  rows: [X_AXIS, Y_AXIS, Z_AXIS],
  a: -2,
  b: -2,
  gamma: 0,
  tanA: Infinity,
  tanB: Infinity,
};

const FULL_ELLIPSE: Ellipse = {
  ...EMPTY_ELLIPSE,
  rows: [negate(X_AXIS), Y_AXIS, negate(Z_AXIS)],
  a: 2,
  b: 2,
};

/**
 * The ellipse of two semi-axes around a centre; the orientation is the position angle, east of north, of the
 * first. Throws Failure unless both semi-axes are below π/2, both π/2, or both above.
 */
export function makeEllipse(center: Vec3, alpha: number, beta: number, orientation: number): Ellipse {
  if (!Number.isFinite(orientation)) throw new Failure('22023', 'invalid ellipse orientation');
  if (!(Math.sign(alpha - HALF_PI) === Math.sign(beta - HALF_PI))) {
    throw new Failure('22023', 'invalid ellipse semi-axis angle(s)');
  }
  if (alpha < 0 || beta < 0) return EMPTY_ELLIPSE;
  if (alpha > Math.PI || beta > Math.PI) return FULL_ELLIPSE;
  if (alpha === beta) {
    const first = anyOrthogonal(center);
    return ellipseOf([first, normalized(cross(center, first)), center], alpha - HALF_PI, beta - HALF_PI, 0);
  }
  // The foci lie on the longer axis of a small ellipse, on the shorter one of a complement.
  const swap = alpha < HALF_PI ? alpha < beta : alpha > beta;
  const a = (swap ? beta : alpha) - HALF_PI;
  const b = (swap ? alpha : beta) - HALF_PI;
  const angle = swap ? orientation + HALF_PI : orientation;
  const first = rotatedAround(northFrom(center), center, -angle);
  const gamma = acos(cos(HALF_PI + a) / cos(HALF_PI + b));
  return ellipseOf([first, normalized(cross(first, center)), center], a, b, gamma);
}

function ellipseOf(rows: Ellipse['rows'], a: number, b: number, gamma: number): Ellipse {
  return { kind: 'Ellipse', rows, a, b, gamma, tanA: Math.abs(tan(a)), tanB: Math.abs(tan(b)) };
}

export function ellipseIsEmpty(e: Ellipse): boolean {
  return HALF_PI + e.a < e.gamma;
}

export function ellipseIsFull(e: Ellipse): boolean {
  return HALF_PI - e.a <= e.gamma;
}

/** Whether the ellipse contains the direction: its cone x² cot²α + y² cot²β ≤ z² in the ellipse's own axes. */
export function ellipseContains(e: Ellipse, v: Vec3): boolean {
  const [major, minor, center] = e.rows;
  const d = dot(v, center);
  let x: number;
  let y: number;
  let z: number;
  if (d > 0.5) {
    // Near the centre the difference keeps the digits of a small ellipse.
    const w = subtract(v, center);
    x = dot(major, w);
    y = dot(minor, w);
    z = dot(center, w) + 1;
  } else if (d < -0.5) {
    const w = add(v, center);
    x = dot(major, w);
    y = dot(minor, w);
    z = dot(center, w) - 1;
  } else {
    x = dot(major, v);
    y = dot(minor, v);
    z = d;
  }
  const beyondHemisphere = e.a > 0;
  if (beyondHemisphere ? z >= 0 : z < 0) return beyondHemisphere;
  const p = x * e.tanA;
  const q = y * e.tanB;
  const r = p * p + q * q - z * z;
  return beyondHemisphere ? r >= 0 : r <= 0;
}

/** A circle that conclusively contains the ellipse: its centre and longer semi-axis. */
export function ellipseBoundingCircle(e: Ellipse): Circle {
  return circleOfAngle(e.rows[2], Math.max(e.a, e.b) + HALF_PI + 2 * MAX_ASIN_ERROR);
}
