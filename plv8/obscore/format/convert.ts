/** What Python's `int()`, `float()`, `bool(int())` make of a text, as SQL. */
import { type Formatted, firstFailure, sqlText } from './compile.ts';
import { digitOf, WHITE } from './unicode.ts';
import { representation } from './value.ts';

export type ColumnType = 'bool' | 'int' | 'float' | 'string';

const sqlTypes = { bool: 'bool', int: 'int8', float: 'float8', string: 'text' } as const;

/**
 * A text as the value of a column: NULL, and a reason, where Python raises, where a whole number is beyond the range of
 * the column's SQL type, and where a string is longer than it.
 */
export function convert(text: Formatted, type: ColumnType, sqlType: string): Formatted {
  if (type === 'string') return limited(text, lengthOf(sqlType));
  const range = type === 'int' ? ranges[sqlType] : undefined;
  if (text.constant !== undefined) return constantOf(text.constant, type, sqlType);
  return range === undefined ? valueOfText(text, type) : within(valueOfText(text, type), sqlType, range);
}

/** What PostgreSQL's smaller integers hold; bigint is the type of all others. */
const ranges: { readonly [sqlType: string]: readonly [least: bigint, most: bigint] } = {
  smallint: [-32768n, 32767n],
  integer: [-2147483648n, 2147483647n],
};

/** Why a column's type cannot hold a constant, or null where it can. */
export function constantComplaint(value: bigint | string, sqlType: string): string | null {
  if (typeof value === 'string') {
    const length = lengthOf(sqlType);
    const size = [...value].length;
    return length === null || size <= length ? null : tooLong(String(size), length);
  }
  const [least, most] = ranges[sqlType] ?? [-(2n ** 63n), 2n ** 63n - 1n];
  return value < least || value > most ? beyond(value, sqlType) : null;
}

const beyond = (value: bigint, sqlType: string): string => `${value} is beyond the range of ${sqlType}`;

/** The length of a varchar; other types have none. */
function lengthOf(sqlType: string): number | null {
  const [, length] = /^character varying\((\d+)\)$/.exec(sqlType) ?? [];
  return length === undefined ? null : Number(length);
}

function within(value: Formatted, sqlType: string, [least, most]: readonly [bigint, bigint]): Formatted {
  const holds = `${value.sql} between ${least} and ${most}`;
  return {
    sql: `case when ${holds} then ${value.sql} end`,
    fails: firstFailure([
      value.fails,
      `case when not ${holds} then ${value.sql} || ' is beyond the range of ${sqlType}' end`,
    ]),
  };
}

function valueOfText(text: Formatted, type: Exclude<ColumnType, 'string'>): Formatted {
  const { whole } = text;
  const direct = whole && fromTerm(whole.sql, whole.kind, type);
  if (direct !== undefined)
    return {
      sql: direct,
      fails: whole!.nullable
        ? `case when ${whole!.sql} is null then ${sqlText(type === 'float' ? invalidFloat('None') : invalidInt('None'))} end`
        : null,
    };
  const number = type === 'float' ? 'float8' : 'int8';
  const isPlain = `${text.sql} ~ '${plainNumbers[number]}'`;
  const plain = `${text.sql}::${number}${type === 'bool' ? ' <> 0' : ''}`;
  return {
    sql: `(case when ${isPlain} then ${plain} else obscore.python_${type}(${text.sql}) end)`,
    fails: firstFailure([
      text.fails,
      `case when not ${isPlain} then obscore.python_conversion_error(${text.sql}, '${type}') end`,
    ]),
  };
}

/** Texts that PostgreSQL reads as Python does. */
const plainNumbers = { int8: '^[0-9]{1,18}$', float8: '^[0-9]{1,18}([.][0-9]{1,18})?$' } as const;

/** The value of a term whose text reads back as it stands. */
function fromTerm(sql: string, kind: string, type: Exclude<ColumnType, 'string'>): string | undefined {
  if (kind === 'int') return type === 'bool' ? `(${sql} <> 0)` : `${sql}::${sqlTypes[type]}`;
  return kind === 'float' && type === 'float' ? `${sql}::float8` : undefined;
}

function limited(text: Formatted, length: number | null): Formatted {
  if (length === null) return text;
  const { constant, sql } = text;
  if (constant !== undefined) {
    const complaint = constantComplaint(constant, `character varying(${length})`);
    return complaint === null ? text : failure(complaint);
  }
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

function constantOf(text: string, type: Exclude<ColumnType, 'string'>, sqlType: string): Formatted {
  const value = converted(text, type);
  const error = typeof value === 'object' ? value.error : null;
  const complaint = error ?? (typeof value === 'bigint' ? constantComplaint(value, sqlType) : null);
  if (complaint !== null) return failure(complaint, sqlTypes[type]);
  return { sql: type === 'bool' ? String(value) : `'${value}'::${sqlTypes[type]}`, fails: null };
}

const failure = (reason: string, type = 'text'): Formatted => ({
  sql: `null::${type}`,
  fails: `${sqlText(reason)}::text`,
});

/** CPython cuts the first of the two, and only that. */
const invalidInt = (text: string): string =>
  `invalid literal for int() with base 10: ${[...quoted(text)].slice(0, 200).join('')}`;
const invalidFloat = (text: string): string => `could not convert string to float: ${quoted(text)}`;

const quoted = (text: string): string => representation(text, 'str', false);

const AROUND = new RegExp(`^[${WHITE}]+|[${WHITE}]+$`, 'g');

/** Digits of any script as those of ASCII, without white space around. */
function plain(text: string): string {
  const inside = text.replace(AROUND, '');
  return /^[\0-\x7f]*$/.test(inside)
    ? inside
    : [...inside].map((letter) => digitOf(letter) ?? letter).join('');
}

/** What a text is as a value of a type; int8 holds whole numbers. */
export function converted(
  text: string,
  type: Exclude<ColumnType, 'string'>,
): bigint | number | boolean | { readonly error: string } {
  if (type === 'float') return pythonFloat(text) ?? { error: invalidFloat(text) };
  const value = pythonInt(text);
  if (value === null) return { error: invalidInt(text) };
  if (type === 'bool') return value !== 0n;
  if (BigInt.asIntN(64, value) === value) return value;
  return { error: beyond(value, 'bigint') };
}

/** Python's int(text), null where it raises. */
export function pythonInt(text: string): bigint | null {
  const digits = plain(text);
  if (!/^[+-]?\d+(_\d+)*$/.test(digits)) return null;
  const size = BigInt(digits.replace(/^[+-]/, '').replaceAll('_', ''));
  return digits.startsWith('-') ? -size : size;
}

const FLOAT = /^[+-]?(\d+(_\d+)*\.?(\d+(_\d+)*)?|\.\d+(_\d+)*)([eE][+-]?\d+(_\d+)*)?$/;

/** Python's float(text), null where it raises. */
export function pythonFloat(text: string): number | null {
  const digits = plain(text);
  if (FLOAT.test(digits)) return Number(digits.replaceAll('_', ''));
  const infinite = /^([+-]?)inf(inity)?$/i.exec(digits);
  if (infinite) return infinite[1] === '-' ? -Infinity : Infinity;
  return /^[+-]?nan$/i.test(digits) ? NaN : null;
}
