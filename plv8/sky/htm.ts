/**
 * The Hierarchical Triangular Mesh: the sphere as 8 triangles, each split into 4 by the middles of its edges, again
 * and again (Szalay et al. 2007, arXiv:cs/0701164). The ids are those of sphgeom's HtmPixelization.
 *
 * The roots S0 … S3, N0 … N3 have the ids 8 … 15, and the children of trixel i the ids 4·i … 4·i + 3. An id of
 * level 24, the deepest, has 52 bits, so that a number holds it exactly.
 */
import { Failure } from '../failure.ts';
import { orientation } from './orientation.ts';
import { add, normalized, type Vec3 } from './vector.ts';

export const HTM_MAX_LEVEL = 24;

/** The corners of a trixel, counter-clockwise as seen from outside. */
export type Trixel = readonly [Vec3, Vec3, Vec3];

const PX: Vec3 = [1, 0, 0];
const PY: Vec3 = [0, 1, 0];
const PZ: Vec3 = [0, 0, 1];
// Negated as sphgeom does it: the signs of the zeros show in the bytes of an encoded trixel.
const MX: Vec3 = [-1, -0, -0];
const MY: Vec3 = [-0, -1, -0];
const MZ: Vec3 = [-0, -0, -1];

/** S0 … S3, N0 … N3. */
export const HTM_ROOTS: readonly Trixel[] = [
  [PX, MZ, PY],
  [PY, MZ, MX],
  [MX, MZ, MY],
  [MY, MZ, PX],
  [PX, PZ, MY],
  [MY, PZ, MX],
  [MX, PZ, PY],
  [PY, PZ, PX],
];

function middle(a: Vec3, b: Vec3): Vec3 {
  return normalized(add(a, b));
}

/** The four children of a trixel, in the order of their ids. */
export function htmChildren([a, b, c]: Trixel): [Trixel, Trixel, Trixel, Trixel] {
  const ab = middle(a, b);
  const bc = middle(b, c);
  const ca = middle(c, a);
  return [
    [a, ab, ca],
    [b, bc, ab],
    [c, ca, bc],
    [bc, ca, ab],
  ];
}

/** The level of an id, or -1 when no trixel has it. */
export function htmLevel(id: number): number {
  if (!(id >= 8 && id < 2 ** (4 + 2 * HTM_MAX_LEVEL)) || !Number.isInteger(id)) return -1;
  // An id is a one, three bits for the root and two for each level.
  const bits = id >= 4294967296 ? 64 - Math.clz32(id / 4294967296) : 32 - Math.clz32(id);
  return bits % 2 === 0 ? (bits - 4) / 2 : -1;
}

/** The digits of a valid id from the root (0 … 7) downwards. */
function pathOf(id: number, level: number): number[] {
  const path = new Array<number>(level + 1);
  let rest = id;
  for (let i = level; i > 0; i--) {
    path[i] = rest % 4;
    rest = Math.floor(rest / 4);
  }
  path[0] = rest - 8;
  return path;
}

/** The trixel of an id; throws Failure 22023 when no trixel has it. */
export function htmTrixel(id: number): Trixel {
  const level = htmLevel(id);
  if (level < 0) throw new Failure('22023', `${id} is not an HTM id`);
  const path = pathOf(id, level);
  let trixel = HTM_ROOTS[path[0]];
  for (let i = 1; i <= level; i++) trixel = htmChildren(trixel)[path[i]];
  return trixel;
}

/** The name of an id, from the root down: `N3210`; throws Failure 22023 when no trixel has it. */
export function htmName(id: number): string {
  const level = htmLevel(id);
  if (level < 0) throw new Failure('22023', `${id} is not an HTM id`);
  const path = pathOf(id, level);
  const root = path[0];
  path[0] = root % 4;
  return (root < 4 ? 'S' : 'N') + path.join('');
}

/**
 * The id of the trixel of a level to which a unit vector belongs. One on an edge belongs to the child that comes
 * first; which side it is on is decided exactly.
 */
export function htmIndex(v: Vec3, level: number): number {
  let id = rootOf(v);
  let [a, b, c] = HTM_ROOTS[id - 8];
  for (let i = 0; i < level; i++) {
    const ab = middle(a, b);
    const ca = middle(c, a);
    if (orientation(v, ab, ca) >= 0) {
      b = ab;
      c = ca;
      id = 4 * id;
      continue;
    }
    const bc = middle(b, c);
    if (orientation(v, bc, ab) >= 0) {
      a = b;
      b = bc;
      c = ab;
      id = 4 * id + 1;
    } else if (orientation(v, ca, bc) >= 0) {
      a = c;
      b = ca;
      c = bc;
      id = 4 * id + 2;
    } else {
      a = bc;
      b = ca;
      c = ab;
      id = 4 * id + 3;
    }
  }
  return id;
}

/** The root's id. A position on a plane that parts roots belongs to the side that its longitude, rounded east, says. */
function rootOf([x, y, z]: Vec3): number {
  const quarter = y > 0 ? (x > 0 ? 0 : 1) : y === 0 ? (x >= 0 ? 0 : 2) : x < 0 ? 2 : 3;
  return z < 0 ? 8 + quarter : 15 - quarter;
}
