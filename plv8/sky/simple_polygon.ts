/** Polygons that need not be convex, as convex ones. */
import { RegionError } from './codec.ts';
import { convexHull } from './hull.ts';
import { orientation } from './orientation.ts';
import { arcsCross, polygonContains } from './polygon.ts';
import { compound, type Region } from './region.ts';
import { cross, dot, equal, type Vec3 } from './vector.ts';

/**
 * The region inside a closed line of arcs that does not cross itself and fits in a hemisphere, in either sense of
 * rotation: a convex polygon, or the union of the triangles of an ear clipping (Meisters 1975). A last point equal to
 * the first is dropped. Throws RegionError when the line crosses or touches itself.
 */
export function simplePolygon(points: readonly Vec3[]): Region {
  const vertices = points.filter((v, i) => !equal(v, points[(i + points.length - 1) % points.length]));
  if (vertices.length < 3) return convexHull(points);
  if (turning(vertices) < 0) vertices.reverse();
  const remaining = withoutStraight(vertices);
  if (isConvex(remaining)) return { kind: 'ConvexPolygon', vertices: remaining };
  if (crossesItself(remaining)) throw new RegionError('the sides of the polygon cross each other', '22P02');
  const triangles: Region[] = [];
  while (remaining.length > 3) {
    const ear = findEar(remaining);
    if (ear < 0) throw new RegionError('the sides of the polygon touch each other', '22P02');
    triangles.push({ kind: 'ConvexPolygon', vertices: corner(remaining, ear) });
    remaining.splice(ear, 1);
    remaining.splice(0, remaining.length, ...withoutStraight(remaining));
  }
  if (remaining.length === 3) triangles.push({ kind: 'ConvexPolygon', vertices: remaining });
  return compound('UnionRegion', triangles);
}

/** Positive when the line runs counter-clockwise: twice the area of its projection along the sum of its points. */
function turning(vertices: readonly Vec3[]): number {
  let axis: Vec3 = [0, 0, 0];
  for (const v of vertices) axis = [axis[0] + v[0], axis[1] + v[1], axis[2] + v[2]];
  let area = 0;
  let previous = vertices[vertices.length - 1];
  for (const v of vertices) {
    // Differences of neighbours keep the digits of a small polygon.
    const step: Vec3 = [v[0] - previous[0], v[1] - previous[1], v[2] - previous[2]];
    const arm: Vec3 = [
      previous[0] - vertices[0][0],
      previous[1] - vertices[0][1],
      previous[2] - vertices[0][2],
    ];
    area += dot(axis, cross(arm, step));
    previous = v;
  }
  return area;
}

function withoutStraight(vertices: readonly Vec3[]): Vec3[] {
  const n = vertices.length;
  return vertices.filter((v, i) => orientation(vertices[(i + n - 1) % n], v, vertices[(i + 1) % n]) !== 0);
}

function isConvex(vertices: readonly Vec3[]): boolean {
  const n = vertices.length;
  if (n < 3) return false;
  for (let i = 0; i < n; ++i) {
    // Against every side, not only the next: a line that winds twice turns left at each vertex too.
    for (let j = 2; j < n; ++j) {
      if (orientation(vertices[i], vertices[(i + 1) % n], vertices[(i + j) % n]) <= 0) return false;
    }
  }
  return true;
}

function crossesItself(vertices: readonly Vec3[]): boolean {
  const n = vertices.length;
  for (let i = 0; i < n; ++i) {
    for (let j = i + 2; j < n; ++j) {
      if (arcsCross(vertices[i], vertices[(i + 1) % n], vertices[j], vertices[(j + 1) % n])) return true;
    }
  }
  return false;
}

function corner(vertices: readonly Vec3[], i: number): Vec3[] {
  const n = vertices.length;
  return [vertices[(i + n - 1) % n], vertices[i], vertices[(i + 1) % n]];
}

/**
 * A vertex whose triangle with its neighbours lies inside the line and holds no other vertex; -1 for none. Only
 * vertices where the line turns right can lie in such a triangle.
 */
function findEar(vertices: readonly Vec3[]): number {
  const turns = vertices.map((_, i) => {
    const [before, v, after] = corner(vertices, i);
    return orientation(before, v, after);
  });
  const inward = vertices.filter((_, i) => turns[i] <= 0);
  for (let i = 0; i < vertices.length; ++i) {
    if (turns[i] <= 0) continue;
    const triangle = corner(vertices, i);
    if (inward.every((v) => triangle.some((t) => equal(t, v)) || !polygonContains(triangle, v))) return i;
  }
  return -1;
}
