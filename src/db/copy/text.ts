/** What PostgreSQL's text cannot hold: NUL bytes, bytes that are not UTF-8, more characters than the type allows. */
import { isUtf8 } from 'node:buffer';
import type { WireType } from '../catalog.ts';

function hex(byte: number): string {
  return `0x${byte.toString(16).toUpperCase().padStart(2, '0')}`;
}

/** Where UTF-8 breaks, from 0: the first byte that begins no whole character. */
function firstBadByte(bytes: Uint8Array): number {
  for (let at = 0; at < bytes.length; ) {
    const lead = bytes[at]!;
    const length = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    if (at + length > bytes.length || !isUtf8(bytes.subarray(at, at + length))) return at;
    at += length;
  }
  return bytes.length;
}

function characters(bytes: Uint8Array): number {
  let count = 0;
  for (const byte of bytes) if ((byte & 0xc0) !== 0x80) count++;
  return count;
}

/** Why these bytes cannot be a value of a text type, or undefined. Positions count from 1. */
export function textProblem(bytes: Uint8Array, { maxLength, maxBytes, name }: WireType): string | undefined {
  const nul = bytes.indexOf(0);
  if (nul >= 0) return `NUL byte at position ${nul + 1}, which text cannot hold`;
  if (!isUtf8(bytes)) {
    const at = firstBadByte(bytes);
    return `byte ${hex(bytes[at]!)} at position ${at + 1} is not valid UTF-8`;
  }
  if (maxBytes !== undefined && bytes.length > maxBytes) {
    return `${bytes.length} bytes do not fit ${name}; make the column text`;
  }
  // Bytes bound characters from above, so that most texts need no counting.
  if (maxLength === undefined || bytes.length <= maxLength) return undefined;
  const count = characters(bytes);
  return count <= maxLength ? undefined : `${count} characters do not fit ${name}; make the column text`;
}
