/**
 * Which cells a region touches: few, and certainly all. What is tested here is tested with a margin far above the
 * rounding of directions and cells, so that no point of a region is in a cell that was left out.
 */
import { boxIsEmpty, boxWidth } from '../sky/box.ts';
import { ellipseBoundingCircle } from '../sky/ellipse.ts';
import type { Box, Circle, Region } from '../sky/region.ts';
import {
  cross,
  dot,
  latitudeOf,
  longitudeOf,
  norm,
  normalized,
  robustCross,
  scale,
  squaredChord,
  subtract,
  TWO_PI,
  type Vec3,
} from '../sky/vector.ts';
import {
  ACROSS,
  across,
  along,
  type Cell,
  children,
  DEEPEST,
  depth,
  directionOf,
  FACES,
  faceOf,
  idsOf,
  makeCell,
} from './cells.ts';

/** Far more than what rounding does to directions, planes and cells. */
const MARGIN = 1e-12;

/** How far angles are trusted [rad]: arcs that are computed from sines lose half of the digits. */
const ANGLE_MARGIN = 1e-7;

/** Cells that a footprint is covered by, at most; where it has more, it gets larger ones. */
export const FOOTPRINT_CELLS = 12;

/** Whether a region may have points in a cell. */
type Touches = (cell: Cell) => boolean;

/** Ids of cells that together contain a region, ascending, at most so many (6 or more); none for one that is empty. */
export function cover(region: Region, most: number): number[] {
  const quick = region.kind === 'ConvexPolygon' ? quickCover(region.vertices) : undefined;
  return idsOf(quick ?? search(touchesOf(region), most));
}

/** Goes down the levels for as long as there are few enough cells. */
function search(touches: Touches, most: number): Cell[] {
  let cells = FACES.filter(touches);
  while (cells.length > 0 && cells[0].level < DEEPEST) {
    const next: Cell[] = [];
    for (const cell of cells) for (const child of children(cell)) if (touches(child)) next.push(child);
    if (next.length > most) break;
    cells = next;
  }
  return cells;
}

/** The cover of a polygon within one face, by cells of at least half its size: nine at most. */
function quickCover(vertices: readonly Vec3[]): Cell[] | undefined {
  const face = faceOf(vertices[0]);
  let west = 2;
  let east = -2;
  let south = 2;
  let north = -2;
  for (const vertex of vertices) {
    const main = depth(face, vertex);
    const u = across(face, vertex) / main;
    const w = along(face, vertex) / main;
    if (!(main > 0.5 && Math.abs(u) < 1 - 1e-9 && Math.abs(w) < 1 - 1e-9)) return undefined;
    west = Math.min(west, u);
    east = Math.max(east, u);
    south = Math.min(south, w);
    north = Math.max(north, w);
  }
  const touches = polygonTouches(vertices);
  if (!touches) return undefined;
  const size = Math.max(east - west, north - south) + 4 * MARGIN;
  const level = Math.max(0, Math.min(DEEPEST, Math.floor(Math.log2(2 / size)) + 1));
  const scale = ACROSS[level] / 2;
  const place = (x: number) => Math.max(0, Math.min(ACROSS[level] - 1, Math.floor((x + 1) * scale)));
  const cells: Cell[] = [];
  for (let i = place(west - MARGIN); i <= place(east + MARGIN); i++)
    for (let j = place(south - MARGIN); j <= place(north + MARGIN); j++) {
      const cell = makeCell(face, level, i, j);
      if (touches(cell)) cells.push(cell);
    }
  return cells;
}

const everywhere: Touches = () => true;
const nowhere: Touches = () => false;

function touchesOf(region: Region): Touches {
  switch (region.kind) {
    case 'ConvexPolygon':
      return polygonTouches(region.vertices) ?? everywhere;
    case 'Circle':
      return circleTouches(region);
    case 'Box':
      return boxTouches(region);
    case 'Ellipse':
      return circleTouches(ellipseBoundingCircle(region));
    case 'UnionRegion': {
      const parts = region.operands.map(touchesOf);
      return (cell) => parts.some((touches) => touches(cell));
    }
    case 'IntersectionRegion': {
      const parts = region.operands.map(touchesOf);
      return (cell) => parts.every((touches) => touches(cell));
    }
  }
}

/**
 * Twice the normals of a polygon's edges, x, y, z of each in turn, pointing inwards; undefined unless the vertices are
 * unit vectors in a hemisphere that go round counter-clockwise. Only then do all points that are to the left of every
 * edge lie among the vertices and not, say, opposite to them.
 */
export function edgeNormals(vertices: readonly Vec3[]): number[] | undefined {
  let sum: Vec3 = [0, 0, 0];
  for (const v of vertices) {
    if (!(Math.abs(dot(v, v) - 1) < 1e-9)) return undefined;
    sum = [sum[0] + v[0], sum[1] + v[1], sum[2] + v[2]];
  }
  if (!(norm(sum) > 1e-6)) return undefined;
  const center = normalized(sum);
  const normals: number[] = [];
  // The area in the plane that touches the sphere at the centre, where edges are straight lines.
  let area = 0;
  let reach = 0;
  let farthest = 0;
  const flat: Vec3[] = [];
  for (const v of vertices) {
    const main = dot(v, center);
    if (!(main > 1e-6)) return undefined;
    flat.push(scale(v, 1 / main));
    farthest = Math.max(farthest, 1 / main);
  }
  for (let k = 0; k < vertices.length; k++) {
    const next = k + 1 < vertices.length ? k + 1 : 0;
    const normal = robustCross(vertices[k], vertices[next]);
    normals.push(normal[0], normal[1], normal[2]);
    const edge = subtract(flat[next], flat[0]);
    area += dot(center, cross(subtract(flat[k], flat[0]), edge));
    reach = Math.max(reach, norm(edge));
  }
  return area > vertices.length * reach * farthest * 1e-14 ? normals : undefined;
}

function polygonTouches(vertices: readonly Vec3[]): Touches | undefined {
  const normals = edgeNormals(vertices);
  if (!normals) return undefined;
  return ({ face, west, east, south, north }) => {
    // Apart where all vertices are beyond one side of the cell …
    let beyondWest = true;
    let beyondEast = true;
    let beyondSouth = true;
    let beyondNorth = true;
    for (const vertex of vertices) {
      const main = depth(face, vertex);
      const u = across(face, vertex);
      const w = along(face, vertex);
      if (u - west * main > -MARGIN) beyondWest = false;
      if (u - east * main < MARGIN) beyondEast = false;
      if (w - south * main > -MARGIN) beyondSouth = false;
      if (w - north * main < MARGIN) beyondNorth = false;
    }
    if (beyondWest || beyondEast || beyondSouth || beyondNorth) return false;
    // … or all its corners beyond one edge.
    const a = directionOf(face, west, south);
    const b = directionOf(face, east, south);
    const c = directionOf(face, east, north);
    const d = directionOf(face, west, north);
    for (let k = 0; k < normals.length; k += 3) {
      const x = normals[k];
      const y = normals[k + 1];
      const z = normals[k + 2];
      if (
        x * a[0] + y * a[1] + z * a[2] < -MARGIN &&
        x * b[0] + y * b[1] + z * b[2] < -MARGIN &&
        x * c[0] + y * c[1] + z * c[2] < -MARGIN &&
        x * d[0] + y * d[1] + z * d[2] < -MARGIN
      )
        return false;
    }
    return true;
  };
}

/** The circle around a cell: its centre, and how far its corners are [rad]. */
function aroundCell({ face, west, east, south, north }: Cell): readonly [Vec3, number] {
  const center = normalized(directionOf(face, 0.5 * (west + east), 0.5 * (south + north)));
  let reach = 0;
  for (const u of [west, east])
    for (const w of [south, north])
      reach = Math.max(reach, squaredChord(center, normalized(directionOf(face, u, w))));
  return [center, 2 * Math.asin(0.5 * Math.sqrt(reach)) + MARGIN];
}

/** The angle between two unit vectors; of all sizes right to some 1e-15, which Math.acos is not. */
function angle(a: Vec3, b: Vec3): number {
  return 2 * Math.asin(Math.min(1, 0.5 * Math.sqrt(squaredChord(a, b))));
}

function circleTouches({ center, squaredChord: chord, openingAngle }: Circle): Touches {
  if (!(chord >= 0)) return nowhere;
  const radius = Math.max(openingAngle, 2 * Math.asin(Math.min(1, 0.5 * Math.sqrt(chord))));
  // What is no circle on the sphere may contain anything.
  if (!(Math.abs(dot(center, center) - 1) < 1e-9 && radius < Math.PI)) return everywhere;
  return (cell) => {
    const [middle, reach] = aroundCell(cell);
    return angle(middle, center) <= radius + reach + ANGLE_MARGIN * (radius > 1 ? 1 : 1e-3);
  };
}

function boxTouches(box: Box): Touches {
  if (boxIsEmpty(box) || Number.isNaN(box.lonA) || Number.isNaN(box.lonB)) return nowhere;
  const width = boxWidth(box);
  const middleLon = box.lonA + 0.5 * width;
  return (cell) => {
    const [middle, reach] = aroundCell(cell);
    const margin = reach + ANGLE_MARGIN;
    const lat = latitudeOf(middle);
    if (lat + margin < box.latA || lat - margin > box.latB) return false;
    // Around a pole a cell has all longitudes; elsewhere those within asin(sin reach / cos lat) of its centre's.
    if (Math.abs(lat) + margin >= 0.5 * Math.PI) return true;
    const spread = Math.asin(Math.min(1, Math.sin(margin) / Math.cos(lat)));
    const apart = Math.abs(((((longitudeOf(middle) - middleLon) % TWO_PI) + 3 * Math.PI) % TWO_PI) - Math.PI);
    return apart <= 0.5 * width + spread + ANGLE_MARGIN;
  };
}
