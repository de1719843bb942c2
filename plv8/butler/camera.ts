/**
 * The geometry of cameras: where the corners of detectors fall on the sky.
 *
 * A camera points at (ra, decl) with its focal plane turned by sky_angle. Corners (x, y) of its detectors are
 * coordinates on the plane tangent to the sky there. At sky_angle 0, y points north and x to the side that the
 * camera states, east or west; the plane turns with growing sky_angle so that x goes north:
 *
 *     xi  = ±(x cos a - y sin a)     (to the east: + where x points east, - where it points west)
 *     eta =   x sin a + y cos a      (to the north)
 *
 * Corners on the focal plane, in mm, become such angles by theta(r), the field angle at a distance from the axis.
 *
 * Verified against positions in real data, all of which have x to the west: the field angles of DECam at its constant
 * sky_angle of 90 (north along field x, east along field y; corners of S29 within 20 arcsec of an image's own
 * coordinates, its middle within 5), and padded regions in registries of HSC at 270 and LSSTCam at 315 and 340
 * (vertices within 0.5 arcsec, with the distortion of their optics).
 */

import { cos, sin } from '../sky/libm.ts';
import { add, DEGREES_PER_RADIAN, normalized, RADIANS_PER_DEGREE, scale, type Vec3 } from '../sky/vector.ts';

/** A place in the focal plane: mm, or degrees on the tangent plane. */
export type Point = readonly [x: number, y: number];

export interface Detector {
  readonly id: number;
  readonly full_name: string | null;
  readonly name_in_raft: string | null;
  readonly raft: string | null;
  readonly purpose: string | null;
  /** Four corners in order around the detector; the first edge runs along the rows. */
  readonly corners: readonly Point[];
  /** Pixels along and across the rows; null where they are not known. */
  readonly pixels: readonly [width: number, height: number] | null;
}

export type Units = 'deg' | 'mm';

export interface Plate {
  readonly units: Units;
  /** theta(r) = radial[0] + radial[1] r + radial[2] r² + …, r in mm, theta in radians; for corners in mm. */
  readonly radial: readonly number[] | null;
  /** The side to which x points at sky_angle 0, where y points north. */
  readonly xAxis: 'east' | 'west';
  /** Added to every sky_angle [deg]. */
  readonly skyAngleOffset: number;
}

export interface Camera extends Plate {
  readonly instrument: string | null;
  /** Pixels by which regions go beyond a detector, where its pixels are known. */
  readonly paddingPixels: number;
  readonly detectors: readonly Detector[];
}

/** By how much regions go beyond a detector: by pixels where they are known, or by degrees. */
export interface Padding {
  readonly pixels: number;
  readonly deg: number;
}

/** Where the axis points and how the focal plane is turned [deg]. */
export interface Pointing {
  readonly ra: number;
  readonly decl: number;
  readonly skyAngle: number;
}

/** Each corner moved outwards along both of its edges, by what `step` gives for an edge of a length. */
function grown(corners: readonly Point[], step: (edge: number, length: number) => number): Point[] {
  return corners.map((corner, i) => {
    let [x, y] = corner;
    for (const [edge, other] of [
      [i, corners[(i + 1) % 4]],
      [(i + 3) % 4, corners[(i + 3) % 4]],
    ] as const) {
      const dx = other[0] - corner[0];
      const dy = other[1] - corner[1];
      const length = Math.hypot(dx, dy);
      const by = step(edge, length);
      x -= by * (dx / length);
      y -= by * (dy / length);
    }
    return [x, y];
  });
}

/** The field angle [deg] of a place on the focal plane [mm]. */
export function fieldAngle([x, y]: Point, radial: readonly number[]): Point {
  const r = Math.hypot(x, y);
  // Where r is 0 the ratio is the slope there.
  let ratio = 0;
  for (let k = radial.length - 1; k > 0; k--) ratio = ratio * r + radial[k];
  if (r > 0) ratio += radial[0] / r;
  return [x * ratio * DEGREES_PER_RADIAN, y * ratio * DEGREES_PER_RADIAN];
}

/** The corners of a detector with padding, as x and y on the tangent plane in turn [rad]. */
export function planeCorners(plate: Plate, detector: Detector, padding: Padding): number[] {
  let corners = detector.corners;
  const { pixels } = detector;
  if (pixels && padding.pixels !== 0)
    corners = grown(corners, (edge, length) => (padding.pixels * length) / pixels[edge % 2]);
  const { radial } = plate;
  if (radial) corners = corners.map((corner) => fieldAngle(corner, radial));
  if (padding.deg !== 0) corners = grown(corners, () => padding.deg);
  return corners.flatMap(([x, y]) => [x * RADIANS_PER_DEGREE, y * RADIANS_PER_DEGREE]);
}

/** Directions of places on the tangent plane, x and y in turn [rad]. */
export function directions(plate: Plate, places: readonly number[], pointing: Pointing): Vec3[] {
  const ra = pointing.ra * RADIANS_PER_DEGREE;
  const decl = pointing.decl * RADIANS_PER_DEGREE;
  const angle = (pointing.skyAngle + plate.skyAngleOffset) * RADIANS_PER_DEGREE;
  const [cosA, sinA] = [cos(angle), sin(angle)];
  const [cosRa, sinRa, cosDecl, sinDecl] = [cos(ra), sin(ra), cos(decl), sin(decl)];
  const center: Vec3 = [cosDecl * cosRa, cosDecl * sinRa, sinDecl];
  const east: Vec3 = [-sinRa, cosRa, 0];
  const north: Vec3 = [-sinDecl * cosRa, -sinDecl * sinRa, cosDecl];
  const side = plate.xAxis === 'east' ? 1 : -1;
  const all: Vec3[] = [];
  for (let i = 0; i < places.length; i += 2) {
    const x = places[i];
    const y = places[i + 1];
    const xi = side * (x * cosA - y * sinA);
    const eta = x * sinA + y * cosA;
    const v = add(add(center, scale(east, xi)), scale(north, eta));
    // Normalized twice, as other software does it: regions are compared to the last bit.
    const length = Math.sqrt(v[0] * v[0] + v[1] * v[1] + v[2] * v[2]);
    all.push(normalized([v[0] / length, v[1] / length, v[2] / length]));
  }
  return all;
}
