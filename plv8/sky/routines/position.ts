/** PL/v8 routines for positions: limits of searches, polygons, sexagesimal angles. */
import { Failure } from '../../failure.ts';
import { routine } from '../../routine.ts';
import { decodeRegion } from '../codec.ts';
import {
  PolygonError,
  regionLimits,
  type SkyPolygon,
  skyPolygon,
  skyPolygonContains,
  skyPolygonLimits,
} from '../cover.ts';
import { formatDec, formatRa, parseDec, parseRa, SexagesimalError } from '../sexagesimal.ts';
import { fromDegrees } from '../vector.ts';

/** Cheap enough in the planner's eyes that a predicate around it inlines and reaches its index. */
const INLINES = 4;

const INVALID_PARAMETER_VALUE = '22023';
const INVALID_TEXT_REPRESENTATION = '22P02';

function orFailure<T>(sqlstate: string, kind: new (message: string) => Error, body: () => T): T {
  try {
    return body();
  } catch (error) {
    if (error instanceof kind) throw new Failure(sqlstate, error.message);
    throw error;
  }
}

let lastCoordinates: readonly (number | null)[] = [];
let lastPolygon: SkyPolygon | undefined;

/** The polygon of these coordinates; a search asks for the same one row after row. */
function polygonOf(coordinates: readonly (number | null)[]): SkyPolygon {
  if (
    lastPolygon &&
    coordinates.length === lastCoordinates.length &&
    coordinates.every((value, i) => value === lastCoordinates[i])
  )
    return lastPolygon;
  lastPolygon = orFailure(INVALID_PARAMETER_VALUE, PolygonError, () => skyPolygon(coordinates));
  lastCoordinates = coordinates;
  return lastPolygon;
}

export const polygon_bounds = routine(
  {
    args: [['polygon', 'float8[]']],
    returns: 'float8[]',
    comment:
      'Limits of a search for what a polygon contains: middle right ascension, reach to both sides of it, lowest and highest declination [deg], as sky.window_around takes them. polygon: as for sky.in_polygon.',
    volatility: 'immutable',
    cost: INLINES,
  },
  (polygon) => [...skyPolygonLimits(polygonOf(polygon))],
);

export const polygon_contains = routine(
  {
    args: [
      ['polygon', 'float8[]'],
      ['ra', 'float8'],
      ['decl', 'float8'],
    ],
    returns: 'boolean',
    comment:
      'Whether a polygon contains a position, edges included; false for NaN and for declinations beyond the poles. polygon: as for sky.in_polygon, which uses an index. ra, decl: degrees. Source: winding number.',
    volatility: 'immutable',
  },
  (polygon, ra, decl) => {
    const edges = polygonOf(polygon);
    if (!(Math.abs(ra) <= 1e6 && Math.abs(decl) <= 90)) return false;
    return skyPolygonContains(edges, fromDegrees(ra, decl));
  },
);

export const region_bounds = routine(
  {
    args: [['region', 'bytea']],
    returns: 'float8[]',
    comment:
      'Limits of a search for what a region contains: middle right ascension, reach to both sides of it, lowest and highest declination [deg], as sky.window_around takes them; NULL for an empty region. region: as sky.region_from_base64 and sky.region_from_pos give it.',
    volatility: 'immutable',
    cost: INLINES,
  },
  (region) => {
    const limits = regionLimits(decodeRegion(region));
    return limits && [...limits];
  },
);

export const parse_ra = routine(
  {
    args: [['angle', 'text']],
    returns: 'float8',
    comment:
      'Right ascension [deg] of a text: two or three numbers with colons, blanks or the letters h, m, s are hours; with d or ° or a single number, degrees. Raises invalid_text_representation for anything else and outside [0, 360).',
    volatility: 'immutable',
  },
  (angle) => orFailure(INVALID_TEXT_REPRESENTATION, SexagesimalError, () => parseRa(angle)),
);

export const parse_dec = routine(
  {
    args: [['angle', 'text']],
    returns: 'float8',
    comment:
      'Declination [deg] of a text: up to three numbers with colons, blanks, the letters d, m, s or the signs °, ′ or \', ″ or ". Raises invalid_text_representation for anything else and outside [-90, 90].',
    volatility: 'immutable',
  },
  (angle) => orFailure(INVALID_TEXT_REPRESENTATION, SexagesimalError, () => parseDec(angle)),
);

export const format_ra = routine(
  {
    args: [
      ['ra', 'float8'],
      ['digits', 'int4', '2'],
      ['separator', 'text', "':'"],
    ],
    returns: 'text',
    comment:
      "Hours, minutes and seconds of a right ascension, 12:34:56.78; digits: how many after the point, 0 to 9; separator: what stands between, 'hms' for letters. ra: degrees, taken modulo 360. Raises invalid_parameter_value for NaN, infinity and another number of digits.",
    volatility: 'immutable',
  },
  (ra, digits, separator) =>
    orFailure(INVALID_PARAMETER_VALUE, SexagesimalError, () => formatRa(ra, digits, separator)),
);

export const format_dec = routine(
  {
    args: [
      ['decl', 'float8'],
      ['digits', 'int4', '1'],
      ['separator', 'text', "':'"],
    ],
    returns: 'text',
    comment:
      "Sign, degrees, minutes and seconds of a declination, -12:34:56.7; digits: how many after the point, 0 to 9; separator: what stands between, 'dms' for letters. decl: degrees. Raises invalid_parameter_value for NaN, beyond the poles and another number of digits.",
    volatility: 'immutable',
  },
  (decl, digits, separator) =>
    orFailure(INVALID_PARAMETER_VALUE, SexagesimalError, () => formatDec(decl, digits, separator)),
);
