/**
 * The pixels that a region touches, and those that lie inside it: envelope and interior, as sphgeom computes them.
 */
import { Failure } from '../failure.ts';
import { ellipseBoundingCircle } from './ellipse.ts';
import { HTM_MAX_LEVEL, HTM_ROOTS, htmChildren, type Trixel } from './htm.ts';
import { MQ3C, MQ3C_MAX_LEVEL } from './mq3c.ts';
import { type CubeNode, type CubeScheme, cubeChildren, cubeRoots } from './pixel_cube.ts';
import { relateToEllipse } from './pixel_ellipse.ts';
import { relatePolygonToCircle } from './polygon.ts';
import { Q3C, Q3C_MAX_LEVEL } from './q3c.ts';
import { RangeSet } from './rangeset.ts';
import { DISJOINT, type Region, type Relation, WITHIN } from './region.ts';
import { relateVertices } from './relate.ts';
import type { Vec3 } from './vector.ts';

/** A hierarchy of pixels; `Node` is a pixel in it. */
interface Hierarchy<Node> {
  readonly maxLevel: number;
  /** The id of the first root; the others follow. */
  readonly firstRoot: number;
  roots(): readonly Node[];
  /** In the order of their ids. */
  children(node: Node): readonly Node[];
  corners(node: Node): readonly Vec3[];
}

const htm: Hierarchy<Trixel> = {
  maxLevel: HTM_MAX_LEVEL,
  firstRoot: 8,
  roots: () => HTM_ROOTS,
  children: htmChildren,
  corners: (trixel) => trixel,
};

function cube(scheme: CubeScheme, maxLevel: number): Hierarchy<CubeNode> {
  return {
    maxLevel,
    firstRoot: scheme.firstFace,
    roots: () => cubeRoots(scheme),
    children: (node) => cubeChildren(scheme, node),
    corners: (node) => node.corners,
  };
}

const q3c = cube(Q3C, Q3C_MAX_LEVEL);
const mq3c = cube(MQ3C, MQ3C_MAX_LEVEL);

/** More ranges than this are refused: they would fill memory, here and in the server. */
export const MAX_RANGES = 1_000_000;

/** More pixels than this are not examined: a region that is nowhere certainly apart from pixels would never end. */
const MAX_VISITS = 10_000_000;

function tooMany(what: string, level: number): Failure {
  return new Failure('54000', `more than ${what} at level ${level}`, {
    hint: 'Choose a lower level, or set max_ranges to have the ranges made coarser.',
  });
}

class Search<Node> {
  readonly #hierarchy: Hierarchy<Node>;
  readonly #relate: (corners: readonly Vec3[]) => Relation;
  readonly #level: number;
  readonly #maxRanges: number;
  readonly #interior: boolean;
  readonly #ranges = new RangeSet();
  /** The deepest level at which pixels are still told apart; goes down, below 0 even, to keep to #maxRanges. */
  #depth: number;
  #visits = 0;

  constructor(
    hierarchy: Hierarchy<Node>,
    relate: (corners: readonly Vec3[]) => Relation,
    level: number,
    maxRanges: number,
    interior: boolean,
  ) {
    this.#hierarchy = hierarchy;
    this.#relate = relate;
    this.#level = level;
    this.#depth = level;
    this.#maxRanges = maxRanges === 0 ? Infinity : maxRanges;
    this.#interior = interior;
  }

  run(): RangeSet {
    let id = this.#hierarchy.firstRoot;
    for (const root of this.#hierarchy.roots()) {
      if (this.#depth >= 0) this.#visit(root, 0, id, 0);
      else if (!this.#interior) this.#addRoot(root, id);
      id++;
    }
    return this.#ranges;
  }

  /**
   * Adds a root when no pixels are told apart any more, with 1 to 3 ranges allowed. (sphgeom leaves it out, and its
   * envelope is then not complete.)
   */
  #addRoot(root: Node, id: number): void {
    if ((this.#relate(this.#hierarchy.corners(root)) & DISJOINT) === 0) this.#add(0, id, 0);
  }

  /** Looks at a pixel; its id, at its own level, has the words high and low. */
  #visit(node: Node, high: number, low: number, level: number): void {
    // The level may have been lowered since the parent was split.
    if (level > this.#depth) return;
    if (++this.#visits > MAX_VISITS) {
      throw tooMany(`${MAX_VISITS} pixels to examine`, this.#level);
    }
    const relation = this.#relate(this.#hierarchy.corners(node));
    if ((relation & DISJOINT) !== 0) return;
    if ((relation & WITHIN) !== 0) {
      this.#add(high, low, level);
    } else if (level === this.#depth) {
      if (!this.#interior) this.#add(high, low, level);
    } else {
      const childHigh = ((high << 2) | (low >>> 30)) >>> 0;
      const childLow = (low << 2) >>> 0;
      const children = this.#hierarchy.children(node);
      for (let i = 0; i < 4; i++) this.#visit(children[i], childHigh, childLow + i, level + 1);
    }
  }

  /**
   * Adds the ids of a pixel's descendants at the level asked for. While there are then too many ranges, they are
   * rounded to coarser pixels, of the level above this pixel's at first, and the depth goes up a level.
   */
  #add(high: number, low: number, level: number): void {
    let bits = 2 * (this.#level - level);
    const carry = low === 0xffffffff ? 1 : 0;
    this.#ranges.append(
      shiftedHigh(high, low, bits),
      shiftedLow(low, bits),
      shiftedHigh(high + carry, low + 1, bits),
      shiftedLow(low + 1, bits),
    );
    while (this.#ranges.size > this.#maxRanges) {
      this.#depth--;
      bits += 2;
      if (this.#interior) this.#ranges.shrink(bits);
      else this.#ranges.grow(bits);
    }
    if (this.#ranges.size > MAX_RANGES) {
      throw tooMany(`${MAX_RANGES} ranges of pixels`, this.#level);
    }
  }
}

/** The high word of an id shifted left by an even number of bits. */
function shiftedHigh(high: number, low: number, shift: number): number {
  if (shift === 0) return high >>> 0;
  if (shift >= 32) return (low << (shift - 32)) >>> 0;
  return ((high << shift) | (low >>> (32 - shift))) >>> 0;
}

function shiftedLow(low: number, shift: number): number {
  return shift >= 32 ? 0 : (low << shift) >>> 0;
}

export type Scheme = 'htm' | 'mq3c' | 'q3c';

/** Throws Failure 22023 unless the scheme has a level with ids that fit an int8. */
export function checkLevel(scheme: Scheme, level: number): void {
  const deepest = { htm: HTM_MAX_LEVEL, mq3c: MQ3C_MAX_LEVEL, q3c: Q3C_MAX_LEVEL }[scheme];
  if (level >= 0 && level <= deepest) return;
  throw new Failure(
    '22023',
    scheme === 'mq3c' && level === deepest + 1
      ? `level ${level} of mq3c: its ids do not fit an int8; the deepest level is ${deepest}`
      : `level ${level} of ${scheme}: levels are 0 to ${deepest}`,
  );
}

function search(scheme: Scheme, region: Region, level: number, maxRanges: number, inside: boolean): RangeSet {
  checkLevel(scheme, level);
  if (!(maxRanges >= 0))
    throw new Failure('22023', `max_ranges is ${maxRanges}: it is 0 for no limit, or positive`);
  const run = (part: Region): RangeSet => {
    // The limit holds for each part of a compound region, as it does in sphgeom.
    if (part.kind === 'UnionRegion') return unionOf(part.operands.map(run));
    if (part.kind === 'IntersectionRegion') {
      return part.operands.reduce(
        (common, operand) => common.intersection(run(operand)),
        universe(scheme, level),
      );
    }
    const relate = relationTo(part, inside);
    return scheme === 'htm'
      ? new Search(htm, relate, level, maxRanges, inside).run()
      : new Search(scheme === 'mq3c' ? mq3c : q3c, relate, level, maxRanges, inside).run();
  };
  const ranges = run(region);
  // Grown to a whole octet of faces, the deepest ids of q3c would end at 2^63, which no int8 holds.
  if (scheme === 'q3c' && level === Q3C_MAX_LEVEL) ranges.cutAt(6 * 2 ** 28, 0);
  return ranges;
}

/** The union of sets, of neighbours first: the work is that of a merge sort. */
function unionOf(sets: RangeSet[]): RangeSet {
  if (sets.length === 0) return new RangeSet();
  let left = sets;
  while (left.length > 1) {
    const joined: RangeSet[] = [];
    for (let i = 0; i < left.length; i += 2) {
      joined.push(i + 1 < left.length ? left[i].union(left[i + 1]) : left[i]);
    }
    left = joined;
  }
  return left[0];
}

/** How pixels relate to a region, for an envelope or an interior. */
function relationTo(region: Region, inside: boolean): (corners: readonly Vec3[]) => Relation {
  if (region.kind !== 'Ellipse') return (corners) => relateVertices(corners, region);
  if (inside) return (corners) => relateToEllipse(corners, region);
  // The envelope of an ellipse is that of the circle around it, as in sphgeom.
  const circle = ellipseBoundingCircle(region);
  return (corners) => relatePolygonToCircle(corners, circle);
}

/** The ids of all pixels of a level. */
export function universe(scheme: Scheme, level: number): RangeSet {
  checkLevel(scheme, level);
  const [first, end] = { htm: [8, 16], mq3c: [10, 16], q3c: [0, 6] }[scheme];
  const all = new RangeSet();
  const shift = 2 * level;
  all.append(
    shiftedHigh(0, first, shift),
    shiftedLow(first, shift),
    shiftedHigh(0, end, shift),
    shiftedLow(end, shift),
  );
  return all;
}

/**
 * The ids of all pixels of a level that a region touches, and of some that it only nearly touches: whether a pixel
 * is apart is decided on the safe side.
 *
 * With `maxRanges` other than 0 at most so many ranges: whenever there is one more, the level at which pixels are
 * told apart goes down by one, and every range grows to whole pixels of that level, so that the answer only gets
 * wider; a union or an intersection is that of its operands' envelopes, each within the limit.
 * Throws Failure 22023 for a level that the scheme does not have, 54000 past MAX_RANGES.
 */
export function envelope(scheme: Scheme, region: Region, level: number, maxRanges: number): RangeSet {
  return search(scheme, region, level, maxRanges, false);
}

/**
 * The ids of pixels of a level that certainly lie within a region. With `maxRanges` other than 0, ranges shrink
 * where those of an envelope grow. Throws as `envelope` does.
 */
export function interior(scheme: Scheme, region: Region, level: number, maxRanges: number): RangeSet {
  return search(scheme, region, level, maxRanges, true);
}
