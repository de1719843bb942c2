/** Constant regions of an expression, encoded as a registry stores them. Angles are ICRS degrees. */
import { Failure } from '../../failure.ts';
import { regionFromBase64, regionToBase64 } from '../../sky/base64.ts';
import { circleOfAngle } from '../../sky/circle.ts';
import { convexHull } from '../../sky/hull.ts';
import { boxFromDegrees, positions, regionFromPos } from '../../sky/pos.ts';
import { fromDegrees, RADIANS_PER_DEGREE } from '../../sky/vector.ts';

/** What is thrown for what is no region: the caller knows the place. */
export class RegionValueError extends Error {}

export interface RegionValue {
  /** Base64; a point is a circle of radius zero. */
  readonly text: string;
  readonly point?: { readonly ra: number; readonly decl: number };
}

function checked<T>(make: () => T): T {
  try {
    return make();
  } catch (error) {
    throw error instanceof Failure ? new RegionValueError(error.message) : error;
  }
}

function checkDeclination(decl: number): void {
  if (!(Math.abs(decl) <= 90)) throw new RegionValueError(`the declination ${decl} is beyond 90°`);
}

function checkNumbers(numbers: readonly number[]): void {
  for (const number of numbers)
    if (!Number.isFinite(number)) throw new RegionValueError('coordinates must be finite numbers');
}

export function point(ra: number, decl: number): RegionValue {
  return { text: circle(ra, decl, 0).text, point: { ra, decl } };
}

/**
 * CIRCLE(ra, dec, radius) as the Data Butler reads it, which reaches twice as far as it says: the same expression
 * gives the same rows from every client. REGION('CIRCLE ra dec radius') has the radius that it names.
 */
export function circle(ra: number, decl: number, radius: number): RegionValue {
  checkNumbers([ra, decl, radius]);
  checkDeclination(decl);
  if (radius < 0) throw new RegionValueError('the radius of a circle cannot be negative');
  const reach = Math.min(2 * radius, 180) * RADIANS_PER_DEGREE;
  return { text: checked(() => regionToBase64(circleOfAngle(fromDegrees(ra, decl), reach))) };
}

/** Width and height are those of coordinates: a width of 2 at any declination spans 2° of right ascension. */
export function box(ra: number, decl: number, width: number, height: number): RegionValue {
  checkNumbers([ra, decl, width, height]);
  checkDeclination(decl);
  if (width < 0 || height < 0) throw new RegionValueError('width and height of a box cannot be negative');
  const [west, east] = width >= 360 ? [0, 360] : [ra - width / 2, ra + width / 2];
  const south = Math.max(-90, decl - height / 2);
  const north = Math.min(90, decl + height / 2);
  return { text: checked(() => regionToBase64(boxFromDegrees(west, east, south, north))) };
}

/** The convex hull of the vertices, given as right ascensions and declinations in turn. */
export function polygon(numbers: readonly number[]): RegionValue {
  checkNumbers(numbers);
  numbers.forEach((number, i) => {
    if (i % 2 === 1) checkDeclination(number);
  });
  return { text: checked(() => regionToBase64(convexHull(positions(numbers, 'the vertices')))) };
}

export function regionOfPos(text: string): RegionValue {
  return { text: checked(() => regionToBase64(regionFromPos(text))) };
}

/** A region in the text form of a registry, checked. */
export function regionOfBase64(text: string): RegionValue {
  return { text: checked(() => regionToBase64(regionFromBase64(text))) };
}
