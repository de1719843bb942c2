/** What tests of cameras and visits share: a toy camera, and comparing directions. */
import type { Camera, Point } from '../../plv8/butler/camera.ts';
import { parseCamera } from '../../plv8/butler/camera_forms.ts';
import type { Vec3 } from '../../plv8/sky/vector.ts';

/** Detectors of the toy camera: x0, y0, x1, y1 on the tangent plane [deg]. */
export const toyDetectors: Readonly<Record<string, readonly [number, number, number, number]>> = {
  1: [-0.95, -0.3, -0.65, -0.15],
  2: [-0.95, -0.12, -0.65, 0.03],
  3: [-0.95, 0.06, -0.65, 0.21],
  31: [-0.15, -0.12, 0.15, 0.03],
  57: [0.35, 0.3, 0.65, 0.45],
  60: [0.65, -0.3, 0.95, -0.15],
};

export const rectangle = ([x0, y0, x1, y1]: readonly [number, number, number, number]): Point[] => [
  [x0, y0],
  [x1, y0],
  [x1, y1],
  [x0, y1],
];

export const toyGeometry = {
  detectors: Object.entries(toyDetectors).map(([id, box]) => ({
    id: Number(id),
    corners_deg: rectangle(box),
  })),
};

export const toyCamera: Camera = parseCamera(toyGeometry);

/** The angle between two directions [arcsec]. */
export function apart(a: Vec3, b: Vec3): number {
  return (
    (2 * Math.asin(Math.min(1, Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]) / 2)) * 180 * 3600) / Math.PI
  );
}

/** The largest distance of one's vertices from the other's nearest [arcsec]. */
export function vertexDistance(one: readonly Vec3[], other: readonly Vec3[]): number {
  return Math.max(...one.map((vertex) => Math.min(...other.map((near) => apart(vertex, near)))));
}
