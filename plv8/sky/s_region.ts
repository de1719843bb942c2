/**
 * Regions as ObsCore's s_region, six decimals of degrees: ADQL's POLYGON, CIRCLE and BOX, and STC-S for the kinds
 * that ADQL lacks. (Demleitner et al., "STC-S", IVOA Note 2013; ADQL 2.0 section 2.4.)
 */
import { boxWidth } from './box.ts';
import { circleOfAngle } from './circle.ts';
import { RegionError } from './codec.ts';
import { difference } from './difference.ts';
import { fixed6, parseNumber } from './format.ts';
import {
  boxFromDegrees,
  checkCount,
  degreesOf,
  ellipseDegrees,
  ellipseFromDegrees,
  positions,
  Tokens,
} from './pos.ts';
import { type Box, compound, type Region } from './region.ts';
import { simplePolygon } from './simple_polygon.ts';
import {
  DEGREES_PER_RADIAN,
  fromDegrees,
  latitudeOf,
  longitudeOf,
  RADIANS_PER_DEGREE,
  type Vec3,
} from './vector.ts';

/** The s_region text of a region in ICRS. */
export function regionToText(region: Region): string {
  return shapeText(region, ' ICRS');
}

function shapeText(region: Region, frame: string): string {
  switch (region.kind) {
    case 'ConvexPolygon': {
      let text = `POLYGON${frame}`;
      for (const vertex of region.vertices) text += positionText(vertex[0], vertex[1], vertex[2]);
      return text;
    }
    case 'Circle':
      return numbersText(`CIRCLE${frame}`, [
        ...degreesOf(region.center),
        region.openingAngle * DEGREES_PER_RADIAN,
      ]);
    case 'Box':
      return numbersText(`BOX${frame}`, boxDegrees(region));
    case 'Ellipse':
      return numbersText(`ELLIPSE${frame}`, ellipseDegrees(region));
    case 'UnionRegion':
    case 'IntersectionRegion': {
      const operator = region.kind === 'UnionRegion' ? 'UNION' : 'INTERSECTION';
      return `${operator}${frame} (${region.operands.map((operand) => shapeText(operand, '')).join(' ')})`;
    }
  }
}

function numbersText(shape: string, numbers: readonly number[]): string {
  return `${shape} ${numbers.map(fixed6).join(' ')}`;
}

/** Centre, width and height of a box [deg]; all longitudes are 360° wide. */
function boxDegrees(b: Box): number[] {
  const width = boxWidth(b);
  const lon = (b.lonA + 0.5 * width) * DEGREES_PER_RADIAN;
  return [
    lon < 360 ? lon : lon - 360,
    0.5 * (b.latA + b.latB) * DEGREES_PER_RADIAN,
    width * DEGREES_PER_RADIAN,
    (b.latB - b.latA) * DEGREES_PER_RADIAN,
  ];
}

/** How far the fast arc tangent may carry an angle from the right one, with room [1e-6 deg]. */
const DOUBT = 1e-5;

/** " lon lat" of a direction. */
function positionText(x: number, y: number, z: number): string {
  let lon = Math.atan2(y, x) * DEGREES_PER_RADIAN;
  if (lon < 0) lon += 360;
  const lat = Math.atan2(z, Math.sqrt(x * x + y * y)) * DEGREES_PER_RADIAN;
  // The engine's arc tangent may be off in the last bit; that shows only next to a rounding boundary, or at 0°.
  if (isDoubtful(lon) || isDoubtful(lat)) {
    const v: Vec3 = [x, y, z];
    return ` ${fixed6(longitudeOf(v) * DEGREES_PER_RADIAN)} ${fixed6(latitudeOf(v) * DEGREES_PER_RADIAN)}`;
  }
  return ` ${fixed6(lon)} ${fixed6(lat)}`;
}

function isDoubtful(degrees: number): boolean {
  const units = Math.abs(degrees) * 1e6;
  const rest = units - Math.floor(units);
  return !(units > 1 && Math.abs(rest - 0.5) > DOUBT);
}

const POLYGON_TAG = 0x70;

/** The s_region text of an encoded polygon, without decoding it to vertices; null for what is no such encoding. */
export function polygonBytesToText(bytes: Uint8Array): string | null {
  const length = bytes.length;
  if (bytes[0] !== POLYGON_TAG || length < 73 || (length - 1) % 24 !== 0) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, length);
  let text = 'POLYGON ICRS';
  for (let at = 1; at < length; at += 24) {
    text += positionText(
      view.getFloat64(at, true),
      view.getFloat64(at + 8, true),
      view.getFloat64(at + 16, true),
    );
  }
  return text;
}

const SHAPES = new Set([
  'POLYGON',
  'CIRCLE',
  'BOX',
  'ELLIPSE',
  'RANGE',
  'POSITION',
  'UNION',
  'INTERSECTION',
  'NOT',
]);

/** Frames that agree with ICRS to within 0.1 arcsec, and names under which archives write ICRS positions. */
const FRAMES = new Set(['ICRS', 'FK5', 'J2000', 'GSC1', 'UNKNOWNFRAME']);
const OTHER_FRAMES = new Set([
  'FK4',
  'B1950',
  'ECLIPTIC',
  'GALACTIC',
  'GALACTICII',
  'SUPERGALACTIC',
  'GEO_C',
  'GEO_D',
]);
const PLACES_AND_FLAVOURS = new Set([
  'GEOCENTER',
  'BARYCENTER',
  'HELIOCENTER',
  'TOPOCENTER',
  'LSR',
  'LSRK',
  'LSRD',
  'GALACTIC_CENTER',
  'UNKNOWNREFPOS',
  'RELOCATABLE',
  'SPHERICAL2',
]);

/**
 * The region of s_region text as archives write it: shape words in any case, with or without a frame, STC-S
 * unions and intersections, DALI circles, ranges and polygons, several shapes in a row (their union).
 * A polygon that is not convex becomes the union of triangles that it is made of; BOX is centre, width and height in
 * longitude and latitude; POSITION a circle of radius 0; NOT (…) behind a polygon a hole in it. Throws Failure, also for
 * frames other than ICRS and a NOT that is no hole.
 */
export function regionFromText(text: string): Region {
  const tokens = new Tokens(text);
  if (tokens.peek() === undefined) throw new RegionError('expected a shape, the text is empty', '22P02');
  const shapes: Region[] = [];
  while (tokens.peek() !== undefined) shapes.push(readWithHoles(tokens, 0));
  return shapes.length === 1 ? shapes[0] : compound('UnionRegion', shapes);
}

function readWithHoles(tokens: Tokens, depth: number): Region {
  let region = readShape(tokens, depth);
  while (tokens.peek()?.toUpperCase() === 'NOT') {
    const word = tokens.next()!;
    const holes = tokens.operands(word, depth, () => readWithHoles(tokens, depth + 1));
    region = difference(region, compound('UnionRegion', holes));
  }
  return region;
}

function readShape(tokens: Tokens, depth: number): Region {
  const word = tokens.next()!;
  const shape = word.toUpperCase();
  if (shape === 'NOT') {
    throw new RegionError(`NOT: a region has no complement in '${tokens.text}'`, '0A000');
  }
  if (!SHAPES.has(shape)) throw new RegionError(`Unrecognized shape '${word}' in '${tokens.text}'`, '22P02');
  skipFrame(tokens);
  if (shape === 'UNION' || shape === 'INTERSECTION') {
    const operands = tokens.operands(word, depth, () => readWithHoles(tokens, depth + 1));
    return compound(shape === 'UNION' ? 'UnionRegion' : 'IntersectionRegion', operands);
  }
  const numbers = tokens.words((next) => SHAPES.has(next.toUpperCase())).map(parseNumber);
  switch (shape) {
    case 'CIRCLE':
      checkCount(word, numbers, 3, tokens.text);
      return circleOfAngle(fromDegrees(numbers[0], numbers[1]), numbers[2] * RADIANS_PER_DEGREE);
    case 'POSITION':
      checkCount(word, numbers, 2, tokens.text);
      return circleOfAngle(fromDegrees(numbers[0], numbers[1]), 0);
    case 'ELLIPSE':
      checkCount(word, numbers, 5, tokens.text);
      return ellipseFromDegrees(numbers);
    case 'RANGE':
      checkCount(word, numbers, 4, tokens.text);
      return boxFromDegrees(numbers[0], numbers[1], numbers[2], numbers[3]);
    case 'BOX': {
      checkCount(word, numbers, 4, tokens.text);
      const [lon, lat, width, height] = numbers;
      const [west, east] = width >= 360 ? [0, 360] : [lon - 0.5 * width, lon + 0.5 * width];
      return boxFromDegrees(west, east, lat - 0.5 * height, lat + 0.5 * height);
    }
    default:
      return simplePolygon(positions(numbers, tokens.text));
  }
}

function skipFrame(tokens: Tokens): void {
  for (let word = tokens.peek()?.toUpperCase(); word !== undefined; word = tokens.peek()?.toUpperCase()) {
    if (OTHER_FRAMES.has(word)) {
      throw new RegionError(`frame ${word} in '${tokens.text}' is not ICRS`, '0A000');
    }
    if (!FRAMES.has(word) && !PLACES_AND_FLAVOURS.has(word)) return;
    tokens.next();
  }
}
