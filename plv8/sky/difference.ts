/** Polygons with holes, as convex ones. */
import { Failure } from '../failure.ts';
import { RegionError } from './codec.ts';
import { convexHull } from './hull.ts';
import { orientation } from './orientation.ts';
import { type ConvexPolygon, compound, type Region } from './region.ts';
import { add, dot, equal, normalized, robustCross, scale, type Vec3 } from './vector.ts';

/**
 * What is in a region and not inside another, whose boundary stays: both are convex polygons or unions of such, as is
 * the result. Parts that have no area are left out. Throws RegionError for regions of other kinds.
 */
export function difference(region: Region, hole: Region): Region {
  let pieces = polygonsOf(region);
  for (const { vertices } of polygonsOf(hole)) pieces = pieces.flatMap((piece) => without(piece, vertices));
  return pieces.length === 1 ? pieces[0] : compound('UnionRegion', pieces);
}

function polygonsOf(region: Region): readonly ConvexPolygon[] {
  if (region.kind === 'ConvexPolygon') return [region];
  if (region.kind === 'UnionRegion') return region.operands.flatMap(polygonsOf);
  throw new RegionError(`NOT: only polygons can have holes, and be holes; this is a ${region.kind}`, '0A000');
}

/** One piece for each side of the hole that cuts the polygon; the polygon itself where the hole is beside it. */
function without(polygon: ConvexPolygon, hole: readonly Vec3[]): ConvexPolygon[] {
  const pieces: ConvexPolygon[] = [];
  let rest: readonly Vec3[] = polygon.vertices;
  let start = hole[hole.length - 1];
  for (const end of hole) {
    const [left, right] = cut(rest, start, end);
    const piece = withArea(right);
    if (piece) pieces.push(piece);
    if (!withArea(left)) return [polygon];
    rest = left;
    start = end;
  }
  return pieces;
}

/** The parts of a convex polygon to the left and to the right of a great circle. */
function cut(vertices: readonly Vec3[], start: Vec3, end: Vec3): [left: Vec3[], right: Vec3[]] {
  const axis = robustCross(start, end);
  const sides = vertices.map((v) => orientation(start, end, v));
  const left: Vec3[] = [];
  const right: Vec3[] = [];
  vertices.forEach((v, i) => {
    if (sides[i] >= 0) left.push(v);
    if (sides[i] <= 0) right.push(v);
    const next = (i + 1) % vertices.length;
    if (sides[i] * sides[next] >= 0) return;
    const w = vertices[next];
    const [toV, toW] = [Math.abs(dot(axis, v)), Math.abs(dot(axis, w))];
    // Where both are too near for the products, either is the crossing.
    const crossing = toV + toW > 0 ? normalized(add(scale(v, toW), scale(w, toV))) : v;
    left.push(crossing);
    right.push(crossing);
  });
  return [left, right];
}

/** What is narrower than this [rad] comes of rounding. */
const NARROW = 1e-12;

/** The convex polygon of these vertices; undefined where they enclose nothing. */
function withArea(vertices: readonly Vec3[]): ConvexPolygon | undefined {
  const distinct = vertices.filter((v, i) => !equal(v, vertices[(i + 1) % vertices.length]));
  let hull: ConvexPolygon;
  try {
    hull = convexHull(distinct);
  } catch (error) {
    if (error instanceof Failure) return undefined;
    throw error;
  }
  const heights = hull.vertices.map((v, i) => {
    const axis = normalized(robustCross(v, hull.vertices[(i + 1) % hull.vertices.length]));
    return Math.max(...hull.vertices.map((w) => dot(axis, w)));
  });
  return Math.min(...heights) < NARROW ? undefined : hull;
}
