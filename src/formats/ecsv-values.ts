import { typedArray } from './columns.ts';
import type { HeaderColumn, SerializedColumn } from './ecsv-header.ts';
import type { Column, ElementType, Vector } from './table.ts';

/** Turns a field into a value of its column; undefined for a text that is none. Missing fields never reach it. */
export type Parse = (field: string) => unknown;

/** What a column of the header is to the loader. */
export interface Reading {
  readonly column: Pick<Column, 'type' | 'shape' | 'storedAs' | 'note' | 'description'>;
  readonly parse: Parse;
}

const INTEGER_RANGES: Record<string, readonly [ElementType, bigint, bigint]> = {
  int8: ['int16', -128n, 127n],
  int16: ['int16', -32768n, 32767n],
  int32: ['int32', -2147483648n, 2147483647n],
  int64: ['int64', -(2n ** 63n), 2n ** 63n - 1n],
  uint8: ['int16', 0n, 255n],
  uint16: ['int32', 0n, 65535n],
  uint32: ['int64', 0n, 2n ** 32n - 1n],
  uint64: ['numeric', 0n, 2n ** 64n - 1n],
};

const FLOATS: Record<string, ElementType> = {
  float16: 'float32',
  float32: 'float32',
  float64: 'float64',
  // More digits than a double holds: kept as they are written.
  float128: 'numeric',
};

/** How to read a column of a datatype and subtype of ECSV 1.0; undefined where there is no such type. */
export function readingOf(
  header: HeaderColumn,
  serialized: SerializedColumn | undefined,
): Reading | undefined {
  const { datatype, subtype } = header;
  if (datatype === 'string' && subtype !== undefined) return subtypeReading(subtype);
  if (datatype === 'string' && serialized?.className.endsWith('.Time'))
    return timeReading(header, serialized);
  const scalar = scalarReading(datatype);
  if (!scalar) return undefined;
  const remark = serialized && timeRemark(header.name, serialized);
  return {
    column: { ...scalar, storedAs: datatype, ...(remark ? described(header, remark) : {}) },
    parse: scalar.parse,
  };
}

function scalarReading(datatype: string): { type: ElementType; parse: Parse } | undefined {
  if (datatype === 'string') return { type: 'text', parse: (field) => field };
  if (datatype === 'bool') return { type: 'boolean', parse: parseBoolean };
  if (/^complex(64|128|256)$/.test(datatype)) return { type: 'text', parse: (field) => field };
  const range = INTEGER_RANGES[datatype];
  if (range) return { type: range[0], parse: integerParser(...range) };
  const float = FLOATS[datatype];
  return float && { type: float, parse: float === 'numeric' ? parseDecimal : parseFloat64 };
}

function parseBoolean(field: string): boolean | undefined {
  if (/^(true|1)$/i.test(field)) return true;
  return /^(false|0)$/i.test(field) ? false : undefined;
}

function integerParser(type: ElementType, lowest: bigint, highest: bigint): Parse {
  return (field) => {
    if (!/^[+-]?\d+$/.test(field)) return undefined;
    const value = BigInt(field.replace(/^\+/, ''));
    if (value < lowest || value > highest) return undefined;
    if (type === 'int64') return value;
    return type === 'numeric' ? value.toString() : Number(value);
  };
}

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;
const NOT_FINITE: Record<string, number> = { nan: Number.NaN, inf: Infinity, infinity: Infinity };

function parseFloat64(field: string): number | undefined {
  if (NUMBER.test(field)) return Number(field);
  const value = NOT_FINITE[field.toLowerCase().replace(/^[+-]/, '')];
  return field.startsWith('-') && value !== undefined ? -value : value;
}

function parseDecimal(field: string): string | undefined {
  if (NUMBER.test(field)) return field;
  const value = parseFloat64(field);
  return value === undefined ? undefined : String(value);
}

/** Arrays and objects, which ECSV writes as JSON in a column of strings. */
function subtypeReading(subtype: string): Reading | undefined {
  if (subtype === 'json') return { column: { type: 'jsonb', storedAs: 'json' }, parse: parseJson };
  const match = /^(\w+)\[((?:\d+|null)(?:,\s*(?:\d+|null))*)\]$/.exec(subtype);
  const scalar = match && scalarReading(match[1]);
  if (!scalar) return undefined;
  const shape = match[2].split(',').map((size) => (size.trim() === 'null' ? undefined : Number(size)));
  const column = { storedAs: subtype, type: scalar.type };
  if (!shape.includes(undefined))
    return { column: { ...column, shape: shape as number[] }, parse: arrayParser(shape, scalar.parse) };
  if (shape.length === 1)
    return { column: { ...column, shape: 'ragged' }, parse: arrayParser(shape, scalar.parse) };
  // PostgreSQL's arrays are rectangular, so one whose rows differ in length is JSON.
  return { column: { type: 'jsonb', storedAs: subtype }, parse: parseJson };
}

/** JSON text as PostgreSQL takes it; Python also writes NaN and Infinity, which become strings. JSON's null is NULL. */
function parseJson(field: string): string | null | undefined {
  if (field === 'null') return null;
  const text = withoutBareNan(field);
  try {
    JSON.parse(text);
    return text;
  } catch {
    return undefined;
  }
}

function withoutBareNan(text: string): string {
  if (!/NaN|Infinity/.test(text)) return text;
  return text.replace(/"(?:[^"\\]|\\.)*"|-?Infinity|NaN/g, (token) =>
    token.startsWith('"') ? token : `"${token}"`,
  );
}

type Json = string | null | boolean | Json[];

function arrayParser(shape: readonly (number | undefined)[], parse: Parse): Parse {
  const convert = (value: Json, depth: number): unknown => {
    if (value === null && depth > 0) return null;
    if (depth === shape.length) return Array.isArray(value) ? undefined : (parse(String(value)) ?? undefined);
    if (!Array.isArray(value) || (shape[depth] !== undefined && shape[depth] !== value.length))
      return undefined;
    const items = value.map((item) => convert(item, depth + 1));
    return items.includes(undefined) ? undefined : items;
  };
  return (field) => {
    try {
      return convert(JSON.parse(quotedNumbers(withoutBareNan(field))) as Json, 0);
    } catch {
      return undefined;
    }
  };
}

/** Numbers as strings, so that integers past 2^53 keep their digits through JSON.parse. */
function quotedNumbers(text: string): string {
  return text.replace(/"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g, (token) =>
    token.startsWith('"') ? token : `"${token}"`,
  );
}

function timeReading(header: HeaderColumn, { format, scale, precision }: SerializedColumn): Reading {
  const isUtc = (scale ?? 'utc') === 'utc';
  if (format !== undefined && !['isot', 'iso', 'fits', 'datetime64', 'datetime'].includes(format)) {
    const remark = `Time in format ${format}, scale ${scale}`;
    return {
      column: { type: 'text', storedAs: 'string', ...described(header, remark) },
      parse: (field) => field,
    };
  }
  return {
    column: {
      type: isUtc ? 'timestamptz' : 'timestamp',
      storedAs: `Time ${scale ?? 'utc'}`,
      ...(precision > 6 ? { note: 'digits below the microsecond are dropped' } : {}),
      ...(isUtc ? {} : described(header, `time scale ${scale}`)),
    },
    parse: parseTime,
  };
}

/** A remark for the plain columns that a Time was taken apart into. */
function timeRemark(name: string, { className, format, scale, parts }: SerializedColumn): string | undefined {
  if (!/\.Time(Delta)?$/.test(className)) return undefined;
  const part = [...parts].find(([, column]) => column === name)?.[0];
  return part === 'value'
    ? `Time in format ${format}, scale ${scale}`
    : `part ${part} of a Time, scale ${scale}`;
}

function described({ description }: HeaderColumn, remark: string): { description: string } {
  return { description: description ? `${description} (${remark})` : remark };
}

const ISO_TIME = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d+))?)?)?Z?$/;

/** Microseconds since 1970-01-01; a leap second counts as the first of the next minute, as PostgreSQL has none. */
function parseTime(field: string): bigint | undefined {
  const match = ISO_TIME.exec(field);
  if (!match) return undefined;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map((part) => Number(part ?? 0));
  const date = Date.UTC(year, month - 1, day);
  if (hour > 23 || minute > 59 || second > 60 || new Date(date).getUTCDate() !== day || month > 12)
    return undefined;
  const fraction = BigInt((match[7] ?? '').slice(0, 6).padEnd(6, '0'));
  const seconds = date / 1000 + hour * 3600 + minute * 60 + second;
  return BigInt(seconds) * 1_000_000n + fraction;
}

/** Collects a column's values in the layout that its type has; null is NULL. */
export function vectorOf({ type, shape }: Reading['column'], values: readonly unknown[]): Vector {
  const typed = shape === undefined ? typedArray(type, values.length) : undefined;
  if (!typed) return { layout: 'values', values };
  const nulls = new Uint8Array(values.length);
  let some = false;
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (value === null) {
      nulls[i] = 1;
      some = true;
    } else {
      (typed as unknown as unknown[])[i] = value;
    }
  }
  return some ? { layout: 'typed', values: typed, nulls } : { layout: 'typed', values: typed };
}
