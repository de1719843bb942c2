/** The convex polygon around a set of directions. */
import { Failure } from '../failure.ts';
import { orientation } from './orientation.ts';
import type { ConvexPolygon } from './region.ts';
import type { Vec3 } from './vector.ts';

const TOO_FEW =
  'The convex hull of a point set containing less than 3 distinct, non-coplanar points is not a convex polygon';
const WHOLE_SPHERE = 'The convex hull of the given point set is the entire unit sphere';

/**
 * The convex hull, built point by point, vertices counter-clockwise. Throws Failure when the points lie on one
 * great circle or fit in no hemisphere.
 */
export function convexHull(points: readonly Vec3[]): ConvexPolygon {
  let hull = firstTriangle(points);
  for (const point of points) hull = withPoint(hull, point);
  const vertices = hull.filter((v, i) => {
    const before = hull[(i + hull.length - 1) % hull.length];
    return orientation(before, v, hull[(i + 1) % hull.length]) !== 0;
  });
  if (vertices.length < 3) throw new Failure('22023', TOO_FEW);
  return { kind: 'ConvexPolygon', vertices };
}

function firstTriangle(points: readonly Vec3[]): Vec3[] {
  for (let j = 1; j < points.length; ++j) {
    for (let k = j + 1; k < points.length; ++k) {
      const turn = orientation(points[0], points[j], points[k]);
      if (turn > 0) return [points[0], points[j], points[k]];
      if (turn < 0) return [points[j], points[0], points[k]];
    }
  }
  throw new Failure('22023', TOO_FEW);
}

/** The hull grown to hold a point: the run of edges that it sees from outside gives way to two edges to it. */
function withPoint(hull: Vec3[], point: Vec3): Vec3[] {
  const n = hull.length;
  const seen = hull.map((v, i) => orientation(point, v, hull[(i + 1) % n]) < 0);
  let first = -1;
  for (let i = 0; i < n; ++i) if (seen[i] && !seen[(i + n - 1) % n]) first = i;
  if (first < 0) {
    if (seen[0]) throw new Failure('22023', WHOLE_SPHERE);
    return hull;
  }
  let next = (first + 1) % n;
  while (seen[next]) next = (next + 1) % n;
  if (next === 0) return [...hull.slice(0, first + 1), point];
  if (first < next) return [...hull.slice(0, first + 1), point, ...hull.slice(next)];
  // The run passes over the first vertex; the new one takes its place when no vertex at the end goes too.
  const kept = hull.slice(next, first + 1);
  return first === n - 1 ? [point, ...kept] : [...kept, point];
}
