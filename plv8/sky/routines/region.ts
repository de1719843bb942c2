/** Regions in SQL: what registries store, as text of several standards, and the geometry of it. */
import { Failure } from '../../failure.ts';
import { routine } from '../../routine.ts';
import { regionFromBase64, regionToBase64 } from '../base64.ts';
import { circleOfAngle } from '../circle.ts';
import { decodeRegion, encodeRegion } from '../codec.ts';
import {
  regionContains as containsDirection,
  regionBoundingBox,
  regionBoundingCircle,
  regionBounds,
} from '../compound.ts';
import { convexHull } from '../hull.ts';
import { boxFromDegrees, ellipseFromDegrees, positions, regionFromPos, regionToPos } from '../pos.ts';
import { CONTAINS, compound, DISJOINT, type Region, WITHIN } from '../region.ts';
import { overlaps, relate } from '../relate.ts';
import { polygonBytesToText, regionFromText, regionToText } from '../s_region.ts';
import { DEGREES_PER_RADIAN, fromDegrees, RADIANS_PER_DEGREE } from '../vector.ts';
import { serverDegrees } from './server_degrees.ts';

const malformed = 'Error 22P03 for a malformed encoding, naming the byte.';
const malformedText = 'Error 22P02 for malformed text.';
const encoded = ['region', 'bytea'] as const;

export const region_from_base64 = routine(
  {
    args: [['encoded', 'text']],
    returns: 'bytea',
    volatility: 'immutable',
    comment:
      'Region of base64 text, as registries store it, checked. Text joined by a colon, as string_agg makes it, is the ' +
      `union of its pieces, empty text the union of none. ${malformedText} ${malformed}`,
  },
  (text) => encodeRegion(regionFromBase64(text)),
);

export const region_to_base64 = routine(
  {
    args: [encoded],
    returns: 'text',
    volatility: 'immutable',
    comment: `Base64 text of a region, as registries store it. ${malformed}`,
  },
  (region) => regionToBase64(decodeRegion(region)),
);

export const region_kind = routine(
  {
    args: [encoded],
    returns: 'text',
    volatility: 'immutable',
    comment: `ConvexPolygon, Circle, Box, Ellipse, UnionRegion or IntersectionRegion. ${malformed}`,
  },
  (region) => decodeRegion(region).kind,
);

export const region_pos = routine(
  {
    args: [encoded],
    returns: 'text',
    usesSql: true,
    volatility: 'immutable',
    comment:
      'IVOA POS string of a region (SIA 2.0) [deg, ICRS]: CIRCLE, RANGE or POLYGON, and in the same manner ' +
      `ELLIPSE, UNION (…) and INTERSECTION (…); numbers read back as the same doubles. ${malformed}`,
  },
  (region) => regionToPos(decodeRegion(region), serverDegrees),
);

export const region_from_pos = routine(
  {
    args: [['pos', 'text']],
    returns: 'bytea',
    volatility: 'immutable',
    comment:
      'Region of an IVOA POS string (SIA 2.0) or of what sky.region_pos writes [deg, ICRS]; a polygon is the convex ' +
      `hull of its points. ${malformedText} Error 22023 for a latitude beyond 90° and for points without a hull.`,
  },
  (pos) => encodeRegion(regionFromPos(pos)),
);

/** The fast way for polygons, which registries mostly hold, and the general one. */
function textOf(region: Uint8Array): string {
  return polygonBytesToText(region) ?? regionToText(decodeRegion(region));
}

export const region_s_region = routine(
  {
    args: [encoded],
    returns: 'text',
    volatility: 'immutable',
    comment:
      'ObsCore s_region of a region [deg, ICRS], six decimals: ADQL POLYGON, CIRCLE, BOX (centre, width and height ' +
      `in longitude and latitude), and STC-S ELLIPSE, UNION and INTERSECTION. ${malformed}`,
  },
  textOf,
);

export const regions_s_region = routine(
  {
    args: [['regions', 'bytea[]']],
    returns: 'text[]',
    volatility: 'immutable',
    cost: 10000,
    comment: `sky.region_s_region of many regions in one call, NULL where the region is. ${malformed}`,
  },
  (regions) => regions.map((region) => (region === null ? null : textOf(region))),
);

export const region_from_s_region = routine(
  {
    args: [['s_region', 'text']],
    returns: 'bytea',
    volatility: 'immutable',
    comment:
      'Region of ObsCore s_region text as archives write it [deg]: ADQL, DALI or STC-S, frame ICRS, FK5, J2000 or ' +
      'none, several shapes in a row for their union. A polygon that is not convex becomes the union of triangles, a ' +
      `POSITION a circle of radius 0, NOT (…) behind a polygon a hole in it. ${malformedText} Error 0A000 for another frame ` +
      'and for another NOT.',
  },
  (text) => encodeRegion(regionFromText(text)),
);

export const region_center = routine(
  {
    args: [encoded],
    returns: {
      table: [
        ['ra', 'float8'],
        ['dec', 'float8'],
        ['radius', 'float8'],
      ],
    },
    usesSql: true,
    volatility: 'immutable',
    rows: 1,
    comment:
      'Centre and opening angle of the bounding circle of a region [deg, ICRS]; a radius below 0 for an empty ' +
      `region, 180 or more for the whole sphere. ${malformed} Error 22023 for a polygon without area.`,
  },
  (region) => {
    const circle = regionBoundingCircle(decodeRegion(region));
    const [ra, dec] = serverDegrees(circle.center);
    return [{ ra, dec, radius: circle.openingAngle * DEGREES_PER_RADIAN }];
  },
);

export const region_bounding_circle = routine(
  {
    args: [encoded],
    returns: 'bytea',
    volatility: 'immutable',
    comment: `A circle that contains the region, encoded. ${malformed} Error 22023 for a polygon without area.`,
  },
  (region) => encodeRegion(regionBoundingCircle(decodeRegion(region))),
);

export const region_bounding_box = routine(
  {
    args: [encoded],
    returns: 'bytea',
    volatility: 'immutable',
    comment: `A box in longitude and latitude that contains the region, encoded. ${malformed}`,
  },
  (region) => encodeRegion(regionBoundingBox(decodeRegion(region))),
);

export const region_bounding_box3d = routine(
  {
    args: [encoded],
    returns: 'float8[]',
    volatility: 'immutable',
    comment:
      'Bounds of the unit vectors in a region: least and greatest x, y and z; 1 and 0 of each for an empty region. ' +
      malformed,
  },
  (region) => [...regionBounds(decodeRegion(region))],
);

export const region_contains = routine(
  {
    args: [encoded, ['ra', 'float8'], ['decl', 'float8']],
    returns: 'boolean',
    volatility: 'immutable',
    comment:
      'Whether a region contains a position; its boundary belongs to it, NaN to none. ra, decl: ICRS [deg]. ' +
      `${malformed} Error 22023 for a declination beyond 90°.`,
  },
  (region, ra, decl) => {
    if (Number.isNaN(ra) || Number.isNaN(decl)) return false;
    return containsDirection(decodeRegion(region), fromDegrees(ra, decl));
  },
);

const pair = [
  ['a', 'bytea'],
  ['b', 'bytea'],
] as const;

export const region_relate = routine(
  {
    args: pair,
    returns: 'text[]',
    volatility: 'immutable',
    comment:
      'What is conclusive about two regions, of DISJOINT (no common point), CONTAINS (a contains all of b) and ' +
      `WITHIN (b contains all of a); what is missing is not known to hold. ${malformed}`,
  },
  (a, b) => {
    const relation = relate(decodeRegion(a), decodeRegion(b));
    const names: string[] = [];
    if (relation & DISJOINT) names.push('DISJOINT');
    if (relation & CONTAINS) names.push('CONTAINS');
    if (relation & WITHIN) names.push('WITHIN');
    return names;
  },
);

export const region_overlaps = routine(
  {
    args: pair,
    returns: 'boolean',
    volatility: 'immutable',
    comment: `Whether two regions have a common point; NULL when that is not known. ${malformed}`,
  },
  (a, b) => overlaps(decodeRegion(a), decodeRegion(b)),
);

export const region_overlaps_base64 = routine(
  {
    args: [['expression', 'text']],
    returns: 'boolean',
    volatility: 'immutable',
    comment:
      'Whether regions overlap in any of the pairs of an expression A&B|C&D of base64 texts, as registries aggregate ' +
      `it; NULL when that is not known, false for empty text. ${malformedText} ${malformed}`,
  },
  (expression) => {
    let answer: boolean | null = false;
    for (const term of expression === '' ? [] : expression.split('|')) {
      const sides = term.split('&');
      if (sides.length !== 2) {
        throw new Failure('22P02', `No single '&' found in encoded overlap expression term '${term}'`);
      }
      const one = overlaps(regionFromBase64(sides[0]), regionFromBase64(sides[1]));
      if (one === true) return true;
      if (one === null) answer = null;
    }
    return answer;
  },
);

export const region_circle = routine(
  {
    args: [
      ['ra', 'float8'],
      ['decl', 'float8'],
      ['radius', 'float8'],
    ],
    returns: 'bytea',
    volatility: 'immutable',
    comment:
      'Circle of a radius [deg] around a position, encoded; empty below 0, the whole sphere from 180 on. ra, decl: ICRS ' +
      '[deg]. Error 22023 for a declination beyond 90°.',
  },
  (ra, decl, radius) => encodeRegion(circleOfAngle(fromDegrees(ra, decl), radius * RADIANS_PER_DEGREE)),
);

export const region_polygon = routine(
  {
    args: [['coordinates', 'float8[]']],
    returns: 'bytea',
    volatility: 'immutable',
    comment:
      'Convex hull of positions, encoded. coordinates: ra, dec, ra, dec, … in ICRS [deg], three positions or more. ' +
      'Error 22023 for positions on one great circle or around the whole sphere.',
  },
  (coordinates) => {
    const numbers = coordinates.map((x) => {
      if (x === null || !Number.isFinite(x))
        throw new Failure('22023', 'a coordinate of a polygon is no number');
      return x;
    });
    return encodeRegion(convexHull(positions(numbers, `{${numbers.join(',')}}`)));
  },
);

export const region_box = routine(
  {
    args: [
      ['ra_min', 'float8'],
      ['ra_max', 'float8'],
      ['decl_min', 'float8'],
      ['decl_max', 'float8'],
    ],
    returns: 'bytea',
    volatility: 'immutable',
    comment:
      'Box in right ascension, eastward from ra_min to ra_max, and declination, encoded [deg, ICRS]; infinite ends ' +
      'stand for the whole range. Error 22023 for ra_min > ra_max outside 0 to 360.',
  },
  (raMin, raMax, declMin, declMax) => encodeRegion(boxFromDegrees(raMin, raMax, declMin, declMax)),
);

export const region_ellipse = routine(
  {
    args: [
      ['ra', 'float8'],
      ['decl', 'float8'],
      ['first_axis', 'float8'],
      ['second_axis', 'float8'],
      ['position_angle', 'float8'],
    ],
    returns: 'bytea',
    volatility: 'immutable',
    comment:
      'Ellipse around a position, encoded: semi-axes and position angle of the first, east of north [deg]. ra, decl: ' +
      'ICRS [deg]. Error 22023 unless both semi-axes are below 90°, both 90°, or both above.',
  },
  (...numbers) => encodeRegion(ellipseFromDegrees(numbers)),
);

function compoundRoutine(kind: 'UnionRegion' | 'IntersectionRegion', what: string) {
  return routine(
    {
      args: [['regions', 'bytea[]']],
      returns: 'bytea',
      volatility: 'immutable',
      comment: `${what} of regions, encoded; NULL elements are left out. ${malformed}`,
    },
    (regions) => {
      const operands: Region[] = [];
      for (const region of regions) if (region !== null) operands.push(decodeRegion(region));
      return encodeRegion(compound(kind, operands));
    },
  );
}

export const region_union = compoundRoutine('UnionRegion', 'Union');

export const region_intersection = compoundRoutine('IntersectionRegion', 'Intersection');
