/**
 * Vectors and angles on the unit sphere.
 *
 * A position is a unit vector (x, y, z): x towards longitude 0 latitude 0, y towards longitude 90°, z towards
 * the north pole. Angles are radians unless the name says otherwise. The order of the operations is part of the
 * contract: regions written by other software must come out with the same bits.
 */
import { Failure } from '../failure.ts';
import { atan2, cos, sin } from './libm.ts';

/** A vector in space; a unit vector where it stands for a position. */
export type Vec3 = readonly [x: number, y: number, z: number];

export const RADIANS_PER_DEGREE = 0.017453292519943295;
export const DEGREES_PER_RADIAN = 57.29577951308232;
export const HALF_PI = 0.5 * Math.PI;
export const TWO_PI = 2 * Math.PI;

/** How far an arcsine of an argument with an error of one unit in the last place can be off, at worst [rad]. */
export const MAX_ASIN_ERROR = 1.5e-8;

/** How far the squared chord between two unit vectors can be off, at worst. */
export const MAX_SQUARED_CHORD_ERROR = 2.5e-15;

export const X_AXIS: Vec3 = [1, 0, 0];
export const Y_AXIS: Vec3 = [0, 1, 0];
export const Z_AXIS: Vec3 = [0, 0, 1];

export function dot(a: Vec3, b: Vec3): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

export function cross(a: Vec3, b: Vec3): Vec3 {
  return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
}

export function add(a: Vec3, b: Vec3): Vec3 {
  return [a[0] + b[0], a[1] + b[1], a[2] + b[2]];
}

export function subtract(a: Vec3, b: Vec3): Vec3 {
  return [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
}

export function scale(a: Vec3, s: number): Vec3 {
  return [a[0] * s, a[1] * s, a[2] * s];
}

export function negate(a: Vec3): Vec3 {
  return [-a[0], -a[1], -a[2]];
}

export function norm(a: Vec3): number {
  return Math.sqrt(dot(a, a));
}

export function equal(a: Vec3, b: Vec3): boolean {
  return a[0] === b[0] && a[1] === b[1] && a[2] === b[2];
}

function isZero(a: Vec3): boolean {
  return a[0] === 0 && a[1] === 0 && a[2] === 0;
}

/** The squared length of the chord from a to b. */
export function squaredChord(a: Vec3, b: Vec3): number {
  const x = a[0] - b[0];
  const y = a[1] - b[1];
  const z = a[2] - b[2];
  return x * x + y * y + z * z;
}

/**
 * Twice the cross product of two unit vectors, as (b + a) × (b - a): nearly orthogonal to both even where they
 * are nearly parallel or opposite.
 */
export function robustCross(a: Vec3, b: Vec3): Vec3 {
  return cross(add(b, a), subtract(b, a));
}

/** Thrown where a direction is asked of a vector that has none. */
export class DirectionError extends Failure {
  constructor() {
    super('22023', 'Cannot normalize zero vector');
  }
}

/** The length of the direction last normalized: an array for the pair would cost more than the division. */
let lastLength = 0;

/**
 * The unit vector in the direction of `a`; throws DirectionError for the zero vector and for NaN.
 * Divides by the largest component first, so that no square overflows or vanishes.
 */
export function normalized(a: Vec3): Vec3 {
  const ax = Math.abs(a[0]);
  const ay = Math.abs(a[1]);
  const az = Math.abs(a[2]);
  const largest = Math.max(ax, ay, az);
  if (!(largest > 0)) throw new DirectionError();
  const x = a[0] / largest;
  const y = a[1] / largest;
  const z = a[2] / largest;
  // The largest term, 1, is added last.
  const n = Math.sqrt(
    largest === az ? x * x + y * y + 1 : largest === ay ? x * x + z * z + 1 : y * y + z * z + 1,
  );
  lastLength = largest * n;
  return [x / n, y / n, z / n];
}

/** The length that the vector last given to `normalized` had. */
export function lengthBefore(): number {
  return lastLength;
}

/** The unit vector at a longitude and latitude. */
export function fromLonLat(lon: number, lat: number): Vec3 {
  const cosLat = cos(lat);
  return [cos(lon) * cosLat, sin(lon) * cosLat, sin(lat)];
}

/** The unit vector at a longitude and latitude in degrees; throws Failure for a latitude beyond ±90°. */
export function fromDegrees(lonDegrees: number, latDegrees: number): Vec3 {
  const lat = latDegrees * RADIANS_PER_DEGREE;
  if (Math.abs(lat) > HALF_PI) throw new Failure('22023', 'invalid latitude angle');
  return fromLonLat(normalizedAngle(lonDegrees * RADIANS_PER_DEGREE), lat);
}

/** The longitude of a direction, in [0, 2π); 0 at the poles. */
export function longitudeOf(v: Vec3): number {
  if (v[0] === 0 && v[1] === 0) return 0;
  return normalizedAngle(atan2(v[1], v[0]));
}

/** The latitude of a direction, in [-π/2, π/2]. */
export function latitudeOf(v: Vec3): number {
  return atan2(v[2], Math.sqrt(v[0] * v[0] + v[1] * v[1]));
}

/**
 * The same angle in [0, 2π]; NaN for NaN and infinities. 2π itself stays, since an interval that ends there is
 * not one that ends at 0, and so does a tiny negative angle, whose sum with 2π is 2π.
 */
export function normalizedAngle(a: number): number {
  if (a >= 0 && a <= TWO_PI) return a;
  const r = a % TWO_PI;
  return a < 0 ? r + TWO_PI : r;
}

/** The rotation in [0, 2π) that takes normalized angle a to normalized angle b. */
export function angleTo(a: number, b: number): number {
  const d = b - a;
  return d < 0 ? d + TWO_PI : d;
}

/** The angle between two directions, in [0, π]; NaN when one is zero. */
export function angleBetween(a: Vec3, b: Vec3): number {
  const n = cross(a, b);
  const s = norm(n);
  const c = dot(a, b);
  return s === 0 && c === 0 ? NaN : Math.abs(atan2(s, c));
}

/** A unit vector orthogonal to `v`, across its larger equatorial component. */
export function anyOrthogonal(v: Vec3): Vec3 {
  return normalized(Math.abs(v[0]) > Math.abs(v[1]) ? [-v[2], 0, v[0]] : [0, v[2], -v[1]]);
}

/** The unit vector orthogonal to a and b along a × b; any one orthogonal to a where they are parallel. */
export function orthogonalTo(a: Vec3, b: Vec3): Vec3 {
  const n = robustCross(a, b);
  return isZero(n) ? anyOrthogonal(a) : normalized(n);
}

/** The unit vector at `v` that points north; towards longitude 180° at the north pole, 0° at the south pole. */
export function northFrom(v: Vec3): Vec3 {
  const n: Vec3 = [-v[0] * v[2], -v[1] * v[2], v[0] * v[0] + v[1] * v[1]];
  if (isZero(n)) return [v[2] > 0 ? -1 : 1, 0, 0];
  return normalized(n);
}

/** `v` turned by the angle around the unit vector k, by the right hand (Rodrigues' formula). */
export function rotatedAround(v: Vec3, k: Vec3, angle: number): Vec3 {
  const s = sin(angle);
  const c = cos(angle);
  return normalized(add(add(scale(v, c), scale(cross(k, v), s)), scale(k, dot(k, v) * (1 - c))));
}
