/** Spatial relations between any two regions: conclusive bits, never a guess. */
import { boxIsEmpty, relateBoxes } from './box.ts';
import { relateBoxToCircle } from './boxcircle.ts';
import { circleIsEmpty, relateCircles } from './circle.ts';
import { ellipseBoundingCircle, ellipseIsEmpty } from './ellipse.ts';
import { polygonBoundingBox, relatePolygons, relatePolygonToCircle } from './polygon.ts';
import {
  type Box,
  type Circle,
  CONTAINS,
  type CompoundRegion,
  DISJOINT,
  inverted,
  isCompound,
  type Region,
  type Relation,
  type SimpleRegion,
  WITHIN,
} from './region.ts';
import type { Vec3 } from './vector.ts';

/**
 * The relation of the convex polygon P with these vertices (counter-clockwise seen from outside) to a region R:
 * DISJOINT when P and R have no point in common, CONTAINS when P contains all of R, WITHIN when P lies within R.
 * A bit that is set holds; one that is not set says nothing (against a box and an ellipse P or R is replaced by
 * its bounding box or circle). An empty R gives DISJOINT | CONTAINS, a union without
 * operands DISJOINT alone.
 */
export function relateVertices(vertices: readonly Vec3[], region: Region): Relation {
  switch (region.kind) {
    case 'ConvexPolygon':
      return relatePolygons(vertices, region.vertices);
    case 'Circle':
      return relatePolygonToCircle(vertices, region);
    case 'Box':
      return relateBoxes(polygonBoundingBox(vertices), region) & (DISJOINT | WITHIN);
    case 'Ellipse':
      return relatePolygonToCircle(vertices, ellipseBoundingCircle(region)) & (DISJOINT | CONTAINS);
    case 'UnionRegion': {
      let so = DISJOINT | (region.operands.length > 0 ? CONTAINS : 0);
      for (const operand of region.operands) so = joined(so, relateVertices(vertices, operand), WITHIN);
      return so;
    }
    case 'IntersectionRegion': {
      let so = WITHIN;
      for (const operand of region.operands)
        so = joined(so, relateVertices(vertices, operand), DISJOINT | CONTAINS);
      return so;
    }
  }
}

/** Bits in `any` hold as soon as they hold for one operand, the others only while they hold for all. */
function joined(sofar: Relation, next: Relation, any: Relation): Relation {
  return (sofar & next) | ((sofar | next) & any);
}

/** What a compound of one operand stands for: stepping through shells here keeps deep nesting off the stack. */
function withoutShells(region: Region): Region {
  let inner = region;
  while (isCompound(inner) && inner.operands.length === 1) inner = inner.operands[0];
  return inner;
}

/** The relation of region A to region B: bits DISJOINT, CONTAINS (A contains B), WITHIN (A lies within B). */
export function relate(of: Region, to: Region): Relation {
  const a = withoutShells(of);
  const b = withoutShells(to);
  if (a.kind === 'UnionRegion') {
    let so = DISJOINT | (a.operands.length > 0 ? WITHIN : 0);
    for (const operand of a.operands) so = joined(so, relate(operand, b), CONTAINS);
    return so;
  }
  if (a.kind === 'IntersectionRegion') {
    let so = CONTAINS;
    for (const operand of a.operands) so = joined(so, relate(operand, b), DISJOINT | WITHIN);
    return so;
  }
  if (b.kind === 'UnionRegion') {
    let so = DISJOINT | (b.operands.length > 0 ? CONTAINS : 0);
    for (const operand of b.operands) so = joined(so, relate(a, operand), WITHIN);
    return so;
  }
  if (b.kind === 'IntersectionRegion') {
    let so = WITHIN;
    for (const operand of b.operands) so = joined(so, relate(a, operand), DISJOINT | CONTAINS);
    return so;
  }
  return relateSimple(a, b);
}

function relateSimple(a: SimpleRegion, b: SimpleRegion): Relation {
  switch (a.kind) {
    case 'ConvexPolygon':
      return relateVertices(a.vertices, b);
    case 'Circle':
      return b.kind === 'Circle' ? relateCircles(a, b) : inverted(relateToCircle(b, a));
    case 'Box':
      if (b.kind === 'Box') return relateBoxes(a, b);
      return b.kind === 'Circle' ? relateBoxToCircle(a, b) : inverted(relateToBox(b, a));
    case 'Ellipse':
      if (b.kind === 'Ellipse') {
        return relateCircles(ellipseBoundingCircle(a), ellipseBoundingCircle(b)) & DISJOINT;
      }
      if (b.kind === 'ConvexPolygon') return inverted(relateVertices(b.vertices, a));
      return b.kind === 'Circle' ? relateToCircle(a, b) : relateToBox(a, b);
  }
}

function relateToCircle(a: Exclude<SimpleRegion, Circle>, b: Circle): Relation {
  switch (a.kind) {
    case 'ConvexPolygon':
      return relatePolygonToCircle(a.vertices, b);
    case 'Box':
      return relateBoxToCircle(a, b);
    case 'Ellipse':
      return relateCircles(ellipseBoundingCircle(a), b) & (DISJOINT | WITHIN);
  }
}

function relateToBox(a: Exclude<SimpleRegion, Circle | Box>, b: Box): Relation {
  if (a.kind === 'ConvexPolygon') return relateVertices(a.vertices, b);
  return inverted(relateBoxToCircle(b, ellipseBoundingCircle(a))) & (DISJOINT | WITHIN);
}

/** Whether two regions have a point in common: true and false are conclusive, null is not known. */
export function overlaps(a: Region, b: Region): boolean | null {
  if (isCompound(a)) return overlapsCompound(a, b);
  if (isCompound(b)) return overlapsCompound(b, a);
  const relation = relateSimple(a, b);
  if (relation & DISJOINT) return false;
  if (relation & (CONTAINS | WITHIN) || (isExact(a, b) && isExact(b, a))) return true;
  return null;
}

/** Whether the relation of the two kinds is found from their own shapes, so that not disjoint means overlapping. */
function isExact(a: SimpleRegion, b: SimpleRegion): boolean {
  return a.kind !== 'Ellipse' && !(a.kind === 'Box' && b.kind === 'ConvexPolygon');
}

function overlapsCompound(a: CompoundRegion, b: Region): boolean | null {
  const union = a.kind === 'UnionRegion';
  if (!union && a.operands.length === 0) return !maybeEmpty(b);
  let answer: boolean | null = union ? false : null;
  for (const operand of a.operands) {
    const one = overlaps(operand, b);
    // One operand that is met makes a union met; one that is missed makes an intersection missed.
    if (one === union) return union;
    if (one === null) answer = null;
  }
  return answer;
}

/**
 * Whether a region is counted as empty against an intersection without operands. So is every polygon: vertices
 * are not checked, and the software that writes registries answers so.
 */
function maybeEmpty(region: Region): boolean {
  switch (region.kind) {
    case 'ConvexPolygon':
      return true;
    case 'Circle':
      return circleIsEmpty(region);
    case 'Box':
      return boxIsEmpty(region);
    case 'Ellipse':
      return ellipseIsEmpty(region);
    case 'UnionRegion':
      return region.operands.every(maybeEmpty);
    case 'IntersectionRegion': {
      const { operands } = region;
      return operands.some(
        (x, i) => maybeEmpty(x) || operands.some((y, j) => j < i && overlaps(x, y) === false),
      );
    }
  }
}
