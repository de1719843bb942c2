/**
 * Values that a file holds as text (CSV, ECSV), read as the target's type. '0.1' in a double precision column means
 * the nearest double, as it does in SQL; whole numbers and decimals must fit exactly.
 */

import type { ElementType } from '../../formats/table.ts';
import type { WireType } from '../catalog.ts';
import { type Codec, codecFor, type FixedCodec } from './codecs.ts';
import { mismatch } from './vectors.ts';

const truths = ['t', 'true', 'y', 'yes', 'on', '1'];
const falsehoods = ['f', 'false', 'n', 'no', 'off', '0'];

function writtenBoolean(): FixedCodec {
  const word = (value: string) => value.trim().toLowerCase();
  return {
    size: 1,
    identical: false,
    refuse: (value) => {
      const known = truths.includes(word(value)) || falsehoods.includes(word(value));
      return known ? undefined : `${JSON.stringify(value)} is not true or false`;
    },
    put: (view, at, value) => view.setUint8(at, truths.includes(word(value)) ? 1 : 0),
  };
}

/** A real number as people and programs write it; undefined for other text. */
function realNumber(text: string): number | undefined {
  const word = text.trim();
  const infinite = /^([+-]?)inf(inity)?$/i.exec(word);
  if (infinite !== null) return infinite[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  if (/^[+-]?nan$/i.test(word)) return Number.NaN;
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(word) ? Number(word) : undefined;
}

function writtenReal(wire: WireType): FixedCodec {
  const single = wire.kind === 'float4';
  const rounded = (value: number) => (single ? Math.fround(value) : value);
  return {
    size: single ? 4 : 8,
    identical: false,
    refuse: (value: string) => {
      const real = realNumber(value);
      if (real === undefined) return `${JSON.stringify(value)} is not a number`;
      const spelled = /inf/i.test(value);
      const vanished = rounded(real) === 0 && /[1-9]/.test(value.replace(/e.*$/i, ''));
      if ((!Number.isFinite(rounded(real)) && !Number.isNaN(real) && !spelled) || vanished) {
        return `${value} is out of range for ${wire.name}`;
      }
      return undefined;
    },
    put: (view, at, value) => {
      const real = realNumber(value)!;
      if (single) view.setFloat32(at, real);
      else view.setFloat64(at, real);
    },
  };
}

function writtenInteger(wire: WireType): FixedCodec {
  const codec = codecFor('numeric', wire) as FixedCodec;
  const refuse = codec.refuse as ((value: string) => string | undefined) | undefined;
  return {
    ...codec,
    refuse: (value: string) => {
      const word = value.trim();
      if (!/^[+-]?[\d.]/.test(word)) return `${JSON.stringify(value)} is not a whole number`;
      return refuse?.(word)?.replace(/; .*$/, '');
    },
    put: (view, at, value: string) => codec.put(view, at, value.trim() as never),
  };
}

function writtenNumeric(wire: WireType): Codec {
  const codec = codecFor('numeric', wire);
  if (codec === undefined || codec.size !== undefined) throw new TypeError('numeric is of varying size');
  return {
    size: undefined,
    encode: (value, scratch) => {
      const word = String(value).trim();
      const real = /[a-df-z]/i.test(word) ? realNumber(word) : undefined;
      return codec.encode(real === undefined ? word : String(real), scratch);
    },
  };
}

function writtenBytes(): Codec {
  return {
    size: undefined,
    encode: (value, scratch) => {
      const hex = /^\\x((?:[0-9a-f]{2})*)$/i.exec(String(value));
      if (hex === null) return `${JSON.stringify(value)} is not bytes in hexadecimal (\\x…)`;
      scratch.append(Buffer.from(hex[1]!, 'hex'));
      return undefined;
    },
  };
}

/** How text is read as a target's type, or undefined where it is not. */
function writtenCodec(wire: WireType): Codec | undefined {
  switch (wire.kind) {
    case 'bool':
      return writtenBoolean();
    case 'int2':
    case 'int4':
    case 'int8':
      return writtenInteger(wire);
    case 'float4':
    case 'float8':
      return writtenReal(wire);
    case 'numeric':
      return writtenNumeric(wire);
    case 'bytea':
      return writtenBytes();
    default:
      return codecFor('text', wire);
  }
}

/**
 * The codec of a column whose values may cross as their text, whatever type the file's reader takes them for; other
 * values go the way of that type.
 */
export function textualCodec(source: ElementType, wire: WireType): Codec | undefined {
  const written = writtenCodec(wire);
  const direct = codecFor(source, wire);
  if (written === undefined) return direct;
  const unreadable = (value: unknown) =>
    mismatch(source, value) ?? (direct === undefined ? `${String(value)} is not text` : undefined);
  if (written.size === undefined) {
    const otherwise = direct?.size === undefined ? direct : undefined;
    return {
      size: undefined,
      encode: (value, scratch) =>
        typeof value === 'string'
          ? written.encode(value, scratch)
          : (unreadable(value) ?? otherwise?.encode(value, scratch)),
    };
  }
  const otherwise = direct?.size === undefined ? undefined : direct;
  return {
    size: written.size,
    identical: otherwise?.identical ?? false,
    refuse: (value: unknown) =>
      typeof value === 'string'
        ? written.refuse?.(value as never)
        : (unreadable(value) ?? otherwise?.refuse?.(value as never)),
    put: (view, at, value: unknown) =>
      (typeof value === 'string' ? written : otherwise!).put(view, at, value as never),
  };
}
