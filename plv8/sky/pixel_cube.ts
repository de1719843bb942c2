/**
 * Pixelizations of the sphere that lay a grid on each face of the cube around it (Koposov & Bartunov 2006, ASP
 * Conf. Ser. 351, 735). Edges of pixels are great circles. `q3c.ts` and `mq3c.ts` choose the faces' axes, the
 * spacing of the grid, and the curve that numbers its pixels.
 */
import { idOf } from './rangeset.ts';
import type { Vec3 } from './vector.ts';

/** A face: the axes of u, v and of the outward normal, each as ±1, ±2, ±3 for ±x, ±y, ±z. */
type Face = readonly [u: number, v: number, normal: number];

export interface CubeScheme {
  /** Faces in the order of their numbers. */
  readonly faces: readonly Face[];
  /** The number of the first face: the id of its pixel of level 0. */
  readonly firstFace: number;
  /** From a face coordinate in [-1, 1] to one in [-1, 1] in which the grid is even, and back. */
  readonly even: (u: number) => number;
  readonly uneven: (f: number) => number;
  /** Numbers pixels along Hilbert's curve rather than Morton's. */
  readonly hilbert: boolean;
}

/** A pixel: column s and row t of a face's grid of 2^level by 2^level. */
export interface CubePixel {
  readonly face: number;
  readonly level: number;
  readonly s: number;
  readonly t: number;
}

/** The deepest level: the grid's columns fit an int32, and ids 64 bits. */
export const CUBE_MAX_LEVEL = 30;

/**
 * The number, within the scheme, of the face that a direction meets. On the edge between two faces the order
 * of preference is -x, -y, ±z, +y, +x.
 */
function faceOf(scheme: CubeScheme, v: Vec3): number {
  const ax = Math.abs(v[0]);
  const ay = Math.abs(v[1]);
  const az = Math.abs(v[2]);
  const zOverY = v[1] < 0 ? az > ay : az >= ay;
  const most = zOverY ? az : ay;
  let axis: number;
  if (ax > most || (v[0] < 0 && ax === most)) axis = v[0] < 0 ? -1 : 1;
  else if (zOverY) axis = v[2] < 0 ? -3 : 3;
  else axis = v[1] < 0 ? -2 : 2;
  return scheme.faces.findIndex((face) => face[2] === axis);
}

function along(v: Vec3, axis: number): number {
  return axis < 0 ? -v[-axis - 1] : v[axis - 1];
}

/** The grid column of an even coordinate in [-1, 1]; both ends belong to the grid. */
function column(f: number, size: number): number {
  const s = Math.floor(0.5 * size * (f + 1));
  return s < 0 ? 0 : s >= size ? size - 1 : s;
}

/** The pixel of a level to which a unit vector belongs. */
export function cubePixelOf(scheme: CubeScheme, v: Vec3, level: number): CubePixel {
  const face = faceOf(scheme, v);
  const [uAxis, vAxis, normal] = scheme.faces[face];
  const w = along(v, normal);
  const size = 2 ** level;
  return {
    face,
    level,
    s: column(scheme.even(along(v, uAxis) / w), size),
    t: column(scheme.even(along(v, vAxis) / w), size),
  };
}

/**
 * Hilbert's curve turns as it goes down: bit 0 of the turn swaps the axes, bit 1 reverses both. Within a turn the
 * children are visited in the order (0,0), (0,1), (1,1), (1,0).
 */
function turned(turn: number, digit: number): number {
  return digit === 0 ? turn ^ 1 : digit === 3 ? turn ^ 3 : turn;
}

/** Which child, as s | t << 1, a digit means. */
function childOf(hilbert: boolean, turn: number, digit: number): number {
  if (!hilbert) return digit;
  const first = (digit >> 1) ^ (turn >> 1);
  const second = ((digit ^ (digit >> 1)) & 1) ^ (turn >> 1);
  return (turn & 1) === 0 ? first | (second << 1) : second | (first << 1);
}

/** The inverse of childOf. */
function digitOf(hilbert: boolean, turn: number, s: number, t: number): number {
  if (!hilbert) return s | (t << 1);
  const first = ((turn & 1) === 0 ? s : t) ^ (turn >> 1);
  const second = ((turn & 1) === 0 ? t : s) ^ (turn >> 1);
  return (3 * first) ^ second;
}

/** The id of a pixel. */
export function cubeId(scheme: CubeScheme, pixel: CubePixel): bigint {
  let high = 0;
  let low = scheme.firstFace + pixel.face;
  let turn = 0;
  for (let bit = pixel.level - 1; bit >= 0; bit--) {
    const digit = digitOf(scheme.hilbert, turn, (pixel.s >> bit) & 1, (pixel.t >> bit) & 1);
    turn = turned(turn, digit);
    high = ((high << 2) | (low >>> 30)) >>> 0;
    low = ((low << 2) | digit) >>> 0;
  }
  return idOf(high, low);
}

/** The digits of an id of a level below its face, and the face; null when the scheme has no such id. */
function digitsOf(scheme: CubeScheme, id: bigint, level: number): { face: number; digits: number[] } | null {
  const face = Number(id >> BigInt(2 * level)) - scheme.firstFace;
  if (id < 0n || face < 0 || face >= scheme.faces.length) return null;
  const digits: number[] = [];
  for (let i = level - 1; i >= 0; i--) digits.push(Number((id >> BigInt(2 * i)) & 3n));
  return { face, digits };
}

/** The pixel of an id of a level, or null when the scheme has no such id. */
export function cubePixel(scheme: CubeScheme, id: bigint, level: number): CubePixel | null {
  const path = digitsOf(scheme, id, level);
  if (path === null) return null;
  let s = 0;
  let t = 0;
  let turn = 0;
  for (const digit of path.digits) {
    const child = childOf(scheme.hilbert, turn, digit);
    s = (s << 1) | (child & 1);
    t = (t << 1) | (child >> 1);
    turn = turned(turn, digit);
  }
  return { face: path.face, level, s, t };
}

/** The name of an id of a level, from the face down: `+X2103`; null when the scheme has no such id. */
export function cubeName(scheme: CubeScheme, id: bigint, level: number): string | null {
  const path = digitsOf(scheme, id, level);
  if (path === null) return null;
  const axis = scheme.faces[path.face][2];
  return `${axis < 0 ? '-' : '+'}${'XYZ'[Math.abs(axis) - 1]}${path.digits.join('')}`;
}

/**
 * How far beyond its grid lines a pixel's polygon reaches, in even coordinates, so that it holds every direction
 * that rounding assigns to the pixel.
 */
const OVERLAP = 1e-15;

/** The direction of the even coordinates (f, g) of a face. */
function facePoint(scheme: CubeScheme, face: number, f: number, g: number): Vec3 {
  const [uAxis, vAxis, normal] = scheme.faces[face];
  const u = scheme.uneven(f);
  const v = scheme.uneven(g);
  const n = Math.sqrt(u * u + v * v + 1);
  const p: [number, number, number] = [0, 0, 0];
  p[Math.abs(uAxis) - 1] = (uAxis < 0 ? -u : u) / n;
  p[Math.abs(vAxis) - 1] = (vAxis < 0 ? -v : v) / n;
  p[Math.abs(normal) - 1] = Math.sign(normal) / n;
  return p;
}

/** The corners of a pixel, counter-clockwise as seen from outside. */
export type Quad = readonly [Vec3, Vec3, Vec3, Vec3];

/** Whether u, v and the normal of a face are right-handed: u × v is the normal, not its opposite. */
function rightHanded([u, v, normal]: Face): boolean {
  const cyclic = (Math.abs(v) - Math.abs(u) + 3) % 3 === 1;
  return cyclic === u * v * normal > 0;
}

/** The corners of a pixel, from that of its column and row on. */
export function cubeQuad(scheme: CubeScheme, { face, level, s, t }: CubePixel): Quad {
  const step = 2 / 2 ** level;
  const west = s * step - 1 - OVERLAP;
  const east = (s + 1) * step - 1 + OVERLAP;
  const south = t * step - 1 - OVERLAP;
  const north = (t + 1) * step - 1 + OVERLAP;
  const southWest = facePoint(scheme, face, west, south);
  const southEast = facePoint(scheme, face, east, south);
  const northEast = facePoint(scheme, face, east, north);
  const northWest = facePoint(scheme, face, west, north);
  return rightHanded(scheme.faces[face])
    ? [southWest, southEast, northEast, northWest]
    : [southWest, northWest, northEast, southEast];
}

/** A pixel on the way down from a face: with its corners, and its turn of the curve. */
export interface CubeNode extends CubePixel {
  readonly turn: number;
  readonly corners: Quad;
}

/** The whole faces, in the order of their ids. */
export function cubeRoots(scheme: CubeScheme): CubeNode[] {
  return scheme.faces.map((_, face) => {
    const pixel = { face, level: 0, s: 0, t: 0 };
    return { ...pixel, turn: 0, corners: cubeQuad(scheme, pixel) };
  });
}

/** The four pixels into which a pixel is split, in the order of their ids. */
export function cubeChildren(scheme: CubeScheme, parent: CubeNode): CubeNode[] {
  const children = new Array<CubeNode>(4);
  const level = parent.level + 1;
  for (let digit = 0; digit < 4; digit++) {
    const child = childOf(scheme.hilbert, parent.turn, digit);
    const s = 2 * parent.s + (child & 1);
    const t = 2 * parent.t + (child >> 1);
    const pixel = { face: parent.face, level, s, t };
    children[digit] = { ...pixel, turn: turned(parent.turn, digit), corners: cubeQuad(scheme, pixel) };
  }
  return children;
}
