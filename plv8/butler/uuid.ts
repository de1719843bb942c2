/** UUIDs that a name decides: version 5 (RFC 9562, section 5.5), in the namespace of the Data Butler's datasets. */
import { sha1 } from '@noble/hashes/legacy.js';
import { utf8 } from '../utf8.ts';

/** 840b31d9-05cd-5161-b2c8-00d32b280d0f */
const datasetNamespace = Uint8Array.of(
  0x84,
  0x0b,
  0x31,
  0xd9,
  0x05,
  0xcd,
  0x51,
  0x61,
  0xb2,
  0xc8,
  0x00,
  0xd3,
  0x2b,
  0x28,
  0x0d,
  0x0f,
);

const hex = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** The namespace followed by the name in UTF-8. */
function message(name: string): Uint8Array {
  return Uint8Array.from([...datasetNamespace, ...utf8(name)]);
}

/** The UUID, version 5, that a dataset has by its name: `dataset_type=raw,detector=1,…`. */
export function datasetUuid5(name: string): string {
  const digest = sha1(message(name));
  digest[6] = (digest[6] & 0x0f) | 0x50;
  digest[8] = (digest[8] & 0x3f) | 0x80;
  let text = '';
  for (let i = 0; i < 16; i++) {
    if (i === 4 || i === 6 || i === 8 || i === 10) text += '-';
    text += hex[digest[i]];
  }
  return text;
}
