/** One value under a conversion and a format specification: what Python's `format(value, spec)` returns. */
import { shortest } from '../../sky/format.ts';
import { formatFloat, formatInt } from './number.ts';
import { checkSize, padded, parseSpec, unknownType } from './spec.ts';
import { FormatError } from './template.ts';
import { isPrintable } from './unicode.ts';

/** Kinds of values; `none` is Python's None. */
export type Kind = 'int' | 'float' | 'str' | 'bool' | 'uuid' | 'timespan' | 'region' | 'none';

/** A value: whole numbers as BigInt, UUIDs and timespans as Python's str() of them. */
export type Value = bigint | number | boolean | string | null;

/** Python's names of the types, for their errors. */
const typeNames: Record<Kind, string> = {
  int: 'int',
  float: 'float',
  str: 'str',
  bool: 'bool',
  uuid: 'UUID',
  timespan: 'Timespan',
  region: 'Region',
  none: 'NoneType',
};

/** Python's str(). */
export function toText(value: Value): string {
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  return typeof value === 'number' ? shortest(value) : String(value);
}

/** Python's repr(), and, with `ascii`, ascii(). */
export function representation(value: Value, kind: Kind, ascii: boolean): string {
  const text = toText(value);
  if (value === null) return text;
  if (kind === 'str') return quoted(text, ascii);
  return kind === 'uuid' ? `UUID('${text}')` : text;
}

const escapes: Record<string, string> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };

function quoted(text: string, ascii: boolean): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  let out = quote;
  for (const letter of text) {
    const code = letter.codePointAt(0)!;
    if (letter === quote) out += `\\${letter}`;
    else if (letter in escapes) out += escapes[letter];
    else if (code < 128 ? code >= 32 && code < 127 : !ascii && isPrintable(code)) out += letter;
    else if (code < 0x100) out += `\\x${code.toString(16).padStart(2, '0')}`;
    else if (code < 0x10000) out += `\\u${code.toString(16).padStart(4, '0')}`;
    else out += `\\U${code.toString(16).padStart(8, '0')}`;
  }
  return out + quote;
}

/** Python's format(value, spec); FormatError, in Python's words, where it raises. */
export function formatValue(value: Value, kind: Kind, spec: string): string {
  if (spec === '') return toText(value);
  if (typeof value === 'bigint') return formatInt(value, spec, 'int');
  if (typeof value === 'number') return formatFloat(value, spec);
  if (typeof value === 'boolean') return formatInt(value ? 1n : 0n, spec, 'bool');
  if (value === null || kind !== 'str')
    throw new FormatError(
      `unsupported format string passed to ${value === null ? 'NoneType' : typeNames[kind]}.__format__`,
    );
  return formatText(value, spec);
}

function formatText(value: string, text: string): string {
  const spec = parseSpec(text, 'str');
  const refuse = (what: string): never => {
    throw new FormatError(`${what} not allowed in string format specifier`);
  };
  if (spec.type !== 's') throw unknownType(spec.type, 'str');
  if (spec.sign !== null) refuse(spec.sign === ' ' ? 'Space' : 'Sign');
  if (spec.noNegativeZero) refuse('Negative zero coercion (z)');
  if (spec.alternate) refuse('Alternate form (#)');
  if (spec.align === '=') throw new FormatError("'=' alignment not allowed in string format specifier");
  // A precision cuts, however large it is.
  checkSize({ ...spec, precision: null });
  return padded(spec.precision === null ? value : [...value].slice(0, spec.precision).join(''), spec);
}
