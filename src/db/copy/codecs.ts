/**
 * How one value of a file becomes one field of COPY BINARY. A value is written only when the target holds exactly
 * that value: widening is free, anything that would lose something is refused with the reason.
 */
import type { ElementType } from '../../formats/table.ts';
import type { WireType } from '../catalog.ts';
import { dateDays, midnightMicroseconds, timestampMicroseconds } from './moments.ts';
import {
  type Decimal,
  neededScale,
  parseDecimal,
  wholeDigits,
  writeDecimal,
  writeSpecial,
} from './numeric.ts';
import type { Scratch } from './scratch.ts';
import { textProblem } from './text.ts';

/** Fields of one size. `V` is what the source's accessor yields. */
export interface FixedCodec {
  readonly size: number;
  /** The source's big-endian bytes are the field's. */
  readonly identical: boolean;
  /** Why a value cannot be written; absent where every value can. */
  readonly refuse?: (value: never) => string | undefined;
  readonly put: (view: DataView, at: number, value: never) => void;
}

/** Fields of varying size: appends one to the scratch, or says why it cannot be written. */
export interface VariableCodec {
  readonly size: undefined;
  readonly encode: (value: unknown, scratch: Scratch) => string | undefined;
}

export type Codec = FixedCodec | VariableCodec;

/** The PostgreSQL type that holds every value of a file's type. */
export const typeNames: Readonly<Record<ElementType, string>> = {
  boolean: 'boolean',
  int16: 'smallint',
  int32: 'integer',
  int64: 'bigint',
  numeric: 'numeric',
  float32: 'real',
  float64: 'double precision',
  text: 'text',
  bytea: 'bytea',
  date: 'date',
  timestamp: 'timestamp without time zone',
  timestamptz: 'timestamp with time zone',
  uuid: 'uuid',
  jsonb: 'jsonb',
};

type Numeric = number | bigint | string;

const integerKinds = {
  int2: { size: 2, least: -(2n ** 15n), most: 2n ** 15n - 1n },
  int4: { size: 4, least: -(2n ** 31n), most: 2n ** 31n - 1n },
  int8: { size: 8, least: -(2n ** 63n), most: 2n ** 63n - 1n },
} as const;

const integerSizes: Readonly<Partial<Record<ElementType, number>>> = { int16: 2, int32: 4, int64: 8 };

function putInt8(view: DataView, at: number, value: number): void {
  view.setInt32(at, value < 0 ? -1 : 0);
  view.setInt32(at + 4, value);
}

function remedy(source: ElementType): string {
  return `make the column ${typeNames[source]}`;
}

/** The whole number that a value is, or undefined. */
function wholeNumber(value: Numeric): bigint | undefined {
  if (typeof value === 'bigint') return value;
  if (typeof value === 'number') return Number.isInteger(value) ? BigInt(value) : undefined;
  const decimal = parseDecimal(value);
  if (decimal === undefined || neededScale(decimal) > 0 || wholeDigits(decimal) > 20) return undefined;
  const { digits, scale, negative } = decimal;
  const magnitude = scale > 0 ? digits.slice(0, digits.length - scale) : digits + '0'.repeat(-scale);
  return BigInt(magnitude || '0') * (negative ? -1n : 1n);
}

function integerCodec(source: ElementType, kind: 'int2' | 'int4' | 'int8', wire: WireType): FixedCodec {
  const { size, least, most } = integerKinds[kind];
  const stored = integerSizes[source];
  if (stored === size) {
    const put: Record<number, (view: DataView, at: number, value: never) => void> = {
      2: (view, at, value) => view.setInt16(at, value),
      4: (view, at, value) => view.setInt32(at, value),
      8: (view, at, value) => view.setBigInt64(at, value),
    };
    return { size, identical: true, put: put[size]! };
  }
  if (stored !== undefined && stored < size) {
    if (size === 8) return { size, identical: false, put: putInt8 };
    return { size, identical: false, put: (view, at, value: never) => view.setInt32(at, value) };
  }
  const refuse = (value: Numeric): string | undefined => {
    const whole = wholeNumber(value);
    if (whole === undefined) return `${value} is not a whole number, as ${wire.name} is; ${remedy(source)}`;
    if (whole >= least && whole <= most) return undefined;
    return `${value} is out of range for ${wire.name}; ${remedy(source)}`;
  };
  const put = (view: DataView, at: number, value: Numeric) => {
    const whole = wholeNumber(value)!;
    if (size === 8) view.setBigInt64(at, whole);
    else if (size === 4) view.setInt32(at, Number(whole));
    else view.setInt16(at, Number(whole));
  };
  return { size, identical: false, refuse, put };
}

/** Significant digits of a decimal that survive the way into a binary fraction and back. */
const survivingDigits = { float4: 6, float8: 15 } as const;

function realProblem(kind: 'float4' | 'float8', value: Numeric): boolean {
  if (typeof value === 'string') {
    const decimal = parseDecimal(value);
    if (decimal === undefined) return !/^(NaN|-?Infinity)$/.test(value);
    const rounded = kind === 'float4' ? Math.fround(Number(value)) : Number(value);
    const lost = (rounded === 0) !== (decimal.digits === '') || !Number.isFinite(rounded);
    return lost || decimal.digits.replace(/0+$/, '').length > survivingDigits[kind];
  }
  const real = Number(value);
  if (typeof value === 'bigint' && BigInt(real) !== value) return true;
  return kind === 'float4' && Math.fround(real) !== real && !Number.isNaN(real);
}

function realCodec(source: ElementType, kind: 'float4' | 'float8', wire: WireType): FixedCodec {
  const put: FixedCodec['put'] =
    kind === 'float4'
      ? (view, at, value) => view.setFloat32(at, Number(value))
      : (view, at, value) => view.setFloat64(at, Number(value));
  const size = kind === 'float4' ? 4 : 8;
  const identical = source === (kind === 'float4' ? 'float32' : 'float64');
  const free = kind === 'float4' ? ['int16'] : ['int16', 'int32', 'float32'];
  if (identical || free.includes(source)) return { size, identical, put };
  const refuse = (value: Numeric) =>
    realProblem(kind, value)
      ? `${value} cannot be held exactly by ${wire.name}; ${remedy(source)}`
      : undefined;
  return { size, identical: false, refuse, put };
}

/** Limits of the type itself: digits before and after the point. */
const numericLimits = { whole: 131_072, fraction: 16_383 };

function numericProblem(decimal: Decimal, { precision, scale }: WireType): boolean {
  const whole = wholeDigits(decimal);
  const needed = neededScale(decimal);
  if (precision === undefined || scale === undefined) {
    return whole > numericLimits.whole || decimal.scale > numericLimits.fraction;
  }
  return needed > scale || whole > precision - scale;
}

function numericCodec(source: ElementType, wire: WireType): VariableCodec {
  const encode = (value: unknown, scratch: Scratch): string | undefined => {
    const text = String(value);
    if (text === 'NaN' || text === 'Infinity' || text === '-Infinity') {
      if (wire.precision !== undefined && text !== 'NaN')
        return `${text} does not fit ${wire.name}; ${remedy(source)}`;
      writeSpecial(text, scratch);
      return undefined;
    }
    const decimal = parseDecimal(text);
    if (decimal === undefined) return `${JSON.stringify(value)} is not a number`;
    if (numericProblem(decimal, wire)) return `${text} does not fit ${wire.name}; ${remedy(source)}`;
    writeDecimal(decimal, scratch);
    return undefined;
  };
  return { size: undefined, encode };
}

/** Text as a string whether the file gave bytes or a string. */
function asString(value: unknown): unknown {
  return value instanceof Uint8Array
    ? Buffer.from(value.buffer, value.byteOffset, value.length).toString()
    : value;
}

function textCodec(wire: WireType): VariableCodec {
  return {
    size: undefined,
    encode: (value, scratch) => {
      if (typeof value !== 'string' && !(value instanceof Uint8Array)) return `${String(value)} is not text`;
      if (typeof value === 'string' && !value.isWellFormed())
        return 'text with half a surrogate pair is not Unicode';
      const bytes = typeof value === 'string' ? Buffer.from(value) : value;
      const problem = textProblem(bytes, wire);
      if (problem === undefined) scratch.append(bytes);
      return problem;
    },
  };
}

function jsonCodec(wire: WireType): VariableCodec {
  return {
    size: undefined,
    encode: (value, scratch) => {
      const text = asString(value);
      if (typeof text !== 'string') return `${String(value)} is not JSON text`;
      try {
        JSON.parse(text);
      } catch (error) {
        return `not JSON: ${(error as Error).message}`;
      }
      if (!text.isWellFormed()) return 'text with half a surrogate pair is not Unicode';
      if (wire.kind === 'jsonb') {
        // A version number goes before the text; jsonb cannot hold the character U+0000.
        if (/(?<!\\)(\\\\)*\\u0000/.test(text))
          return 'JSON text with \\u0000 does not fit jsonb; make the column json';
        scratch.append(Uint8Array.of(1));
      }
      scratch.append(Buffer.from(text));
      return undefined;
    },
  };
}

function byteaCodec(): VariableCodec {
  return {
    size: undefined,
    encode: (value, scratch) => {
      if (!(value instanceof Uint8Array)) return `${String(value)} is not bytes`;
      scratch.append(value);
      return undefined;
    },
  };
}

function uuidHex(value: unknown): string | undefined {
  if (value instanceof Uint8Array && value.length === 16) {
    return Buffer.from(value.buffer, value.byteOffset, 16).toString('hex');
  }
  const hex = String(asString(value))
    .trim()
    .replaceAll('-', '')
    .replace(/^\{(.*)\}$/, '$1');
  return /^[0-9a-f]{32}$/i.test(hex) ? hex : undefined;
}

function uuidCodec(): FixedCodec {
  return {
    size: 16,
    identical: false,
    refuse: (value) =>
      uuidHex(value) === undefined ? `${JSON.stringify(asString(value))} is not a uuid` : undefined,
    put: (view, at, value) => {
      const bytes = Buffer.from(uuidHex(value)!, 'hex');
      for (let i = 0; i < 16; i++) view.setUint8(at + i, bytes[i]!);
    },
  };
}

function dateCodec(): FixedCodec {
  return {
    size: 4,
    identical: false,
    refuse: (value) => {
      const days = dateDays(asString(value));
      return typeof days === 'string' ? days : undefined;
    },
    put: (view, at, value) => view.setInt32(at, dateDays(asString(value)) as number),
  };
}

function timestampCodec(source: ElementType, wire: WireType): FixedCodec {
  const moment = source === 'date' ? midnightMicroseconds : timestampMicroseconds;
  const step = wire.scale === undefined ? 1n : 10n ** BigInt(6 - wire.scale);
  return {
    size: 8,
    identical: false,
    refuse: (value) => {
      const microseconds = moment(asString(value));
      if (typeof microseconds === 'string') return microseconds;
      if (microseconds % step === 0n) return undefined;
      return `${String(asString(value))} has more digits than ${wire.name} keeps`;
    },
    put: (view, at, value) => view.setBigInt64(at, moment(asString(value)) as bigint),
  };
}

function booleanCodec(): FixedCodec {
  return {
    size: 1,
    identical: false,
    put: (view, at, value) => view.setUint8(at, (value as boolean | 0 | 1) ? 1 : 0),
  };
}

const numbers: readonly ElementType[] = ['int16', 'int32', 'int64', 'numeric', 'float32', 'float64'];

/** Which file types each binary form can be written from. */
const sources: Readonly<Record<WireType['kind'], readonly ElementType[]>> = {
  bool: ['boolean'],
  int2: numbers,
  int4: numbers,
  int8: numbers,
  float4: numbers,
  float8: numbers,
  numeric: numbers,
  text: ['text', 'jsonb'],
  bytea: ['bytea', 'text'],
  date: ['date', 'text'],
  timestamp: ['timestamp', 'timestamptz', 'date', 'text'],
  uuid: ['uuid', 'text', 'bytea'],
  json: ['jsonb', 'text'],
  jsonb: ['jsonb', 'text'],
  bit: [],
};

/** How values of a file's type are written as a target's, or undefined where the two do not go together. */
export function codecFor(source: ElementType, wire: WireType): Codec | undefined {
  if (!sources[wire.kind].includes(source)) return undefined;
  switch (wire.kind) {
    case 'bool':
      return booleanCodec();
    case 'int2':
    case 'int4':
    case 'int8':
      return integerCodec(source, wire.kind, wire);
    case 'float4':
    case 'float8':
      return realCodec(source, wire.kind, wire);
    case 'numeric':
      return numericCodec(source, wire);
    case 'text':
      return textCodec(wire);
    case 'bytea':
      return byteaCodec();
    case 'date':
      return dateCodec();
    case 'timestamp':
      return timestampCodec(source, wire);
    case 'uuid':
      return uuidCodec();
    case 'json':
    case 'jsonb':
      return jsonCodec(wire);
    case 'bit':
      return undefined;
  }
}
