/**
 * Cells of the sky that small circles touch: trixels of one level of HTM, a few for each circle. Whatever lies in a
 * circle has its own trixel among the circle's cells, so that equality of trixels finds all candidates.
 */
import { HTM_ROOTS, htmChildren, type Trixel } from '../../sky/htm.ts';
import { RADIANS_PER_DEGREE } from '../../sky/vector.ts';

/** Which circle (its place in the columns, from 0) touches which trixel. */
export interface CircleCells {
  readonly places: number[];
  readonly cells: number[];
}

/** How many radii the edge of a cell has about: a circle touches 1.4 cells on average. */
const radiiPerEdge = 16;

/** More than rounding of corners, of cross products and of positions can amount to. */
const slack = 2e-14;

/** The level whose trixels suit circles of a radius [arcsec], at most `deepest`. */
export function cellLevel(radiusArcsec: number, deepest: number): number {
  const edge = radiiPerEdge * radiusArcsec;
  return Math.max(0, Math.min(deepest, Math.floor(Math.log2((90 * 3600) / edge))));
}

/**
 * The trixels of a level that each circle touches, and perhaps some near them. ra, decl: ICRS degrees, columns of
 * one length; radius: arcsec.
 */
export function circleCells(
  ra: Float64Array,
  decl: Float64Array,
  radiusArcsec: number,
  level: number,
): CircleCells {
  const count = ra.length;
  const x = new Float64Array(count);
  const y = new Float64Array(count);
  const z = new Float64Array(count);
  const all: number[] = [];
  for (let i = 0; i < count; i++) {
    const lon = ra[i] * RADIANS_PER_DEGREE;
    const lat = decl[i] * RADIANS_PER_DEGREE;
    x[i] = Math.cos(lon) * Math.cos(lat);
    y[i] = Math.sin(lon) * Math.cos(lat);
    z[i] = Math.sin(lat);
    all.push(i);
  }
  const reach = Math.sin(Math.min(90, radiusArcsec / 3600) * RADIANS_PER_DEGREE);
  const found: CircleCells = { places: [], cells: [] };

  /** The circles that touch a trixel: no edge has its centre farther outside than the radius. */
  const touching = ([a, b, c]: Trixel, circles: readonly number[]): number[] => {
    let left = circles;
    for (const [p, q] of [
      [a, b],
      [b, c],
      [c, a],
    ]) {
      const nx = p[1] * q[2] - p[2] * q[1];
      const ny = p[2] * q[0] - p[0] * q[2];
      const nz = p[0] * q[1] - p[1] * q[0];
      const limit = -reach * Math.sqrt(nx * nx + ny * ny + nz * nz) - slack;
      left = left.filter((i) => x[i] * nx + y[i] * ny + z[i] * nz >= limit);
      if (left.length === 0) break;
    }
    return left as number[];
  };

  const descend = (trixel: Trixel, id: number, depth: number, circles: readonly number[]): void => {
    const inside = touching(trixel, circles);
    if (inside.length === 0) return;
    if (depth === level) {
      for (const place of inside) {
        found.places.push(place);
        found.cells.push(id);
      }
      return;
    }
    htmChildren(trixel).forEach((child, digit) => {
      descend(child, 4 * id + digit, depth + 1, inside);
    });
  };
  HTM_ROOTS.forEach((root, number) => {
    descend(root, 8 + number, 0, all);
  });
  return found;
}
