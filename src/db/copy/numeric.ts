/** The binary form of numeric: base-10000 digits, as numeric_send writes them. */
import type { Scratch } from './scratch.ts';

const negative = 0x4000;
const specials: Readonly<Record<string, number>> = {
  NaN: 0xc000,
  Infinity: 0xd000,
  '-Infinity': 0xf000,
};

/** A decimal number taken apart: digits × 10^-scale; scale may be negative. */
export interface Decimal {
  readonly negative: boolean;
  /** Without leading zeros; empty for zero. */
  readonly digits: string;
  readonly scale: number;
}

/** Parses '-12.5e3'; undefined where the text is no decimal number. */
export function parseDecimal(text: string): Decimal | undefined {
  const match = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/.exec(text);
  if (match === null) return undefined;
  const [, sign, whole = '', fraction = '', exponent = '0'] = match;
  if (whole === '' && fraction === '') return undefined;
  const digits = (whole + fraction).replace(/^0+/, '');
  return { negative: sign === '-' && digits !== '', digits, scale: fraction.length - Number(exponent) };
}

/** Digits after the point that are not trailing zeros; negative for a multiple of ten. */
export function neededScale({ digits, scale }: Decimal): number {
  const significant = digits.replace(/0+$/, '');
  return significant === '' ? 0 : scale - (digits.length - significant.length);
}

/** Digits before the point; negative for a number with zeros right after the point. */
export function wholeDigits({ digits, scale }: Decimal): number {
  return digits === '' ? 0 : digits.length - scale;
}

/** Writes the binary form of a number, keeping its trailing zeros after the point. */
export function writeDecimal(decimal: Decimal, scratch: Scratch): void {
  const displayScale = Math.max(0, decimal.scale);
  // Groups of four digits are counted from the point: pad both sides to whole groups.
  const fraction = Math.max(0, decimal.scale);
  const shifted = decimal.digits + '0'.repeat(Math.max(0, -decimal.scale));
  const whole = shifted.slice(0, Math.max(0, shifted.length - fraction));
  const after = shifted.slice(whole.length).padStart(fraction, '0');
  const padded =
    whole.padStart(Math.ceil(whole.length / 4) * 4, '0') + after.padEnd(Math.ceil(after.length / 4) * 4, '0');
  let weight = Math.ceil(whole.length / 4) - 1;
  const groups: number[] = [];
  for (let at = 0; at < padded.length; at += 4) groups.push(Number(padded.slice(at, at + 4)));
  while (groups.length > 0 && groups[0] === 0) {
    groups.shift();
    weight--;
  }
  while (groups.at(-1) === 0) groups.pop();
  const start = scratch.reserve(8 + 2 * groups.length);
  const { view } = scratch;
  view.setInt16(start, groups.length);
  view.setInt16(start + 2, groups.length === 0 ? 0 : weight);
  view.setUint16(start + 4, decimal.negative ? negative : 0);
  view.setInt16(start + 6, displayScale);
  for (const [i, group] of groups.entries()) view.setInt16(start + 8 + 2 * i, group);
}

/** Writes NaN or an infinity (of PostgreSQL 14 and newer). */
export function writeSpecial(text: 'NaN' | 'Infinity' | '-Infinity', scratch: Scratch): void {
  const start = scratch.reserve(8);
  scratch.bytes.fill(0, start, start + 8);
  scratch.view.setUint16(start + 4, specials[text]!);
}
