/** Convex polygons: membership, centre of mass, bounds, and relations to circles and to each other. */

import type { Bounds } from './bounds.ts';
import { boxAround, boxExpandedTo, EMPTY_BOX, makeBox } from './box.ts';
import { maxSquaredChord, minSquaredChord } from './chord.ts';
import { circleIsEmpty, circleIsFull, circleOfChord } from './circle.ts';
import { atan2 } from './libm.ts';
import { orientation } from './orientation.ts';
import { type Box, type Circle, CONTAINS, DISJOINT, type Relation, WITHIN } from './region.ts';
import {
  add,
  dot,
  HALF_PI,
  latitudeOf,
  lengthBefore,
  longitudeOf,
  MAX_SQUARED_CHORD_ERROR,
  negate,
  norm,
  normalized,
  orthogonalTo,
  robustCross,
  scale,
  squaredChord,
  TWO_PI,
  type Vec3,
} from './vector.ts';

/** What latitudes and longitudes of vertices may be off by, with room [rad]. */
const ANGLE_MARGIN = 5e-10;

/** What coordinates of points of an edge may be off by, with room. */
const COORDINATE_MARGIN = 1e-14;

type Vertices = readonly Vec3[];

/** Whether the polygon contains the direction; exact, the boundary included. */
export function polygonContains(vertices: Vertices, v: Vec3): boolean {
  let previous = vertices[vertices.length - 1];
  for (const vertex of vertices) {
    if (orientation(v, previous, vertex) < 0) return false;
    previous = vertex;
  }
  return true;
}

/**
 * The direction of the polygon's centre of mass; throws DirectionError for a polygon without area.
 * Formula: Brock, "The centroid and inertia tensor for a spherical triangle" (1974), summed over the edges.
 */
export function polygonCentroid(vertices: Vertices): Vec3 {
  let sum: Vec3 = [0, 0, 0];
  let previous = vertices[vertices.length - 1];
  for (const vertex of vertices) {
    const n = normalized(robustCross(previous, vertex));
    sum = add(sum, scale(n, atan2(0.5 * lengthBefore(), dot(previous, vertex))));
    previous = vertex;
  }
  return normalized(sum);
}

/** A circle that conclusively contains the polygon, around its centre of mass. */
export function polygonBoundingCircle(vertices: Vertices): Circle {
  const center = polygonCentroid(vertices);
  let chord = 0;
  for (const vertex of vertices) chord = Math.max(chord, squaredChord(vertex, center));
  return circleOfChord(center, chord + 2 * MAX_SQUARED_CHORD_ERROR);
}

/** A box that conclusively contains the polygon. */
export function polygonBoundingBox(vertices: Vertices): Box {
  let box = EMPTY_BOX;
  let north = true;
  let south = true;
  let previous = vertices[vertices.length - 1];
  for (const vertex of vertices) {
    box = boxExpandedTo(box, boxAround(longitudeOf(vertex), latitudeOf(vertex), ANGLE_MARGIN, ANGLE_MARGIN));
    const n = robustCross(previous, vertex);
    if (n[2] < 0) north = false;
    if (n[2] > 0) south = false;
    // An edge inside whose arc its circle comes closest to a pole reaches beyond its ends in latitude.
    const extreme: Vec3 = [n[0] * n[2], n[1] * n[2], -(n[0] * n[0] + n[1] * n[1])];
    if (norm(extreme) > 0) {
      for (const e of [extreme, negate(extreme)]) {
        if (!insideArc(e, previous, vertex, n)) continue;
        const lat = latitudeOf(e);
        box = makeBox(
          box.lonA,
          box.lonB,
          Math.min(box.latA, lat - ANGLE_MARGIN),
          Math.max(box.latB, lat + ANGLE_MARGIN),
        );
      }
    }
    previous = vertex;
  }
  if (north) box = boxExpandedTo(box, makeBox(0, TWO_PI, box.latA, HALF_PI));
  if (south) box = boxExpandedTo(box, makeBox(0, TWO_PI, -HALF_PI, box.latB));
  return box;
}

/** Whether the point e of the great circle with normal n lies inside the arc from a to b. */
function insideArc(e: Vec3, a: Vec3, b: Vec3, n: Vec3): boolean {
  const x = n[1] * e[2] - n[2] * e[1];
  const y = n[2] * e[0] - n[0] * e[2];
  const z = n[0] * e[1] - n[1] * e[0];
  return x * a[0] + y * a[1] + z * a[2] < 0 && x * b[0] + y * b[1] + z * b[2] > 0;
}

/** Bounds in space that conclusively contain the polygon. */
export function polygonBounds(vertices: Vertices): Bounds {
  const min = [1, 1, 1];
  const max = [-1, -1, -1];
  let previous = vertices[vertices.length - 1];
  const inside = [true, true, true];
  const opposite = [true, true, true];
  for (const vertex of vertices) {
    const n = orthogonalTo(previous, vertex);
    for (let i = 0; i < 3; ++i) {
      min[i] = Math.min(min[i], vertex[i]);
      max[i] = Math.max(max[i], vertex[i]);
      if (n[i] < 0) inside[i] = false;
      if (n[i] > 0) opposite[i] = false;
      // The point of the edge's circle that is farthest along the axis, and the one opposite.
      const e: [number, number, number] = [-n[i] * n[0], -n[i] * n[1], -n[i] * n[2]];
      e[i] += 1;
      const reach = Math.sqrt(1 - n[i] * n[i]);
      if (insideArc(e, previous, vertex, n)) max[i] = Math.max(max[i], reach);
      if (insideArc(negate(e), previous, vertex, n)) min[i] = Math.min(min[i], -reach);
    }
    previous = vertex;
  }
  for (let i = 0; i < 3; ++i) {
    min[i] = Math.max(-1, min[i] - COORDINATE_MARGIN);
    max[i] = Math.min(1, max[i] + COORDINATE_MARGIN);
    if (inside[i]) max[i] = 1;
    if (opposite[i]) min[i] = -1;
  }
  return [min[0], max[0], min[1], max[1], min[2], max[2]];
}

/** The relation of the polygon to a circle. */
export function relatePolygonToCircle(vertices: Vertices, circle: Circle): Relation {
  if (circleIsEmpty(circle)) return CONTAINS | DISJOINT;
  if (circleIsFull(circle)) return WITHIN;
  const { center, squaredChord: chord } = circle;
  let inside = false;
  for (let i = 0; i < vertices.length; ++i) {
    const d = squaredChord(vertices[i], center);
    if (Math.abs(d - chord) < MAX_SQUARED_CHORD_ERROR) return 0;
    if (i === 0) inside = d < chord;
    else if (inside !== d < chord) return 0;
  }
  let a = vertices[vertices.length - 1];
  for (const b of vertices) {
    const n = robustCross(a, b);
    if (inside) {
      if (maxSquaredChord(center, a, b, n) > chord - MAX_SQUARED_CHORD_ERROR) return 0;
    } else if (minSquaredChord(center, a, b, n) < chord + MAX_SQUARED_CHORD_ERROR) return 0;
    a = b;
  }
  // The boundaries do not meet. A circle larger than a hemisphere may still leave a hole inside the polygon.
  if (inside) return polygonContains(vertices, negate(center)) ? 0 : WITHIN;
  return polygonContains(vertices, center) ? CONTAINS : DISJOINT;
}

/** The relation of one polygon to another. */
export function relatePolygons(p: Vertices, q: Vertices): Relation {
  let pAll = true;
  let pAny = false;
  for (const v of p) {
    if (polygonContains(q, v)) pAny = true;
    else pAll = false;
  }
  let qAll = true;
  let qAny = false;
  for (const v of q) {
    if (polygonContains(p, v)) qAny = true;
    else qAll = false;
  }
  if (pAll || qAll) return (pAll ? WITHIN : 0) | (qAll ? CONTAINS : 0);
  if (pAny || qAny) return 0;
  let a = p[p.length - 1];
  for (const b of p) {
    let c = q[q.length - 1];
    for (const d of q) {
      if (arcsCross(a, b, c, d)) return 0;
      c = d;
    }
    a = b;
  }
  return DISJOINT;
}

/** Whether the arcs from a to b and from c to d cross, each at an inner point. */
export function arcsCross(a: Vec3, b: Vec3, c: Vec3, d: Vec3): boolean {
  const acd = orientation(a, c, d);
  if (acd === 0 || orientation(b, d, c) !== acd) return false;
  return orientation(c, b, a) === acd && orientation(d, a, b) === acd;
}
