/** What becomes of a value on its way from a file into a column: units, times, names, in that order of an expression. */
import { createHash } from 'node:crypto';
import { leapDays } from '../../../plv8/butler/where/times.ts';
import type { Conversion } from './schema.ts';

export type Value = number | bigint | string | boolean | null;

/** Why a value cannot be taken: the caller knows which. */
export class BadValue extends Error {}

/** An id whose last digits are gone. */
export class LostDigits extends BadValue {
  constructor(value: unknown) {
    super(`${shown(value)} was kept as a floating point number, which has lost digits of it`);
  }
}

const unixDay = 40_587;
const secondsPerDay = 86_400;
const julianDayOfMjd = 2_400_000.5;

/** MJD TAI of an MJD UTC. */
export function taiFromUtc(mjd: number): number {
  const day = Math.floor(mjd) - unixDay;
  const offset = Math.max(10, 9 + leapDays.filter((start) => start <= day).length);
  return mjd + offset / secondsPerDay;
}

/** MJD TAI of microseconds since 1970-01-01 UTC. */
export function taiFromMicroseconds(microseconds: bigint): number {
  return taiFromUtc(unixDay + Number(microseconds) / (secondsPerDay * 1e6));
}

/** AB magnitudes are 31.4 for a nanojansky: Oke & Gunn 1983, with 3631 Jy at magnitude 0. */
const zeroPoint = 2.5 * Math.log10(3631e9);

/** Flux [nJy] of a magnitude [mag(AB)]. */
export function fluxOfMagnitude(magnitude: number): number {
  return 10 ** ((zeroPoint - magnitude) / 2.5);
}

const fluxErrorPerMagnitude = Math.LN10 / 2.5;

export function numberOf(value: Value): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint') return Number(value);
  if (typeof value === 'string') {
    const text = value.trim();
    if (/^[+-]?nan$/i.test(text)) return Number.NaN;
    const number = Number(text.replace(/^([+-]?)inf$/i, '$1Infinity'));
    if (text !== '' && !Number.isNaN(number)) return number;
  }
  throw new BadValue(`${shown(value)} is not a number`);
}

export function shown(value: unknown): string {
  const text = typeof value === 'string' ? `"${value}"` : String(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

function micros(value: Value): bigint {
  if (typeof value === 'bigint') return value;
  const match = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(\.\d{1,9})?(?:Z|[+]00:?00)?$/.exec(
    String(value).trim(),
  );
  const seconds = match === null ? Number.NaN : Date.parse(`${match[1]}T${match[2]}Z`);
  if (Number.isNaN(seconds))
    throw new BadValue(`${shown(value)} is no time of UTC such as 2021-11-22T10:45:12.5`);
  return BigInt(seconds) * 1000n + BigInt(Math.round(Number(match![3] ?? 0) * 1e6));
}

/**
 * The number in a name of ZTF: two digits of the year, and seven letters that count in base 26.
 * ZTF18aaaaaaa is 18 · 26^7.
 */
function ztfName(value: Value): bigint {
  const match = /^ZTF(\d\d)([a-z]{7})$/.exec(String(value));
  if (match === null) throw new BadValue(`${shown(value)} is no name of ZTF such as ZTF18aaabcde`);
  return [...match[2]!].reduce(
    (sum, letter) => sum * 26n + BigInt(letter.charCodeAt(0) - 97),
    BigInt(match[1]!),
  );
}

/** A converted value; `of` is the magnitude of an error in magnitudes. */
export function convert(conversion: Conversion, value: Value, of: Value): Value {
  switch (conversion) {
    case 'mjd_utc':
      return taiFromUtc(numberOf(value));
    case 'jd_utc':
      return taiFromUtc(numberOf(value) - julianDayOfMjd);
    case 'jd_tai':
      return numberOf(value) - julianDayOfMjd;
    case 'timestamp_utc':
      return taiFromMicroseconds(micros(value));
    case 'radians':
      return (numberOf(value) * 180) / Math.PI;
    case 'hours':
      return numberOf(value) * 15;
    case 'arcsec':
      return numberOf(value) / 3600;
    case 'ab_mag':
      return fluxOfMagnitude(numberOf(value));
    case 'ab_mag_error':
      return of === null ? null : numberOf(value) * fluxOfMagnitude(numberOf(of)) * fluxErrorPerMagnitude;
    case 'ztf_name':
      return ztfName(value);
  }
}

function wholeOf(value: Value): bigint {
  if (typeof value === 'bigint') return value;
  const number = typeof value === 'string' && /^[+-]?\d+$/.test(value) ? BigInt(value) : numberOf(value);
  if (typeof number === 'bigint') return number;
  if (!Number.isSafeInteger(number)) throw new BadValue(`${shown(value)} is not a whole number`);
  return BigInt(number);
}

function floorDivision(value: bigint, by: bigint): bigint {
  const quotient = value / by;
  return value % by < 0n ? quotient - 1n : quotient;
}

export const divided = (value: Value, by: number): bigint => floorDivision(wholeOf(value), BigInt(by));

export function remainderOf(value: Value, by: number): bigint {
  const whole = wholeOf(value);
  return whole - floorDivision(whole, BigInt(by)) * BigInt(by);
}

/** A positive int8 of the values: 63 bits of the SHA-256 of their JSON. */
export function hashOf(values: readonly Value[]): bigint {
  const text = JSON.stringify(values.map((value) => (typeof value === 'bigint' ? String(value) : value)));
  return createHash('sha256').update(text).digest().readBigUInt64BE() >> 1n;
}
