/** The variable sources of the sky: which of them a field of view has. */
import type { Vec3 } from '../../../plv8/sky/vector.ts';
import { Random } from './random.ts';
import { type Hemisphere, randomSphere } from './sphere.ts';

/** The field of view for which a number of sources per visit is given [deg, full opening angle]. */
const densityFov = 3.5;

/** Bands of equal area, south to north, among which sources are looked up. */
const bands = 4096;

/**
 * Sources of the whole sky, or of one half of it.
 * @param perVisit mean number of sources in a field of view of 3.5 degrees
 */
export function makeVariables(options: {
  readonly perVisit: number;
  readonly hemisphere?: Hemisphere;
  readonly seed?: number;
}): Float64Array {
  const { perVisit, hemisphere = 'both', seed = 1 } = options;
  const area = hemisphere === 'both' ? 4 * Math.PI : 2 * Math.PI;
  const visitArea = Math.PI * ((densityFov / 2) * (Math.PI / 180)) ** 2;
  return randomSphere(new Random(seed, 1), Math.floor((perVisit * area) / visitArea), hemisphere);
}

const bandOf = (z: number) => Math.min(bands - 1, Math.max(0, Math.floor(((z + 1) / 2) * bands)));

export class Variables {
  /** Unit vectors; a source's number is its place here. */
  readonly xyz: Float64Array;
  readonly count: number;
  /** Where each band begins among the sources in order of bands. */
  readonly #starts = new Uint32Array(bands + 1);
  readonly #order: Uint32Array;

  constructor(xyz: Float64Array) {
    this.xyz = xyz;
    this.count = xyz.length / 3;
    const starts = this.#starts;
    for (let i = 2; i < xyz.length; i += 3) starts[bandOf(xyz[i]) + 1]++;
    for (let band = 0; band < bands; band++) starts[band + 1] += starts[band];
    const next = starts.slice();
    this.#order = new Uint32Array(this.count);
    for (let i = 0; i < this.count; i++) this.#order[next[bandOf(xyz[3 * i + 2])]++] = i;
  }

  /** Numbers, ascending, of the sources inside a circle. axis: its centre, openingAngle: full, in degrees. */
  inside(axis: Vec3, openingAngle: number): Uint32Array {
    const half = (openingAngle / 2) * (Math.PI / 180);
    const cosine = Math.cos(half);
    const height = Math.asin(Math.min(1, Math.max(-1, axis[2])));
    const south = height - half <= -Math.PI / 2 ? -1 : Math.sin(height - half);
    const north = height + half >= Math.PI / 2 ? 1 : Math.sin(height + half);
    // One band more on each side: rounding decides nothing.
    const first = this.#starts[Math.max(0, bandOf(south) - 1)];
    const end = this.#starts[Math.min(bands, bandOf(north) + 2)];
    const found: number[] = [];
    for (let place = first; place < end; place++) {
      const i = this.#order[place];
      const at = 3 * i;
      const product = axis[0] * this.xyz[at] + axis[1] * this.xyz[at + 1] + axis[2] * this.xyz[at + 2];
      if (product > cosine) found.push(i);
    }
    return Uint32Array.from(found).sort();
  }
}
