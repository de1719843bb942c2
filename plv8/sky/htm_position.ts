/** HTM ids of positions in degrees, one or whole columns, quickly. */
import { Failure } from '../failure.ts';
import { htmIndex } from './htm.ts';
import { positionAt } from './pixel_position.ts';
import { HALF_PI, normalizedAngle, RADIANS_PER_DEGREE } from './vector.ts';

/**
 * How near to an edge, as a fraction of the trixel's size at level 0, the exact decision takes over: hundreds of
 * times what rounding here and in the corners of trixels can amount to at level 24 together.
 */
const DOUBT = 2 ** -41;

/**
 * The id of the trixel to which a unit vector p belongs, or -1 when p is so near to an edge that rounding could
 * decide.
 *
 * With trixel corners a, b, c the triple products p·(a×b), p·(b×c), p·(c×a) are the heights of p over the three
 * edges, times the edges' lengths. The middles of the edges being (a+b)/|a+b| and so on, the products for each
 * child are sums of the parent's, divided by the lengths |a+b|, |b+c|, |c+a|, and these follow from the cosines
 * between the corners alone. No corner has to be computed, no cross product taken, and nothing cancels.
 */
function quickIndex(x: number, y: number, z: number, level: number): number {
  // In a root trixel the three products are the components, up to sign and order.
  if (!(Math.abs(x) > DOUBT && Math.abs(y) > DOUBT && Math.abs(z) > DOUBT)) return -1;
  const quarter = y > 0 ? (x > 0 ? 0 : 1) : x < 0 ? 2 : 3;
  let id = z < 0 ? 8 + quarter : 15 - quarter;
  // Corner b is a pole, a and c are on the equator; a is on the x axis in S0, S2, N0 and N2. The product of the two
  // corners that are not on an axis is the component along it.
  const aOnX = (id & 1) === 0;
  let ab = Math.abs(aOnX ? y : x);
  let bc = Math.abs(aOnX ? x : y);
  let ca = Math.abs(z);
  let cosAb = 0;
  let cosBc = 0;
  let cosCa = 0;
  let doubt = DOUBT;
  for (let i = 0; i < level; i++) {
    const a = bc - ab - ca;
    const b = ca - bc - ab;
    const c = ab - ca - bc;
    if (Math.abs(a) < doubt || Math.abs(b) < doubt || Math.abs(c) < doubt) return -1;
    doubt *= 0.5;
    const lengthAb = Math.sqrt(2 + 2 * cosAb);
    const lengthBc = Math.sqrt(2 + 2 * cosBc);
    const lengthCa = Math.sqrt(2 + 2 * cosCa);
    const sum = 1 + cosAb + cosBc + cosCa;
    if (a > 0) {
      const scale = 1 / (lengthAb * lengthCa);
      ab = ab * scale * lengthCa;
      ca = ca * scale * lengthAb;
      bc = a * scale;
      cosAb = 0.5 * lengthAb;
      cosCa = 0.5 * lengthCa;
      cosBc = sum * scale;
      id = 4 * id;
    } else if (b > 0) {
      const scale = 1 / (lengthBc * lengthAb);
      const nextCa = ab * scale * lengthBc;
      ab = bc * scale * lengthAb;
      ca = nextCa;
      bc = b * scale;
      cosCa = 0.5 * lengthAb;
      cosAb = 0.5 * lengthBc;
      cosBc = sum * scale;
      id = 4 * id + 1;
    } else if (c > 0) {
      const scale = 1 / (lengthCa * lengthBc);
      const nextAb = ca * scale * lengthBc;
      ca = bc * scale * lengthCa;
      ab = nextAb;
      bc = c * scale;
      cosAb = 0.5 * lengthCa;
      cosCa = 0.5 * lengthBc;
      cosBc = sum * scale;
      id = 4 * id + 2;
    } else {
      const scale = 1 / (lengthAb * lengthBc * lengthCa);
      ab = -c * scale * lengthAb;
      bc = -a * scale * lengthBc;
      ca = -b * scale * lengthCa;
      cosAb = sum * scale * lengthAb;
      cosBc = sum * scale * lengthBc;
      cosCa = sum * scale * lengthCa;
      id = 4 * id + 3;
    }
  }
  return id;
}

function indexAt(ra: number, decl: number, level: number, row: number | undefined): number {
  const lon = normalizedAngle(ra * RADIANS_PER_DEGREE);
  const lat = decl * RADIANS_PER_DEGREE;
  if (Math.abs(lat) <= HALF_PI) {
    const cosLat = Math.cos(lat);
    const id = quickIndex(Math.cos(lon) * cosLat, Math.sin(lon) * cosLat, Math.sin(lat), level);
    if (id >= 0) return id;
  }
  return htmIndex(positionAt(ra, decl, row), level);
}

/**
 * The id of the trixel of a level to which a position belongs: what htmIndex gives for its unit vector. ra, decl:
 * ICRS degrees. Throws Failure 22023 for numbers that are not finite and for a declination beyond ±90°.
 */
export function htmIndexAt(ra: number, decl: number, level: number): number {
  return indexAt(ra, decl, level, undefined);
}

/**
 * The ids of the trixels of a level to which the positions of two columns belong. ra, decl: ICRS degrees, of one
 * length. Throws Failure 22023 for columns of different lengths and as htmIndexAt does, then with the row, counted
 * from 1.
 */
export function htmColumn(ra: Float64Array, decl: Float64Array, level: number): Float64Array {
  if (ra.length !== decl.length) {
    throw new Failure('22023', `${ra.length} right ascensions for ${decl.length} declinations`);
  }
  const ids = new Float64Array(ra.length);
  for (let i = 0; i < ids.length; i++) ids[i] = indexAt(ra[i], decl[i], level, i + 1);
  return ids;
}
