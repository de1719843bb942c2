/** Format specifications: `[[fill]align][sign][z][#][0][width][grouping][.precision][type]`, as CPython 3.11 reads them. */

import { FormatError } from './template.ts';
import { digitOf } from './unicode.ts';

export interface Spec {
  /** One character. */
  readonly fill: string;
  readonly align: '<' | '>' | '=' | '^';
  readonly sign: '+' | '-' | ' ' | null;
  /** `z`: what rounds to zero has no minus sign. */
  readonly noNegativeZero: boolean;
  /** `#`. */
  readonly alternate: boolean;
  readonly width: number | null;
  readonly grouping: ',' | '_' | null;
  readonly precision: number | null;
  /** The letter of the type, or '' where it is left out. */
  readonly type: string;
}

/** The largest width and precision: what asks for more is a mistake. */
const MAX_SIZE = 100000;

/** The kinds' own alignment and type. */
const defaults = {
  str: { align: '<', type: 's' },
  int: { align: '>', type: 'd' },
  float: { align: '>', type: '' },
} as const;

const aligns: readonly string[] = ['<', '>', '=', '^'];

/** Reads a specification for values of a kind, that errors call by its name; FormatError, in Python's words. */
export function parseSpec(text: string, kind: 'str' | 'int' | 'float', name: string = kind): Spec {
  const letters = [...text];
  const spec = { ...defaults[kind], fill: ' ' } as { align: Spec['align']; type: string; fill: string };
  let at = 0;
  const take = (...accepted: readonly string[]): string | null =>
    at < letters.length && accepted.includes(letters[at]) ? letters[at++] : null;
  const number = (): number | null => {
    const start = at;
    while (at < letters.length && digitOf(letters[at]) !== null) at++;
    if (at === start) return null;
    const value = BigInt(letters.slice(start, at).map(digitOf).join(''));
    if (value > 0x7fffffffffffffffn) throw new FormatError('Too many decimal digits in format string');
    return Number(value);
  };

  const filled = letters.length >= 2 && aligns.includes(letters[1]);
  if (filled) spec.fill = letters[at++];
  const align = take(...aligns);
  if (align !== null) spec.align = align as Spec['align'];
  const sign = take('+', '-', ' ') as Spec['sign'];
  const noNegativeZero = take('z') !== null;
  const alternate = take('#') !== null;
  if (!filled && take('0') !== null) {
    spec.fill = '0';
    if (align === null && spec.align === '>') spec.align = '=';
  }
  const width = number();
  let grouping = take(',') as Spec['grouping'];
  const underscore = take('_') as Spec['grouping'];
  if ((grouping && underscore) || (underscore && letters[at] === ','))
    throw new FormatError("Cannot specify both ',' and '_'.");
  grouping ??= underscore;
  let precision: number | null = null;
  if (take('.') !== null) {
    precision = number();
    if (precision === null) throw new FormatError('Format specifier missing precision');
  }
  if (letters.length - at > 1)
    throw new FormatError(`Invalid format specifier '${text}' for object of type '${name}'`);
  if (at < letters.length) spec.type = letters[at];
  if (grouping !== null) checkGrouping(grouping, spec.type);
  return { ...spec, sign, noNegativeZero, alternate, width, grouping, precision };
}

function checkGrouping(grouping: ',' | '_', type: string): void {
  if ('deEfFgG%'.includes(type) || (grouping === '_' && 'boxX'.includes(type))) return;
  const code = type.codePointAt(0)!;
  const shown = code > 32 && code < 128 ? type : `\\x${code.toString(16)}`;
  throw new FormatError(`Cannot specify '${grouping}' with '${shown}'.`);
}

/** Refuses what would make a text of absurd size. */
export function checkSize({ width, precision }: Spec): void {
  const size = Math.max(width ?? 0, precision ?? 0);
  if (size > MAX_SIZE) throw new FormatError(`a width or precision of ${size} is more than ${MAX_SIZE}`);
}

/** Pads a text to the width: code points count, as in Python. */
export function padded(text: string, spec: Spec): string {
  const missing = (spec.width ?? 0) - length(text);
  if (missing <= 0) return text;
  const left = spec.align === '<' ? 0 : spec.align === '^' ? Math.floor(missing / 2) : missing;
  return spec.fill.repeat(left) + text + spec.fill.repeat(missing - left);
}

/** Code points in a text. */
export function length(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}

/** The error of a type letter that a kind of value does not know. */
export function unknownType(type: string, kind: string): FormatError {
  const code = type.codePointAt(0)!;
  const shown = code > 32 && code < 128 ? type : `\\x${code.toString(16)}`;
  return new FormatError(`Unknown format code '${shown}' for object of type '${kind}'`);
}
