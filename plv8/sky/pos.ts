/**
 * Regions as IVOA POS strings (SIA 2.0 section 2.1.1), numbers in degrees: CIRCLE, RANGE and POLYGON, and in the same
 * manner ELLIPSE lon lat axis axis position-angle, UNION (…) and INTERSECTION (…) for the kinds that POS lacks.
 */
import { boxFromRadians } from './box.ts';
import { circleOfAngle } from './circle.ts';
import { MAX_DEPTH, RegionError } from './codec.ts';
import { makeEllipse } from './ellipse.ts';
import { parseNumber, shortest } from './format.ts';
import { convexHull } from './hull.ts';
import { atan2 } from './libm.ts';
import { compound, type Ellipse, type Region } from './region.ts';
import {
  cross,
  DEGREES_PER_RADIAN,
  dot,
  fromDegrees,
  HALF_PI,
  latitudeOf,
  longitudeOf,
  northFrom,
  RADIANS_PER_DEGREE,
  type Vec3,
} from './vector.ts';

/** Longitude and latitude of a direction [deg]. */
export type DegreesOf = (v: Vec3) => [lon: number, lat: number];

/** Longitude and latitude of a direction, correctly rounded up to the last product [deg]. */
export const degreesOf: DegreesOf = (v) => [
  longitudeOf(v) * DEGREES_PER_RADIAN,
  latitudeOf(v) * DEGREES_PER_RADIAN,
];

/** Centre, semi-axes and position angle of the first axis, east of north in [0, 180) [deg]. */
export function ellipseDegrees(e: Ellipse, degrees: DegreesOf = degreesOf): number[] {
  const [first, , center] = e.rows;
  const north = northFrom(center);
  const east = cross(north, center);
  const angle = atan2(dot(first, east), dot(first, north)) * DEGREES_PER_RADIAN;
  return [
    ...degrees(center),
    (e.a + HALF_PI) * DEGREES_PER_RADIAN,
    (e.b + HALF_PI) * DEGREES_PER_RADIAN,
    ((angle % 180) + 180) % 180,
  ];
}

/** The POS string of a region; its numbers read back as the same doubles. */
export function regionToPos(region: Region, degrees: DegreesOf = degreesOf): string {
  switch (region.kind) {
    case 'ConvexPolygon':
      return words('POLYGON', region.vertices.flatMap(degrees));
    case 'Circle':
      return words('CIRCLE', [...degrees(region.center), region.openingAngle * DEGREES_PER_RADIAN]);
    case 'Box': {
      const radians = [region.lonA, region.lonB, region.latA, region.latB];
      return words(
        'RANGE',
        radians.map((a) => a * DEGREES_PER_RADIAN),
      );
    }
    case 'Ellipse':
      return words('ELLIPSE', ellipseDegrees(region, degrees));
    case 'UnionRegion':
      return `UNION (${region.operands.map((r) => regionToPos(r, degrees)).join(' ')})`;
    case 'IntersectionRegion':
      return `INTERSECTION (${region.operands.map((r) => regionToPos(r, degrees)).join(' ')})`;
  }
}

function words(shape: string, numbers: readonly number[]): string {
  return `${shape} ${numbers.map(shortest).join(' ')}`;
}

/** Words and parentheses of a region's text, read one by one. */
export class Tokens {
  readonly text: string;
  readonly #tokens: readonly string[];
  #at = 0;

  constructor(text: string) {
    this.text = text;
    this.#tokens = text.match(/[()]|[^\s(),]+/g) ?? [];
  }

  peek(): string | undefined {
    return this.#tokens[this.#at];
  }

  next(): string | undefined {
    return this.#tokens[this.#at++];
  }

  /** All words up to the next parenthesis, or to the next that `stop` accepts. */
  words(stop: (word: string) => boolean): string[] {
    const start = this.#at;
    for (let word = this.peek(); word !== undefined && word !== '(' && word !== ')'; word = this.peek()) {
      if (stop(word)) break;
      this.#at += 1;
    }
    return this.#tokens.slice(start, this.#at);
  }

  /** What `read` finds, again and again, between parentheses. */
  operands<T>(shape: string, depth: number, read: () => T): T[] {
    if (depth >= MAX_DEPTH) throw new RegionError(`Regions nested deeper than ${MAX_DEPTH}`, '22P02');
    if (this.next() !== '(') throw this.#wrong(`expected ( after ${shape}`);
    const operands: T[] = [];
    while (this.peek() !== ')') {
      if (this.peek() === undefined) throw this.#wrong(`expected ) to close ${shape}`);
      operands.push(read());
    }
    this.next();
    return operands;
  }

  end(): void {
    if (this.peek() !== undefined) throw this.#wrong(`expected the end before '${this.peek()}'`);
  }

  #wrong(expected: string): RegionError {
    return new RegionError(`${expected} in '${this.text}'`, '22P02');
  }
}

const SHAPES = new Set(['CIRCLE', 'RANGE', 'POLYGON', 'ELLIPSE', 'UNION', 'INTERSECTION']);

/**
 * The region of a POS string. A POLYGON is the convex hull of its points. Throws Failure: for an unknown shape, a
 * number or a count that does not fit, a latitude beyond ±90°, and points without a convex hull.
 */
export function regionFromPos(text: string): Region {
  const tokens = new Tokens(text);
  if (tokens.peek() === undefined) {
    throw new RegionError(
      'not enough values to unpack (expected at least 1, got 0): the text is empty',
      '22P02',
    );
  }
  const region = readShape(tokens, 0);
  tokens.end();
  return region;
}

function readShape(tokens: Tokens, depth: number): Region {
  const shape = tokens.next()!;
  if (!SHAPES.has(shape)) {
    throw new RegionError(`Unrecognized shape in POS string '${tokens.text}'`, '22P02');
  }
  if (shape === 'UNION' || shape === 'INTERSECTION') {
    const operands = tokens.operands(shape, depth, () => readShape(tokens, depth + 1));
    return compound(shape === 'UNION' ? 'UnionRegion' : 'IntersectionRegion', operands);
  }
  const numbers = tokens.words((word) => SHAPES.has(word)).map(parseNumber);
  if (shape === 'CIRCLE') {
    checkCount(shape, numbers, 3, tokens.text);
    return circleOfAngle(fromDegrees(numbers[0], numbers[1]), numbers[2] * RADIANS_PER_DEGREE);
  }
  if (shape === 'RANGE') {
    checkCount(shape, numbers, 4, tokens.text);
    return boxFromDegrees(numbers[0], numbers[1], numbers[2], numbers[3]);
  }
  if (shape === 'ELLIPSE') {
    checkCount(shape, numbers, 5, tokens.text);
    return ellipseFromDegrees(numbers);
  }
  return convexHull(positions(numbers, tokens.text));
}

/** The ellipse of centre, semi-axes and position angle [deg]. */
export function ellipseFromDegrees(numbers: readonly number[]): Ellipse {
  const [lon, lat, alpha, beta, angle] = numbers;
  return makeEllipse(
    fromDegrees(lon, lat),
    alpha * RADIANS_PER_DEGREE,
    beta * RADIANS_PER_DEGREE,
    angle * RADIANS_PER_DEGREE,
  );
}

/** The box of two longitudes and two latitudes [deg]; infinite ends stand for 0° and 360°, -90° and 90°. */
export function boxFromDegrees(lonA: number, lonB: number, latA: number, latB: number): Region {
  return boxFromRadians(
    (lonA === -Infinity ? 0 : lonA) * RADIANS_PER_DEGREE,
    (lonB === Infinity ? 360 : lonB) * RADIANS_PER_DEGREE,
    latA * RADIANS_PER_DEGREE,
    latB * RADIANS_PER_DEGREE,
  );
}

export function checkCount(shape: string, numbers: readonly number[], count: number, text: string): void {
  if (numbers.length !== count) {
    throw new RegionError(
      `${shape} requires ${count} numbers but got ${numbers.length} in '${text}'.`,
      '22P02',
    );
  }
}

/** The directions of a polygon's alternating longitudes and latitudes [deg]. */
export function positions(numbers: readonly number[], text: string): Vec3[] {
  const n = numbers.length;
  if (n % 2 !== 0) {
    throw new RegionError(`POLYGON requires even number of floats but got ${n} in '${text}'.`, '22P02');
  }
  if (n < 6) {
    throw new RegionError(
      `POLYGON specification requires at least 3 coordinates, got ${n / 2} in '${text}'`,
      '22P02',
    );
  }
  const vertices: Vec3[] = [];
  for (let i = 0; i < n; i += 2) vertices.push(fromDegrees(numbers[i], numbers[i + 1]));
  return vertices;
}
