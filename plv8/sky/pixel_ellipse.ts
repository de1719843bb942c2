/** Which pixels certainly lie within an ellipse, and which are certainly apart from it. */
import { ellipseIsEmpty, ellipseIsFull } from './ellipse.ts';
import { DISJOINT, type Ellipse, type Relation, WITHIN } from './region.ts';
import { dot, robustCross, type Vec3 } from './vector.ts';

/** The ellipse is taken smaller by this before a pixel is said to lie in it [rad]; far more than rounding. */
const MARGIN = 1e-14;

/**
 * The relation of a pixel with these corners to an ellipse: WITHIN, DISJOINT, or 0 when neither is certain.
 *
 * An ellipse smaller than a hemisphere is where a convex cone, (x·tanA)² + (y·tanB)² ≤ z² and z ≥ 0 along its axes,
 * meets the sphere: a polygon with all corners in it lies in it. A larger one is what such a cone on the other side
 * leaves over. A plane with normal n through the centre of the sphere has all of the cone on its far side when
 * (n.x/tanA)² + (n.y/tanB)² < n.z² and n.z < 0, for these n are the polar cone.
 */
export function relateToEllipse(corners: readonly Vec3[], ellipse: Ellipse): Relation {
  if (ellipseIsEmpty(ellipse)) return DISJOINT;
  if (ellipseIsFull(ellipse)) return WITHIN;
  const large = ellipse.a > 0;
  if (allInCone(corners, ellipse, large)) return large ? DISJOINT : WITHIN;
  if (anyEdgeParts(corners, ellipse, large)) return large ? WITHIN : DISJOINT;
  return 0;
}

/** Whether all corners lie in the cone with room, on the side of the centre or, when `opposite`, across from it. */
function allInCone(corners: readonly Vec3[], { rows, tanA, tanB }: Ellipse, opposite: boolean): boolean {
  const narrowA = tanA + MARGIN * (1 + tanA * tanA);
  const narrowB = tanB + MARGIN * (1 + tanB * tanB);
  return corners.every((corner) => {
    const z = opposite ? -dot(rows[2], corner) : dot(rows[2], corner);
    const p = narrowA * dot(rows[0], corner);
    const q = narrowB * dot(rows[1], corner);
    return z > 0 && p * p + q * q < z * z;
  });
}

/** Whether some edge's great circle has the pixel on one side and the whole cone on the other. */
function anyEdgeParts(corners: readonly Vec3[], { rows, tanA, tanB }: Ellipse, opposite: boolean): boolean {
  let previous = corners[corners.length - 1];
  for (const corner of corners) {
    const n = robustCross(previous, corner);
    const z = opposite ? -dot(rows[2], n) : dot(rows[2], n);
    const p = dot(rows[0], n) / tanA;
    const q = dot(rows[1], n) / tanB;
    if (z < 0 && p * p + q * q < z * z * (1 - 1e-12)) return true;
    previous = corner;
  }
  return false;
}
