/** Base64 as registries store regions: the standard alphabet, padded, nothing between. */
import { decodeRegion, encodeRegion, RegionError } from './codec.ts';
import { compound, type Region } from './region.ts';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const PADDING = '='.charCodeAt(0);

/** The six bits of each ASCII character; 255 for what is not in the alphabet. */
const BITS = new Uint8Array(128).fill(255);
for (let i = 0; i < ALPHABET.length; ++i) BITS[ALPHABET.charCodeAt(i)] = i;

function invalid(what: string, detail: string): RegionError {
  return new RegionError(`Invalid base64 encoded data - ${what} (${detail})`, '22P02');
}

/** Decodes base64; throws RegionError naming the character, counted from 0. */
export function decodeBase64(text: string): Uint8Array {
  const length = text.length;
  if (length % 4 !== 0) throw invalid('Size not divisible by 4', `${length} characters`);
  let padding = 0;
  while (padding < length && text.charCodeAt(length - 1 - padding) === PADDING) ++padding;
  if (padding > 2) throw invalid('Found more than 2 padding signs', `from character ${length - padding}`);
  const bytes = new Uint8Array((length / 4) * 3 - padding);
  let out = 0;
  for (let i = 0; i < length; i += 4) {
    let word = 0;
    for (let j = i; j < i + 4; ++j) {
      const code = text.charCodeAt(j);
      const bits = code < 128 ? BITS[code] : 255;
      if (bits !== 255) word = (word << 6) | bits;
      else if (j >= length - padding) word <<= 6;
      else throw invalid('Invalid character', `${JSON.stringify(text[j])} at character ${j}`);
    }
    // Writes past the end, of what padding stands for, are dropped by the array.
    bytes[out++] = word >>> 16;
    bytes[out++] = word >>> 8;
    bytes[out++] = word;
  }
  return bytes;
}

export function encodeBase64(bytes: Uint8Array): string {
  let text = '';
  const whole = bytes.length - (bytes.length % 3);
  for (let i = 0; i < whole; i += 3) {
    const word = (bytes[i] << 16) | (bytes[i + 1] << 8) | bytes[i + 2];
    text +=
      ALPHABET[word >>> 18] +
      ALPHABET[(word >>> 12) & 63] +
      ALPHABET[(word >>> 6) & 63] +
      ALPHABET[word & 63];
  }
  const left = bytes.length - whole;
  if (left === 1) {
    const word = bytes[whole] << 16;
    text += `${ALPHABET[word >>> 18]}${ALPHABET[(word >>> 12) & 63]}==`;
  } else if (left === 2) {
    const word = (bytes[whole] << 16) | (bytes[whole + 1] << 8);
    text += `${ALPHABET[word >>> 18]}${ALPHABET[(word >>> 12) & 63]}${ALPHABET[(word >>> 6) & 63]}=`;
  }
  return text;
}

/**
 * The region of base64 text. Text joined by ':' (what `string_agg` makes of several) is the union of its pieces,
 * empty text the union of none. Throws RegionError.
 */
export function regionFromBase64(text: string): Region {
  if (text === '') return compound('UnionRegion', []);
  if (!text.includes(':')) return decodeRegion(decodeBase64(text));
  return compound(
    'UnionRegion',
    text.split(':').map((piece) => decodeRegion(decodeBase64(piece))),
  );
}

export function regionToBase64(region: Region): string {
  return encodeBase64(encodeRegion(region));
}
