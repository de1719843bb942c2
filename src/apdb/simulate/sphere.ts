/** Positions on the sphere as unit vectors: three numbers a position, one after another. */
import { latitudeOf, longitudeOf, type Vec3 } from '../../../plv8/sky/vector.ts';
import type { Random } from './random.ts';

const degrees = 180 / Math.PI;

/** Whole sky, or the half north or south of the equator. */
export type Hemisphere = 'both' | 'north' | 'south';

/** Positions spread evenly over the sky or one half of it. */
export function randomSphere(random: Random, count: number, hemisphere: Hemisphere): Float64Array {
  const xyz = new Float64Array(3 * count);
  for (let i = 0; i < xyz.length; i += 3) {
    let [x, y, z, norm] = [0, 0, 0, 0];
    while (norm === 0) {
      x = random.normal();
      y = random.normal();
      z = random.normal();
      norm = Math.hypot(x, y, z);
    }
    if (hemisphere !== 'both') z = hemisphere === 'north' ? Math.abs(z) : -Math.abs(z);
    xyz[i] = x / norm;
    xyz[i + 1] = y / norm;
    xyz[i + 2] = z / norm;
  }
  return xyz;
}

/** Three unit vectors at right angles, the last of them the axis: coordinates in a frame around it. */
export interface AxisFrame {
  readonly x: Vec3;
  readonly y: Vec3;
  readonly axis: Vec3;
}

/** A right-handed frame whose last vector is `axis` (unit), anywhere on the sky (Duff et al. 2017, JCGT 6, 1). */
export function frameAt(axis: Vec3): AxisFrame {
  const [ax, ay, az] = axis;
  const sign = az < 0 ? -1 : 1;
  const k = -1 / (sign + az);
  const b = ax * ay * k;
  return {
    x: [1 + sign * ax * ax * k, sign * b, -sign * ax],
    y: [b, sign + ay * ay * k, -ay],
    axis,
  };
}

/** Positions spread evenly over a circle. `openingAngle`: full opening angle in degrees, `axis`: its centre. */
export function randomCone(random: Random, axis: Vec3, openingAngle: number, count: number): Float64Array {
  const { x, y } = frameAt(axis);
  const half = openingAngle / 2 / degrees;
  // 1 - cos, without the cancellation that a small circle would suffer.
  const height = 2 * Math.sin(half / 2) ** 2;
  const xyz = new Float64Array(3 * count);
  for (let i = 0; i < xyz.length; i += 3) {
    const down = random.uniform() * height;
    const radius = Math.sqrt(down * (2 - down));
    const angle = random.uniform() * 2 * Math.PI;
    const [u, v, w] = [radius * Math.cos(angle), radius * Math.sin(angle), 1 - down];
    for (let k = 0; k < 3; k++) xyz[i + k] = u * x[k] + v * y[k] + w * axis[k];
  }
  return xyz;
}

/** Right ascensions in [0, 360) and declinations of positions, ICRS degrees. */
export function positionsOf(xyz: Float64Array): { ra: Float64Array; decl: Float64Array } {
  const count = xyz.length / 3;
  const ra = new Float64Array(count);
  const decl = new Float64Array(count);
  for (let i = 0, at = 0; i < count; i++, at += 3) {
    const [lon, lat] = degreesAt([xyz[at], xyz[at + 1], xyz[at + 2]]);
    ra[i] = lon;
    decl[i] = lat;
  }
  return { ra, decl };
}

/** Right ascension in [0, 360) and declination of a unit vector, ICRS degrees. */
export function degreesAt(v: Vec3): [ra: number, decl: number] {
  const ra = longitudeOf(v) * degrees;
  return [ra >= 360 ? 0 : ra, latitudeOf(v) * degrees];
}
