/** What Python's `int()`, `float()`, `bool(int())` make of a text, as SQL. */
import { type Formatted, firstFailure, sqlText } from './compile.ts';
import { digitOf, WHITE } from './unicode.ts';
import { representation } from './value.ts';

export type ColumnType = 'bool' | 'int' | 'float' | 'string';

const sqlTypes = { bool: 'bool', int: 'int8', float: 'float8', string: 'text' } as const;

/**
 * A text as the value of a column: NULL, and a reason, where Python raises, where a whole number is beyond int8, and
 * where a string is longer than the column.
 */
export function convert(text: Formatted, type: ColumnType, length: number | null): Formatted {
  if (type === 'string') return limited(text, length);
  if (text.constant !== undefined) return constantOf(text.constant, type);
  const { whole } = text;
  const direct = whole && fromTerm(whole.sql, whole.kind, type);
  if (direct !== undefined)
    return {
      sql: direct,
      fails: whole!.nullable
        ? `case when ${whole!.sql} is null then ${sqlText(type === 'float' ? invalidFloat('None') : invalidInt('None'))} end`
        : null,
    };
  const number = type === 'float' ? 'float' : 'int';
  const value = `obscore.python_${number}(${text.sql})`;
  return {
    sql: type === 'bool' ? `(${value} <> 0)` : value,
    fails: firstFailure([text.fails, `obscore.python_${number}_error(${text.sql})`]),
  };
}

/** The value of a term whose text reads back as it stands. */
function fromTerm(sql: string, kind: string, type: Exclude<ColumnType, 'string'>): string | undefined {
  if (kind === 'int') return type === 'bool' ? `(${sql} <> 0)` : `${sql}::${sqlTypes[type]}`;
  return kind === 'float' && type === 'float' ? `${sql}::float8` : undefined;
}

function limited(text: Formatted, length: number | null): Formatted {
  if (length === null) return text;
  const { constant, sql } = text;
  if (constant !== undefined)
    return [...constant].length <= length ? text : failure(tooLong(String([...constant].length), length));
  return {
    sql: `case when length(${sql}) <= ${length} then ${sql} end`,
    fails: firstFailure([
      text.fails,
      `case when length(${sql}) > ${length} then 'value of ' || length(${sql}) || ${sqlText(` characters is too long: the column has ${length}`)} end`,
    ]),
  };
}

const tooLong = (size: string, length: number): string =>
  `value of ${size} characters is too long: the column has ${length}`;

function constantOf(text: string, type: Exclude<ColumnType, 'string'>): Formatted {
  const value = type === 'float' ? pythonFloat(text) : pythonInt(text);
  if (typeof value === 'string') return failure(value, sqlTypes[type]);
  if (type === 'bool') return { sql: value === 0n ? 'false' : 'true', fails: null };
  return { sql: `'${value}'::${sqlTypes[type]}`, fails: null };
}

const failure = (reason: string, type = 'text'): Formatted => ({
  sql: `null::${type}`,
  fails: `${sqlText(reason)}::text`,
});

const invalidInt = (text: string): string =>
  `invalid literal for int() with base 10: ${representation(text, 'str', false)}`;
const invalidFloat = (text: string): string =>
  `could not convert string to float: ${representation(text, 'str', false)}`;

const AROUND = new RegExp(`^[${WHITE}]+|[${WHITE}]+$`, 'g');

/** Digits of any script as those of ASCII, without white space around. */
function plain(text: string): string {
  const inside = text.replace(AROUND, '');
  return /^[\0-\x7f]*$/.test(inside)
    ? inside
    : [...inside].map((letter) => digitOf(letter) ?? letter).join('');
}

/** Python's int(text), or why it is none; beyond int8 it cannot be stored. */
export function pythonInt(text: string): bigint | string {
  const digits = plain(text);
  if (!/^[+-]?\d+(_\d+)*$/.test(digits)) return invalidInt(text);
  const negative = digits.startsWith('-');
  const size = BigInt(digits.replace(/^[+-]/, '').replaceAll('_', ''));
  const value = negative ? -size : size;
  return BigInt.asIntN(64, value) === value ? value : `${digits} is out of the range of a 64-bit integer`;
}

const FLOAT = /^[+-]?(\d+(_\d+)*\.?(\d+(_\d+)*)?|\.\d+(_\d+)*)([eE][+-]?\d+(_\d+)*)?$/;

/** Python's float(text), or why it is none. */
export function pythonFloat(text: string): number | string {
  const digits = plain(text);
  if (FLOAT.test(digits)) return Number(digits.replaceAll('_', ''));
  const infinite = /^([+-]?)inf(inity)?$/i.exec(digits);
  if (infinite) return infinite[1] === '-' ? -Infinity : Infinity;
  return /^[+-]?nan$/i.test(digits) ? NaN : invalidFloat(text);
}
