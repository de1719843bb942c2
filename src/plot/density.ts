/** Star counts in HTM pixels as a smooth surface of a few shades. */
import { htmLevel, htmTrixel } from '../../plv8/sky/htm.ts';

export interface PixelCount {
  /** HTM id; all of one level. */
  readonly pixel: number;
  readonly count: number;
}

/** A pixel's corners, (ra, decl) in degrees, and its smoothed density in stars per square degree. */
export interface DensityPixel {
  readonly corners: readonly (readonly [number, number])[];
  readonly density: number;
}

type Vector = readonly [number, number, number];

const squareDegreesOfSphere = 41252.96;

function direction([x, y, z]: Vector): [number, number] {
  const ra = (Math.atan2(y, x) * 180) / Math.PI;
  return [ra < 0 ? ra + 360 : ra, (Math.atan2(z, Math.hypot(x, y)) * 180) / Math.PI];
}

function centre([a, b, c]: readonly [Vector, Vector, Vector]): Vector {
  const sum = [a[0] + b[0] + c[0], a[1] + b[1] + c[1], a[2] + b[2] + c[2]];
  const length = Math.hypot(...sum);
  return [sum[0] / length, sum[1] / length, sum[2] / length];
}

/** Solid angle of a spherical triangle, in square degrees (Van Oosterom and Strackee 1983). */
function area([a, b, c]: readonly [Vector, Vector, Vector]): number {
  const dot = (u: Vector, v: Vector) => u[0] * v[0] + u[1] * v[1] + u[2] * v[2];
  const triple =
    a[0] * (b[1] * c[2] - b[2] * c[1]) +
    a[1] * (b[2] * c[0] - b[0] * c[2]) +
    a[2] * (b[0] * c[1] - b[1] * c[0]);
  const steradians = 2 * Math.atan2(Math.abs(triple), 1 + dot(a, b) + dot(b, c) + dot(c, a));
  return (steradians / (4 * Math.PI)) * squareDegreesOfSphere;
}

/**
 * Every pixel of the counts' level with its density, smoothed by a Gaussian of `width` degrees (standard deviation).
 * Pixels without stars may be left out of the counts.
 */
export function smoothDensity(counts: readonly PixelCount[], width: number): DensityPixel[] {
  if (counts.length === 0) return [];
  const level = htmLevel(counts[0].pixel);
  const first = 8 * 4 ** level;
  const size = 8 * 4 ** level;
  const stars = new Float64Array(size);
  for (const { pixel, count } of counts) stars[pixel - first] = count;
  const trixels = Array.from({ length: size }, (_, index) => htmTrixel(first + index));
  const centres = trixels.map(centre);
  const areas = trixels.map(area);
  const sigma = (width * Math.PI) / 180;
  const reach = Math.cos(3 * sigma);
  return trixels.map((trixel, index) => {
    const [x, y, z] = centres[index];
    let weighed = 0;
    let weight = 0;
    for (let other = 0; other < size; other++) {
      const [u, v, w] = centres[other];
      const cosine = x * u + y * v + z * w;
      if (cosine < reach) continue;
      // The chord's square stands for the angle's: at three standard deviations they agree to a few per mille.
      const kernel = Math.exp((cosine - 1) / sigma ** 2);
      weighed += kernel * stars[other];
      weight += kernel * areas[other];
    }
    return { corners: trixel.map(direction), density: weighed / weight };
  });
}
