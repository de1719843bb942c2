/** POS of SIAv2 as a condition on the footprints of an ObsCore table. */
import type { Parameters } from '../butler/statement.ts';
import { Failure } from '../failure.ts';
import { encodeRegion } from '../sky/codec.ts';
import { regionFromPos } from '../sky/pos.ts';
import type { PublishedTable } from './publish.ts';
import { wrongValue } from './siav2_values.ts';

/** @throws ObsCoreQueryError for text that is no region of SIAv2 */
function encodedPosition(text: string): Uint8Array {
  try {
    return encodeRegion(regionFromPos(text));
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    throw wrongValue(
      'pos',
      error.message,
      "Write a region in degrees, ICRS: 'CIRCLE 53 -28 1', 'RANGE 10 20 -5 +Inf', 'POLYGON 10 10 20 10 20 20'.",
    );
  }
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** The condition that a row's footprint has a point in common with one of the regions. */
export function positionCondition(
  { registry }: PublishedTable,
  texts: readonly string[],
  values: Parameters,
): string {
  // As a subquery, which runs once and not for each row.
  const found = texts.map((text) => {
    const region = values.add(`\\x${hex(encodedPosition(text))}`, 'bytea');
    return `(select obscore._footprints_overlapping(${plv8.quote_literal(registry)}, ${region}))`;
  });
  return `t.footprint = any (${found.length === 1 ? `${found[0]}::uuid[]` : found.join(' || ')})`;
}
