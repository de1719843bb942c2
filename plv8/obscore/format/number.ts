/** Numbers under a format specification, as CPython's `int.__format__` and `float.__format__`. */
import { type Decimal, fixedDigits, shortestDigits, significantDigits } from './decimal.ts';
import { checkSize, length, padded, parseSpec, type Spec, unknownType } from './spec.ts';
import { FormatError } from './template.ts';

/** A whole number. kind: int, or bool, whose values are 0 and 1 under a specification. */
export function formatInt(value: bigint, text: string, kind: 'int' | 'bool'): string {
  const spec = parseSpec(text, 'int', kind);
  const { type } = spec;
  if ('eEfFgG%'.includes(type)) return formatDouble(Number(value), spec);
  if (!'bcdonxX'.includes(type)) throw unknownType(type, kind);
  if (spec.precision !== null) throw new FormatError('Precision not allowed in integer format specifier');
  if (spec.noNegativeZero)
    throw new FormatError('Negative zero coercion (z) not allowed in integer format specifier');
  if (type === 'c') return character(value, spec);
  checkSize(spec);
  const radix = { b: 2, o: 8, x: 16, X: 16 }[type];
  const size = value < 0n ? -value : value;
  const digits = size.toString(radix ?? 10);
  return number(spec, {
    negative: value < 0n,
    prefix: radix !== undefined && spec.alternate ? `0${type}` : '',
    digits: type === 'X' ? digits.toUpperCase() : digits,
    rest: '',
  });
}

function character(value: bigint, spec: Spec): string {
  if (spec.sign !== null) throw new FormatError("Sign not allowed with integer format specifier 'c'");
  if (spec.alternate)
    throw new FormatError("Alternate form (#) not allowed with integer format specifier 'c'");
  if (value < 0n || value > 0x10ffffn) throw new FormatError('%c arg not in range(0x110000)');
  if (value === 0n || (value >= 0xd800n && value <= 0xdfffn))
    throw new FormatError(`U+${value.toString(16).toUpperCase().padStart(4, '0')} is no character of a text`);
  return number(spec, {
    negative: false,
    prefix: '',
    digits: '',
    rest: String.fromCodePoint(Number(value)),
  });
}

/** A double. */
export function formatFloat(value: number, text: string): string {
  const spec = parseSpec(text, 'float');
  if (!'eEfFgGn%'.includes(spec.type)) throw unknownType(spec.type, 'float');
  return formatDouble(value, spec);
}

function formatDouble(value: number, spec: Spec): string {
  checkSize(spec);
  const percent = spec.type === '%';
  const shown = percent ? value * 100 : value;
  const size = Math.abs(shown);
  const upper = 'EFG'.includes(spec.type) && spec.type !== '';
  const sign = shown < 0 || Object.is(shown, -0);
  const suffix = percent ? '%' : '';
  if (!Number.isFinite(shown)) {
    const name = Number.isNaN(shown) ? 'nan' : 'inf';
    return number(spec, {
      negative: sign,
      prefix: '',
      digits: '',
      rest: (upper ? name.toUpperCase() : name) + suffix,
    });
  }
  const { text, zero } = unsigned(size, spec);
  const [whole] = /^\d+/.exec(text)!;
  const rest = text.slice(whole.length) + suffix;
  return number(spec, {
    negative: sign && !(zero && spec.noNegativeZero),
    prefix: '',
    digits: whole,
    rest: upper ? rest.toUpperCase() : rest,
  });
}

/** The size of a number in the form that its type asks for, and whether all its digits are 0. */
function unsigned(size: number, spec: Spec): { text: string; zero: boolean } {
  const { alternate } = spec;
  const kind = spec.type.toLowerCase();
  const precision = spec.precision ?? 6;
  const answer = (decimal: Decimal, text: string) => ({ text, zero: !/[1-9]/.test(decimal.digits) });
  if (kind === 'f' || kind === '%') {
    const decimal = fixedDigits(size, precision);
    return answer(decimal, plain(decimal, precision, alternate));
  }
  if (kind === 'e') {
    const decimal = significantDigits(size, precision + 1);
    return answer(decimal, scientific(decimal, precision, alternate));
  }
  // Without a type: as repr, or as g but with a digit after the point.
  const pointed = kind === '';
  const count = Math.max(1, precision);
  const decimal = pointed && spec.precision === null ? shortestDigits(size) : significantDigits(size, count);
  const limit = pointed ? (spec.precision === null ? 16 : count - 1) : count;
  const digits =
    alternate && !(pointed && spec.precision === null) ? decimal.digits : decimal.digits.replace(/0+$/, '');
  if (decimal.point <= -4 || decimal.point > limit)
    return answer(decimal, scientific(decimal, Math.max(0, digits.length - 1), alternate));
  const places = Math.max(digits.length - decimal.point, pointed ? 1 : 0);
  return answer(decimal, plain({ ...decimal, digits }, places, alternate));
}

/** Digits around a point, with so many places after it. */
function plain({ digits, point }: Decimal, places: number, alternate: boolean): string {
  const whole = point > 0 ? digits.slice(0, point).padEnd(point, '0') : '0';
  if (places <= 0) return alternate ? `${whole}.` : whole;
  const after = point >= 0 ? digits.slice(point) : '0'.repeat(-point) + digits;
  return `${whole}.${after.padEnd(places, '0').slice(0, places)}`;
}

/** One digit, so many places, and the exponent. */
function scientific({ digits, point }: Decimal, places: number, alternate: boolean): string {
  const exponent = point - 1;
  const after = digits.slice(1, places + 1).padEnd(places, '0');
  const dot = places > 0 || alternate ? '.' : '';
  return `${digits[0]}${dot}${after}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
}

interface Parts {
  readonly negative: boolean;
  readonly prefix: string;
  /** Before the point: what separators go between. */
  readonly digits: string;
  readonly rest: string;
}

/** Puts a number together: sign, prefix, grouped digits, the rest, padded to the width. */
function number(spec: Spec, { negative, prefix, digits, rest }: Parts): string {
  const sign = negative ? '-' : spec.sign === '+' || spec.sign === ' ' ? spec.sign : '';
  const around = length(sign) + prefix.length + length(rest);
  const least = spec.fill === '0' && spec.align === '=' ? (spec.width ?? 0) - around : 0;
  const body = (digits === '' ? '' : grouped(digits, least, spec)) + rest;
  if (spec.align !== '=') return padded(sign + prefix + body, spec);
  const missing = (spec.width ?? 0) - around - (length(body) - length(rest));
  return sign + prefix + spec.fill.repeat(Math.max(0, missing)) + body;
}

/** Digits with separators, and zeros before them, that have separators too, up to a least length. */
function grouped(digits: string, least: number, spec: Spec): string {
  if (spec.grouping === null) return digits.padStart(least, '0');
  const size = 'boxX'.includes(spec.type) && spec.type !== '' ? 4 : 3;
  const groups: string[] = [];
  let remaining = digits.length;
  let width = least + 1;
  do {
    // The separator, which the first group has not.
    width -= 1;
    const count = Math.min(size, Math.max(remaining, width, 1));
    groups.unshift(digits.slice(Math.max(0, remaining - count), Math.max(0, remaining)).padStart(count, '0'));
    remaining -= count;
    width -= count;
  } while (remaining > 0 || width > 0);
  return groups.join(spec.grouping);
}
