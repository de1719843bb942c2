/** Names of tables, constraints and indexes as the Data Butler makes them. */
import { blake2b } from '@noble/hashes/blake2.js';

/** Bytes of an identifier in PostgreSQL. */
const longest = 63;

/** Bytes of the digest that ends a name that was too long. */
const digestBytes = 4;

/**
 * A name that PostgreSQL keeps whole: one of more than 63 characters is cut so that `_` and the hexadecimal
 * BLAKE2b digest (4 bytes) of the whole name fit behind it. Names are ASCII.
 */
export function shrink(name: string): string {
  if (name.length <= longest) return name;
  const bytes = Uint8Array.from(name, (letter) => letter.charCodeAt(0));
  const digest = blake2b(bytes, { dkLen: digestBytes });
  const hex = Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return `${name.slice(0, longest - 2 * digestBytes - 1)}_${hex}`;
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
