/**
 * The kinds of region that a registry stores, as plain values.
 *
 * Every region is closed (it contains its boundary). Angles are radians, positions unit vectors.
 */
import type { Vec3 } from './vector.ts';

/**
 * A polygon with great-circle edges; vertices counter-clockwise as seen from outside the sphere. It lies within
 * an open hemisphere and contains the shorter arc between any two of its points. A decoded polygon is not checked
 * for any of this.
 */
export interface ConvexPolygon {
  readonly kind: 'ConvexPolygon';
  readonly vertices: readonly Vec3[];
}

/** Empty when the squared chord is negative or NaN, full when it is at least 4. */
export interface Circle {
  readonly kind: 'Circle';
  readonly center: Vec3;
  /** Squared length of the chord from the centre to the boundary: 4 sin²(openingAngle / 2). */
  readonly squaredChord: number;
  readonly openingAngle: number;
}

/** Longitudes from `lonA` eastward to `lonB` (over 0 when lonA > lonB); empty when the longitudes are NaN. */
export interface Box {
  readonly kind: 'Box';
  readonly lonA: number;
  readonly lonB: number;
  readonly latA: number;
  readonly latB: number;
}

/**
 * The directions whose angles from two foci add up to at most 2α; α < π/2 is the semi-major axis, β the
 * semi-minor one. Stored as the rotation to axes (major, minor, centre), α - π/2 and β - π/2, half the angle
 * between the foci, and |cot α| and |cot β|.
 */
export interface Ellipse {
  readonly kind: 'Ellipse';
  readonly rows: readonly [major: Vec3, minor: Vec3, center: Vec3];
  readonly a: number;
  readonly b: number;
  readonly gamma: number;
  readonly tanA: number;
  readonly tanB: number;
}

/** The points in any of the operands; empty without operands. */
export interface UnionRegion {
  readonly kind: 'UnionRegion';
  readonly operands: readonly Region[];
}

/** The points in all of the operands; the whole sphere without operands. */
export interface IntersectionRegion {
  readonly kind: 'IntersectionRegion';
  readonly operands: readonly Region[];
}

export type CompoundRegion = UnionRegion | IntersectionRegion;
export type SimpleRegion = ConvexPolygon | Circle | Box | Ellipse;
export type Region = SimpleRegion | CompoundRegion;

export function isCompound(region: Region): region is CompoundRegion {
  return region.kind === 'UnionRegion' || region.kind === 'IntersectionRegion';
}

/** A union or intersection; operands of its own kind are replaced by theirs. */
export function compound(kind: CompoundRegion['kind'], operands: readonly Region[]): CompoundRegion {
  return { kind, operands: operands.flatMap((r) => (r.kind === kind ? r.operands : [r])) };
}

/** What is conclusively known of two regions A and B; a bit that is not set says nothing. */
export type Relation = number;
/** A and B have no point in common. */
export const DISJOINT = 1;
/** A contains every point of B. */
export const CONTAINS = 2;
/** A lies within B. */
export const WITHIN = 4;

/** The relation of B to A, from that of A to B. */
export function inverted(relation: Relation): Relation {
  return (relation & DISJOINT) | ((relation & CONTAINS) << 1) | ((relation & WITHIN) >> 1);
}
