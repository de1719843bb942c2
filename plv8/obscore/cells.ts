/**
 * Cells of the sky, by which footprints are found: the six faces of a cube around the sphere, each split into four
 * quarters, and these again, down to level 16 (a few arcseconds). Edges of cells are great circles.
 *
 * A cell's id is its place on the space-filling curve followed by a 1 and zeros, so that the ids of all that it
 * contains are next to its own: those of the descendants are the ids from `id - s + 1` to `id + s - 1`, where s is
 * the lowest bit that is set. Ids have 36 bits: a number holds them exactly. `obscore._cells_at` is the same in SQL.
 */
import type { Vec3 } from '../sky/vector.ts';

export const DEEPEST = 16;

/** How many cells of each level are in a row; looked up, because powers are dear. */
export const ACROSS: readonly number[] = Array.from({ length: DEEPEST + 1 }, (_, level) => 2 ** level);
const IN_A_FACE: readonly number[] = ACROSS.map((n) => n * n);

/** A cell with what is needed to tell it apart from a region. */
export interface Cell {
  /** The axis (0, 1, 2) that the face lies across, and on which side. */
  readonly face: number;
  readonly level: number;
  /** Its place in a row and in a column of 2^level cells. */
  readonly i: number;
  readonly j: number;
  /** Its bounds in the face's plane, from -1 to 1. */
  readonly west: number;
  readonly east: number;
  readonly south: number;
  readonly north: number;
}

export function makeCell(face: number, level: number, i: number, j: number): Cell {
  const size = 2 / ACROSS[level];
  const west = i * size - 1;
  const south = j * size - 1;
  return { face, level, i, j, west, east: west + size, south, north: south + size };
}

export const FACES: readonly Cell[] = [0, 1, 2, 3, 4, 5].map((face) => makeCell(face, 0, 0, 0));

export function children({ face, level, i, j }: Cell): Cell[] {
  return [0, 1, 2, 3].map((n) => makeCell(face, level + 1, 2 * i + (n & 1), 2 * j + (n >> 1)));
}

/** The face that a direction points to: its axis, 3 more on the negative side. */
export function faceOf(v: Vec3): number {
  const x = Math.abs(v[0]);
  const y = Math.abs(v[1]);
  const z = Math.abs(v[2]);
  const axis = x >= y && x >= z ? 0 : y >= z ? 1 : 2;
  return v[axis] < 0 ? axis + 3 : axis;
}

/** The coordinates of a direction in the frame of a face: along its axis, then the two others in turn. */
export function depth(face: number, v: Vec3): number {
  return face < 3 ? v[face] : -v[face - 3];
}

export function across(face: number, v: Vec3): number {
  return v[(face + 1) % 3];
}

export function along(face: number, v: Vec3): number {
  return v[(face + 2) % 3];
}

/** The direction, of any length, of a point in the plane of a face. */
export function directionOf(face: number, u: number, w: number): Vec3 {
  const main = face < 3 ? 1 : -1;
  const axis = face % 3;
  return axis === 0 ? [main, u, w] : axis === 1 ? [w, main, u] : [u, w, main];
}

/** The bits of a number below 2^16 with a zero before each. */
function spread(n: number): number {
  let bits = n;
  bits = (bits | (bits << 8)) & 0x00ff00ff;
  bits = (bits | (bits << 4)) & 0x0f0f0f0f;
  bits = (bits | (bits << 2)) & 0x33333333;
  return (bits | (bits << 1)) & 0x55555555;
}

/** The place of a cell among those of its level. */
function place({ face, level, i, j }: Cell): number {
  return face * IN_A_FACE[level] + ((spread(i) | (spread(j) << 1)) >>> 0);
}

function idAt(level: number, at: number): number {
  return (2 * at + 1) * IN_A_FACE[DEEPEST - level];
}

/** The ids of cells of one level, in ascending order; four that make up a cell of the level above become that one. */
export function idsOf(cells: readonly Cell[]): number[] {
  if (cells.length === 0) return [];
  const ids: number[] = [];
  let { level } = cells[0];
  let places = cells.map(place).sort((a, b) => a - b);
  for (; level > 0 && places.length > 0; level--) {
    const parents: number[] = [];
    for (let n = 0; n < places.length; n++) {
      const first = places[n];
      if (first % 4 === 0 && places[n + 3] === first + 3) {
        parents.push(first / 4);
        n += 3;
      } else ids.push(idAt(level, first));
    }
    places = parents;
  }
  for (const at of places) ids.push(idAt(0, at));
  return ids.sort((a, b) => a - b);
}

/** The lowest bit that is set in an id. */
function lowestBit(id: number): number {
  let bit = 1;
  while (id % (2 * bit) === 0) bit *= 2;
  return bit;
}

/** The ids that a search for what touches some cells has to look for. */
export interface Search {
  /** Of the cells that contain them. */
  readonly ancestors: number[];
  /** Ranges of the cells themselves and what they contain, both ends included. */
  readonly lows: number[];
  readonly highs: number[];
}

/** @param ids in ascending order, none within another */
export function searchFor(ids: readonly number[]): Search {
  const ancestors = new Set<number>();
  const lows: number[] = [];
  const highs: number[] = [];
  for (const id of ids) {
    const bit = lowestBit(id);
    const low = id - bit + 1;
    // Between neighbours there is only the id of a cell that contains both.
    if (highs.at(-1) === low - 2) highs[highs.length - 1] = id + bit - 1;
    else {
      lows.push(low);
      highs.push(id + bit - 1);
    }
    for (let size = 4 * bit; size <= IN_A_FACE[DEEPEST]; size *= 4)
      ancestors.add(Math.floor(id / (2 * size)) * 2 * size + size);
  }
  return { ancestors: [...ancestors].sort((a, b) => a - b), lows, highs };
}
