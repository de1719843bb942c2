/** The field of view in parts, each of which is processed by itself as a detector's image is. */
import { dot, type Vec3 } from '../../../plv8/sky/vector.ts';
import { degreesAt, frameAt } from './sphere.ts';

const radians = Math.PI / 180;
const arcsec = radians / 3600;

/** Rafts of the camera along each axis; those in the four corners are missing. */
const rafts = 5;

export interface Tile {
  readonly detector: number;
  /** Column and row of the mosaic, such as `0x3`. */
  readonly name: string;
  /** The tile itself, in the syntax of POS. */
  readonly area: string;
  /** Where known objects are read: the tile and the padding around it. */
  readonly region: string;
  /** Whether a direction belongs to the tile. Every direction of the field belongs to at most one. */
  readonly contains: (v: Vec3) => boolean;
}

interface Square {
  readonly ix: number;
  readonly iy: number;
}

/**
 * The squares of an n×n mosaic that is drawn around a circle, on the plane that touches the sky at its centre: those
 * that the circle does not touch are left out.
 */
function roundSquares(n: number): Square[] {
  const squares: Square[] = [];
  // In units of a tile, from the centre: how near to it a column or row comes.
  const nearest = (i: number) => Math.max(i - n / 2, n / 2 - i - 1, 0);
  for (let ix = 0; ix < n; ix++)
    for (let iy = 0; iy < n; iy++) if (Math.hypot(nearest(ix), nearest(iy)) < n / 2) squares.push({ ix, iy });
  return squares;
}

/** The detectors of a camera of 5×5 rafts without the corners, each raft of n×n. */
function cameraSquares(n: number): Square[] {
  const isEnd = (i: number) => i < n || i >= (rafts - 1) * n;
  const squares: Square[] = [];
  for (let ix = 0; ix < rafts * n; ix++)
    for (let iy = 0; iy < rafts * n; iy++) if (!(isEnd(ix) && isEnd(iy))) squares.push({ ix, iy });
  return squares;
}

function squaresOf(divide: number): { n: number; squares: Square[] } {
  if (divide < 0) return { n: rafts * -divide, squares: cameraSquares(-divide) };
  return { n: divide, squares: roundSquares(divide) };
}

/** In how many tiles `tilesOf` divides a field. */
export function tileCount(divide: number): number {
  return divide === 1 ? 1 : squaresOf(divide).squares.length;
}

/**
 * The tiles of a circular field. pointing: its centre; fov: full opening angle [deg].
 * @param divide 1 for the whole field; n for n×n squares around it; -n for a camera of rafts of n×n detectors
 * @param padding how far beyond its tile a detector looks for known objects [arcsec]
 */
export function tilesOf(pointing: Vec3, fov: number, divide: number, padding: number): Tile[] {
  if (divide === 1) {
    const [ra, decl] = degreesAt(pointing);
    const circle = (radius: number) => `CIRCLE ${ra} ${decl} ${radius}`;
    const [area, region] = [circle(fov / 2), circle(fov / 2 + padding / 3600)];
    return [{ detector: 0, name: '0x0', area, region, contains: () => true }];
  }
  const { n, squares } = squaresOf(divide);
  const { x, y, axis } = frameAt(pointing);
  const half = Math.tan((fov / 2) * radians);
  const side = (2 * half) / n;
  // On the plane a length at the corners of the mosaic is longer than its angle by up to this factor.
  const margin = padding * arcsec * (1 + 2 * half * half);
  // What rounding puts beyond the mosaic's edge belongs to its edge.
  const place = (u: number) => Math.min(n - 1, Math.max(0, Math.floor((u + half) / side)));
  const corner = (u: number, v: number) => {
    const at: Vec3 = [0, 1, 2].map((k) => u * x[k] + v * y[k] + axis[k]) as [number, number, number];
    const norm = Math.hypot(...at);
    return degreesAt([at[0] / norm, at[1] / norm, at[2] / norm]).join(' ');
  };
  const polygon = (ix: number, iy: number, beyond: number) => {
    const [west, east] = [ix * side - half - beyond, (ix + 1) * side - half + beyond];
    const [south, north] = [iy * side - half - beyond, (iy + 1) * side - half + beyond];
    const corners = [corner(west, south), corner(east, south), corner(east, north), corner(west, north)];
    return `POLYGON ${corners.join(' ')}`;
  };
  return squares.map(({ ix, iy }, detector) => ({
    detector,
    name: `${ix}x${iy}`,
    area: polygon(ix, iy, 0),
    region: polygon(ix, iy, margin),
    contains: (v) => {
      const depth = dot(v, axis);
      return depth > 0 && place(dot(v, x) / depth) === ix && place(dot(v, y) / depth) === iy;
    },
  }));
}
