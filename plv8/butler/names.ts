/** Names of tables, constraints and indexes as the Data Butler makes them. */
import { blake2b } from '@noble/hashes/blake2.js';
import { utf8 } from '../utf8.ts';

/** Bytes of an identifier in PostgreSQL. */
const longest = 63;

/** Bytes of the digest that ends a name that was too long. */
const digestBytes = 4;

/**
 * A name that PostgreSQL keeps whole: one of more than 63 bytes is cut so that `_` and the hexadecimal BLAKE2b digest
 * (4 bytes) of the whole name fit behind it.
 */
export function shrink(name: string): string {
  const bytes = utf8(name);
  if (bytes.length <= longest) return name;
  const digest = blake2b(bytes, { dkLen: digestBytes });
  const hex = Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
  let kept = '';
  for (const letter of name)
    if (utf8(kept + letter).length <= longest - 2 * digestBytes - 1) kept += letter;
    else break;
  return `${kept}_${hex}`;
}

/** The parts of a name joined as in `visit_unq_instrument_name`, and shrunk. */
export function entityName(...parts: readonly string[]): string {
  return shrink(parts.join('_'));
}

/** `dataset_tags_00000003`: associations of the datasets of a dimension group with RUN and TAGGED collections. */
export function tagsTableName(dimensionsKey: bigint): string {
  return `dataset_tags_${String(dimensionsKey).padStart(8, '0')}`;
}

/** `dataset_calibs_00000003`: associations with CALIBRATION collections, and their validity. */
export function calibsTableName(dimensionsKey: bigint): string {
  return `dataset_calibs_${String(dimensionsKey).padStart(8, '0')}`;
}
