/** Numbers as text: C's `%.6f`, and the shortest form that reads back as the same double. */
import { RegionError } from './codec.ts';

/** "000" to "999". */
const THREE_DIGITS = Array.from({ length: 1000 }, (_, i) => String(i).padStart(3, '0'));

/** 2^27 + 1 splits a double into two halves whose products are exact. */
const SPLITTER = 134217729;

const word = new DataView(new ArrayBuffer(8));

/**
 * Six decimals as C's `%.6f` writes them: the exact binary value rounded half to even, "-0.000000" for what is
 * negative and rounds to zero, "nan" and "inf".
 */
export function fixed6(value: number): string {
  const size = Math.abs(value);
  // Below 2^32 millionths the digits come from integers; beyond, from the exact value.
  if (!(size < 4294)) return fixed6Exact(value);
  const scaled = size * 1e6;
  let units = Math.floor(scaled);
  const rest = scaled - units;
  // The product is off by less than 2^-21: only near the half does that matter.
  if (rest > 0.50001) units += 1;
  else if (rest > 0.49999) units += roundsUp(size, scaled, units) ? 1 : 0;
  const whole = Math.floor(units / 1e6);
  const decimals = units - whole * 1e6;
  const thousands = Math.floor(decimals / 1000);
  const digits = `${whole}.${THREE_DIGITS[thousands]}${THREE_DIGITS[decimals - thousands * 1000]}`;
  return value < 0 || (value === 0 && 1 / value < 0) ? `-${digits}` : digits;
}

/** Whether the exact product size × 10^6 lies beyond the half between units and the next, or on it and units is odd. */
function roundsUp(size: number, scaled: number, units: number): boolean {
  const t = SPLITTER * size;
  const high = t - (t - size);
  const error = high * 1e6 - scaled + (size - high) * 1e6;
  const beyond = scaled - (units + 0.5) + error;
  return beyond > 0 || (beyond === 0 && units % 2 === 1);
}

function fixed6Exact(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (value === Infinity) return 'inf';
  if (value === -Infinity) return '-inf';
  word.setFloat64(0, Math.abs(value));
  const bits = word.getBigUint64(0);
  const mantissa = (bits & 0xfffffffffffffn) | (1n << 52n);
  const exponent = (bits >> 52n) - 1075n;
  const scaled = mantissa * 1000000n;
  let units = exponent >= 0n ? scaled << exponent : scaled >> -exponent;
  if (exponent < 0n) {
    const rest = scaled - (units << -exponent);
    const half = 1n << (-exponent - 1n);
    if (rest > half || (rest === half && (units & 1n) === 1n)) units += 1n;
  }
  const digits = String(units).padStart(7, '0');
  return `${value < 0 ? '-' : ''}${digits.slice(0, -6)}.${digits.slice(-6)}`;
}

/** The shortest decimal that reads back as the same double, with a point or an exponent, as Python's `repr`. */
export function shortest(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  if (value === 0) return 1 / value < 0 ? '-0.0' : '0.0';
  const [digits, power] = value.toExponential().split('e');
  const exponent = Number(power);
  if (exponent < -4 || exponent >= 16) {
    return `${digits}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
  }
  // Between these powers String() writes no exponent.
  const text = String(value);
  return text.includes('.') ? text : `${text}.0`;
}

const NUMBER = /^[+-]?(?:\d+(?:_\d+)*\.?(?:\d+(?:_\d+)*)?|\.\d+(?:_\d+)*)(?:[eE][+-]?\d+)?$/;
const INFINITE = /^([+-]?)inf(?:inity)?$/i;

/** A number of a region's text; `Inf`, `+Inf`, `-Inf` and `NaN` in any case are numbers too. */
export function parseNumber(text: string): number {
  if (NUMBER.test(text)) return Number(text.replaceAll('_', ''));
  const infinite = INFINITE.exec(text);
  if (infinite) return infinite[1] === '-' ? -Infinity : Infinity;
  if (/^[+-]?nan$/i.test(text)) return NaN;
  throw new RegionError(`could not convert string to float: '${text}'`, '22P02');
}
