/**
 * Values that come beside an expression, as a JSON object: scalars, lists of them, and as objects
 * `{"$time": text, "scale": scale}`, `{"$timespan": {"begin": …, "end": …}}` or `{"$timespan": "empty"}`,
 * `{"$lonlat": [lon, lat]}`, `{"$uuid": text}`, and regions: `{"polygon_lonlat_deg": [[lon, lat], …]}` (the hull),
 * `{"sphgeom_hex": hex}`, `{"$region": POS or base64}`. Begin and end of a timespan are ISO text of TAI, or null;
 * `begin_ns` and `end_ns` are nanoseconds since 1970-01-01 TAI as text or integers.
 */

import { type Json, JsonError, JsonNumber, parseJson } from '../../config/exact_json.ts';
import { encodeBase64 } from '../../sky/base64.ts';
import { butlerError } from '../errors.ts';
import { NOT_STORABLE, storable } from './lexer.ts';
import type { ValueType } from './reference.ts';
import {
  point,
  polygon,
  type RegionValue,
  RegionValueError,
  regionOfBase64,
  regionOfPos,
} from './regions.ts';
import { clampedInstant, parseTime, TimeError, timespanText } from './times.ts';

/** A value that the text of the expression, or what was bound to it, gives. */
export interface Constant {
  readonly type: ValueType;
  /** PostgreSQL's text form of the value. */
  readonly text: string;
  /** Of a region that is a point [deg]. */
  readonly point?: RegionValue['point'];
}

/** A list can stand only within IN (…). */
export type Bound = Constant | null | readonly (Constant | null)[];

export type Bindings = ReadonlyMap<string, Bound>;

class BindError extends Error {}

/**
 * @param text JSON, as text: its integers need not fit into a double
 * @throws InvalidQueryError
 */
export function parseBind(text: string): Bindings {
  let json: Json;
  try {
    json = parseJson(text);
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    throw butlerError('InvalidQueryError', `bind is no JSON: ${error.message}`);
  }
  if (json === null) return new Map();
  if (!(json instanceof Map))
    throw butlerError('InvalidQueryError', 'bind must be a JSON object of names and values', {
      hint: `Write '{"night": 20190401}'.`,
    });
  const bindings = new Map<string, Bound>();
  for (const [name, value] of json as ReadonlyMap<string, Json>) bindings.set(name, bound(name, value));
  return bindings;
}

function bound(name: string, value: Json): Bound {
  try {
    return Array.isArray(value) ? value.map((member: Json) => scalar(member)) : scalar(value);
  } catch (error) {
    if (error instanceof TimeError || error instanceof RegionValueError || error instanceof BindError)
      throw butlerError('InvalidQueryError', `the value bound to '${name}' cannot be used: ${error.message}`);
    throw error;
  }
}

function scalar(value: Json): Constant | null {
  if (value === null) return null;
  if (typeof value === 'boolean') return { type: 'bool', text: String(value) };
  if (typeof value === 'string') return { type: 'string', text: storableText(value) };
  if (value instanceof JsonNumber) return numberConstant(value.text, (why) => new BindError(why));
  if (value instanceof Map) return object(value);
  throw new BindError('a list can hold no lists');
}

function storableText(text: string): string {
  if (!storable(text)) throw new BindError(NOT_STORABLE);
  return text;
}

/** Digits of an integer: more are not needed, and arithmetic on them would cost more and more. */
const MAX_DIGITS = 38;

/** An integer of any size, or a double. */
export function numberConstant(text: string, error: (why: string) => Error): Constant {
  if (/^[+-]?\d+$/.test(text)) {
    if (text.length > 1000) throw error(`a number has more than ${MAX_DIGITS} digits`);
    return integerConstant(BigInt(text), error);
  }
  return floatConstant(Number(text), error);
}

export function integerConstant(value: bigint, error: (why: string) => Error): Constant {
  const text = String(value);
  if (text.length > MAX_DIGITS) throw error(`a number has more than ${MAX_DIGITS} digits`);
  return { type: 'int', text };
}

export function floatConstant(value: number, error: (why: string) => Error): Constant {
  if (!Number.isFinite(value)) throw error('a number is too large');
  return { type: 'float', text: String(value) };
}

export function regionConstant(region: RegionValue): Constant {
  return { type: 'region', ...region };
}

function object(value: ReadonlyMap<string, Json>): Constant {
  const kinds: { readonly [key: string]: (given: Json) => Constant } = {
    $time: (time) => {
      const scale = value.get('scale');
      const { nanoseconds } = parseTime(text(time), scale === undefined ? undefined : text(scale));
      return { type: 'datetime', text: String(clampedInstant(nanoseconds)) };
    },
    $timespan: timespan,
    $lonlat: (position) => {
      const [ra, decl, ...more] = numbers(position);
      if (decl === undefined || more.length > 0) throw new BindError('$lonlat takes two numbers');
      return regionConstant(point(ra, decl));
    },
    $uuid: (uuid) => {
      const canonical = canonicalUuid(text(uuid));
      if (canonical === undefined) throw new BindError(`'${text(uuid)}' is no UUID`);
      return { type: 'uuid', text: canonical };
    },
    $region: (region) =>
      regionConstant(
        /^\s*[A-Z]+\s/.test(text(region)) ? regionOfPos(text(region)) : regionOfBase64(text(region)),
      ),
    sphgeom_hex: (hex) => {
      const digits = text(hex);
      if (!/^(?:[0-9a-f]{2})+$/i.test(digits)) throw new BindError('sphgeom_hex takes hexadecimal digits');
      const bytes = digits.match(/../g)!.map((pair) => Number.parseInt(pair, 16));
      return regionConstant(regionOfBase64(encodeBase64(Uint8Array.from(bytes))));
    },
    polygon_lonlat_deg: (vertices) => {
      if (!Array.isArray(vertices)) throw new BindError('polygon_lonlat_deg takes a list of [lon, lat]');
      const pairs = vertices.map(numbers);
      if (pairs.some((pair) => pair.length !== 2))
        throw new BindError('polygon_lonlat_deg takes a list of [lon, lat]');
      return regionConstant(polygon(pairs.flat()));
    },
  };
  for (const [key, given] of value) if (Object.hasOwn(kinds, key)) return kinds[key](given);
  throw new BindError(`an object must have one of the keys ${Object.keys(kinds).join(', ')}`);
}

function timespan(given: Json): Constant {
  if (given === 'empty') return { type: 'timespan', text: 'empty' };
  if (!(given instanceof Map)) throw new BindError('$timespan takes an object with begin and end');
  const ends = given as ReadonlyMap<string, Json>;
  const end = (name: 'begin' | 'end'): bigint | null => {
    const exact = ends.get(`${name}_ns`);
    if (exact !== undefined && exact !== null) {
      const digits = exact instanceof JsonNumber ? exact.text : text(exact);
      if (!/^-?\d{1,30}$/.test(digits)) throw new BindError(`${name}_ns takes an integer`);
      return BigInt(digits);
    }
    const instant = ends.get(name);
    return instant === undefined || instant === null ? null : parseTime(text(instant), 'tai').nanoseconds;
  };
  return { type: 'timespan', text: timespanText(end('begin'), end('end')) };
}

function text(value: Json): string {
  if (typeof value !== 'string') throw new BindError('a text is needed here');
  return value;
}

function numbers(value: Json): number[] {
  if (!Array.isArray(value)) throw new BindError('a list of numbers is needed here');
  return value.map((number: Json) => {
    if (!(number instanceof JsonNumber)) throw new BindError('a list of numbers is needed here');
    return Number(number.text);
  });
}

/** The form with hyphens, in lower case, of 32 hexadecimal digits with or without them. */
export function canonicalUuid(text: string): string | undefined {
  const match = /^([0-9a-f]{8})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{12})$/.exec(
    text
      .trim()
      .toLowerCase()
      .replace(/^urn:uuid:/, '')
      .replace(/^\{(.*)\}$/, '$1'),
  );
  return match?.slice(1).join('-');
}
