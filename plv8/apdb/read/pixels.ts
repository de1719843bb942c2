/** The pixels that a search of a region reads: ranges of HTM ids, some of them wholly within the region. */
import { regionFromBase64 } from '../../sky/base64.ts';
import { encodeRegion } from '../../sky/codec.ts';
import { envelope, interior } from '../../sky/pixel_search.ts';
import { regionFromPos } from '../../sky/pos.ts';
import type { Region } from '../../sky/region.ts';

/** Ids from low to high, both included. */
export interface PixelRange {
  readonly low: bigint;
  readonly high: bigint;
  /** Whether positions in these pixels are in the region without a test. */
  readonly inside: boolean;
}

/** A region as users write it: POS syntax, or base64 of sphgeom's encoding. Throws Failure 22P02 and 22P03. */
export function regionOf(text: string): Region {
  return /^[A-Za-z0-9+/=:]{16,}$/.test(text) ? regionFromBase64(text) : regionFromPos(text);
}

/**
 * Disjoint ranges in ascending order that hold every position of a region.
 * @param maxRanges as for the envelope, which is the union of all ranges
 * @param exact whether to tell the pixels that are wholly inside, by as many ranges at most, from the others
 */
export function pixelRanges(region: Region, level: number, maxRanges: number, exact: boolean): PixelRange[] {
  const whole = envelope('htm', region, level, maxRanges);
  const inner = exact ? interior('htm', region, level, maxRanges).intersection(whole).toPairs() : [];
  const found: PixelRange[] = [];
  const add = (begin: bigint, end: bigint, inside: boolean) => {
    if (begin < end) found.push({ low: begin, high: end - 1n, inside });
  };
  let next = 0;
  for (const [begin, end] of whole.toPairs()) {
    let at = begin;
    for (; next < inner.length && inner[next][0] < end; next++) {
      const [innerBegin, innerEnd] = inner[next];
      add(at, innerBegin, false);
      add(innerBegin, innerEnd, true);
      at = innerEnd;
    }
    add(at, end, false);
  }
  return found;
}

/** What the exact test of positions takes. */
export const encoded = (region: Region): Uint8Array => encodeRegion(region);
