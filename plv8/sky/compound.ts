/** What can be asked of any region alone: membership and bounds. Compounds ask their operands. */
import {
  type Bounds,
  boxBoundingCircle,
  boxBounds,
  circleBoundingBox,
  circleBounds,
  EMPTY_BOUNDS,
  SPHERE_BOUNDS,
} from './bounds.ts';
import { boxClippedTo, boxContains, boxExpandedTo, EMPTY_BOX, FULL_BOX } from './box.ts';
import { circleClippedTo, circleContains, circleExpandedTo, EMPTY_CIRCLE, FULL_CIRCLE } from './circle.ts';
import { ellipseBoundingCircle, ellipseContains } from './ellipse.ts';
import { polygonBoundingBox, polygonBoundingCircle, polygonBounds, polygonContains } from './polygon.ts';
import type { Box, Circle, Region } from './region.ts';
import type { Vec3 } from './vector.ts';

/** Whether the region contains a direction. */
export function regionContains(region: Region, v: Vec3): boolean {
  switch (region.kind) {
    case 'ConvexPolygon':
      return polygonContains(region.vertices, v);
    case 'Circle':
      return circleContains(region, v);
    case 'Box':
      return boxContains(region, v);
    case 'Ellipse':
      return ellipseContains(region, v);
    case 'UnionRegion':
      for (const operand of region.operands) if (regionContains(operand, v)) return true;
      return false;
    case 'IntersectionRegion':
      for (const operand of region.operands) if (!regionContains(operand, v)) return false;
      return true;
  }
}

/** A circle that contains the region; throws DirectionError for a polygon without area. */
export function regionBoundingCircle(region: Region): Circle {
  switch (region.kind) {
    case 'ConvexPolygon':
      return polygonBoundingCircle(region.vertices);
    case 'Circle':
      return region;
    case 'Box':
      return boxBoundingCircle(region);
    case 'Ellipse':
      return ellipseBoundingCircle(region);
    case 'UnionRegion': {
      let bound = EMPTY_CIRCLE;
      for (const operand of region.operands) bound = circleExpandedTo(bound, regionBoundingCircle(operand));
      return bound;
    }
    case 'IntersectionRegion': {
      let bound: Circle | null = null;
      for (const operand of region.operands) {
        const next = regionBoundingCircle(operand);
        bound = bound === null ? next : circleClippedTo(bound, next);
      }
      return bound ?? FULL_CIRCLE;
    }
  }
}

/** A box in longitude and latitude that contains the region. */
export function regionBoundingBox(region: Region): Box {
  switch (region.kind) {
    case 'ConvexPolygon':
      return polygonBoundingBox(region.vertices);
    case 'Circle':
      return circleBoundingBox(region);
    case 'Box':
      return region;
    case 'Ellipse':
      return circleBoundingBox(ellipseBoundingCircle(region));
    case 'UnionRegion': {
      let bound = EMPTY_BOX;
      for (const operand of region.operands) bound = boxExpandedTo(bound, regionBoundingBox(operand));
      return bound;
    }
    case 'IntersectionRegion': {
      let bound = FULL_BOX;
      for (const operand of region.operands) bound = boxClippedTo(bound, regionBoundingBox(operand));
      return bound;
    }
  }
}

/** Bounds in space that contain the region. */
export function regionBounds(region: Region): Bounds {
  switch (region.kind) {
    case 'ConvexPolygon':
      return polygonBounds(region.vertices);
    case 'Circle':
      return circleBounds(region);
    case 'Box':
      return boxBounds(region);
    case 'Ellipse':
      return circleBounds(ellipseBoundingCircle(region));
    case 'UnionRegion': {
      let bound = EMPTY_BOUNDS;
      for (const operand of region.operands) bound = combined(bound, regionBounds(operand), true);
      return bound;
    }
    case 'IntersectionRegion': {
      let bound = SPHERE_BOUNDS;
      for (const operand of region.operands) bound = combined(bound, regionBounds(operand), false);
      return bound;
    }
  }
}

/** The bounds around both, or those of what both have in common. */
function combined(a: Bounds, b: Bounds, around: boolean): Bounds {
  if (boundsAreEmpty(b)) return around ? a : EMPTY_BOUNDS;
  if (boundsAreEmpty(a)) return around ? b : EMPTY_BOUNDS;
  const [lower, upper] = around ? [Math.min, Math.max] : [Math.max, Math.min];
  const both: Bounds = [
    lower(a[0], b[0]),
    upper(a[1], b[1]),
    lower(a[2], b[2]),
    upper(a[3], b[3]),
    lower(a[4], b[4]),
    upper(a[5], b[5]),
  ];
  return boundsAreEmpty(both) ? EMPTY_BOUNDS : both;
}

function boundsAreEmpty(b: Bounds): boolean {
  return !(b[0] <= b[1] && b[2] <= b[3] && b[4] <= b[5]);
}
