/** Values as the scenarios write them, and as the registry gives them: times, regions, and when two are equal. */
import { Buffer } from 'node:buffer';
import { decodeRegion } from '../../../plv8/sky/codec.ts';

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = { readonly [key: string]: Json };

export const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const lastNanosecond = 4102444800000000000n;

/** A stored range of TAI nanoseconds, such as `[0,100)`, in the scenarios' form. */
export function timespanJson(range: string | null): Json {
  if (range === null || range === 'empty') return range;
  const [, begin, end] = /^\[(-?\d+),(-?\d+)\)$/.exec(range)!;
  const text = (ns: string) => `${new Date(Number(BigInt(ns) / 1000000n)).toISOString().slice(0, 19)}`;
  const micros = (ns: string) => String((BigInt(ns) / 1000n) % 1000000n).padStart(6, '0');
  return {
    begin: BigInt(begin) === 0n ? null : `${text(begin)}.${micros(begin)}`,
    end: BigInt(end) === lastNanosecond ? null : `${text(end)}.${micros(end)}`,
    begin_ns: begin,
    end_ns: end,
  };
}

/** A stored region, in base64, as the longitudes and latitudes of its vertices [deg]. */
export function regionJson(base64: string | null): Json {
  if (base64 === null) return null;
  const region = decodeRegion(new Uint8Array(Buffer.from(base64, 'base64')));
  if (region.kind !== 'ConvexPolygon') return { kind: region.kind };
  return {
    polygon_lonlat_deg: region.vertices.map(([x, y, z]) => [
      ((Math.atan2(y, x) * 180) / Math.PI + 360) % 360,
      (Math.atan2(z, Math.hypot(x, y)) * 180) / Math.PI,
    ]),
  };
}

/** Text by which equal values sort alike: keys in order, numbers rounded as the comparison rounds them. */
function canonical(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (isObject(value)) {
    const keys = Object.keys(value).filter((key) => key !== 'sphgeom_hex');
    return `{${keys
      .sort()
      .map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`)
      .join(',')}}`;
  }
  if (typeof value === 'number' && !Number.isInteger(value)) return value.toPrecision(8);
  return JSON.stringify(value);
}

const sorted = (values: readonly Json[]) =>
  [...values].sort((a, b) => (canonical(a) < canonical(b) ? -1 : 1));

function sameAngle(a: number, b: number): boolean {
  const difference = Math.abs(a - b) % 360;
  return Math.min(difference, 360 - difference) < 1e-7;
}

/** Whether two polygons have the same vertices in the same sense, whichever comes first. */
function samePolygon(a: readonly Json[], b: readonly Json[]): boolean {
  const points = [a, b].map((polygon) => polygon as readonly (readonly [number, number])[]);
  const [p, q] = points;
  return (
    p.length === q.length &&
    p.some((_, shift) =>
      q.every(([lon, lat], i) => {
        const [otherLon, otherLat] = p[(i + shift) % p.length];
        return sameAngle(lon, otherLon) && Math.abs(lat - otherLat) < 1e-7;
      }),
    )
  );
}

/** Lists inside a result that are sets: their order says nothing. */
const sets = ['dataset_types', 'parents', 'instrument', 'skymap'];

/**
 * Whether a result is the expected one: floats to 1e-9 relative (angles modulo 360 where `key` is an azimuth),
 * polygons by their vertices, and the outermost list as a set unless its order counts.
 */
export function equal(actual: Json, expected: Json, ordered: boolean, key = ''): boolean {
  if (typeof actual === 'number' && typeof expected === 'number') {
    if (key === 'azimuth' && sameAngle(actual, expected)) return true;
    return (
      actual === expected ||
      Math.abs(actual - expected) <= 1e-9 * Math.max(Math.abs(actual), Math.abs(expected)) ||
      (!Number.isInteger(expected) && Math.abs(actual - expected) < 1e-12)
    );
  }
  if (Array.isArray(actual) && Array.isArray(expected)) {
    if (key === 'polygon_lonlat_deg') return samePolygon(actual, expected);
    const [a, b] = ordered ? [actual, expected] : [sorted(actual), sorted(expected)];
    return a.length === b.length && a.every((value, i) => equal(value, b[i], true, key));
  }
  if (isObject(actual) && isObject(expected)) {
    const names = (value: JsonObject) =>
      Object.keys(value)
        .filter((name) => name !== 'sphgeom_hex')
        .sort();
    return (
      names(actual).join() === names(expected).join() &&
      names(expected).every((name) => equal(actual[name], expected[name], !sets.includes(name), name))
    );
  }
  return actual === expected;
}
