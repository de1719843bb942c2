/** Extreme distances from a direction to an arc of a great circle, as squared chords. */
import { atan, atan2, sin } from './libm.ts';
import { cross, dot, HALF_PI, norm, type Vec3 } from './vector.ts';

/**
 * The squared chord from `v` to the nearest point of the arc from a to b with normal n (along a × b), if that
 * point is inside the arc; otherwise 4, the largest there is.
 */
export function minSquaredChord(v: Vec3, a: Vec3, b: Vec3, n: Vec3): number {
  const vxn = cross(v, n);
  if (!(dot(vxn, a) > 0 && dot(vxn, b) < 0)) return 4;
  const s = Math.abs(dot(v, n));
  const c = norm(vxn);
  const d = 2 * sin(0.5 * (c === 0 ? HALF_PI : atan(s / c)));
  return d * d;
}

/** The squared chord from `v` to the farthest point of that arc's circle, if it is inside the arc; otherwise 0. */
export function maxSquaredChord(v: Vec3, a: Vec3, b: Vec3, n: Vec3): number {
  const vxn = cross(v, n);
  if (!(dot(vxn, a) < 0 && dot(vxn, b) > 0)) return 0;
  const s = Math.abs(dot(v, n));
  const c = norm(vxn);
  const d = 2 * sin(0.5 * atan2(s, -c));
  return d * d;
}
