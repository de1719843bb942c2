/** The pixels that a search of a region reads: ranges of HTM ids, some of them wholly within the region. */
import { regionFromBase64 } from '../../sky/base64.ts';
import { encodeRegion } from '../../sky/codec.ts';
import { envelope, interior } from '../../sky/pixel_search.ts';
import { regionFromPos } from '../../sky/pos.ts';
import type { RangeSet } from '../../sky/rangeset.ts';
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

/** Regions of more than this part of the sky have so many rows that finer pixels cost less than tests of positions. */
const wide = 2e-5;

/** The part of the sky that pixels of a level cover, roughly. */
function partOfSky(pixels: RangeSet, level: number): number {
  const count = pixels.toPairs().reduce((sum, [begin, end]) => sum + Number(end - begin), 0);
  return count / (8 * 4 ** level);
}

/**
 * Disjoint ranges in ascending order that hold every position of a region.
 * @param maxRanges as for the envelope, which is the union of all ranges; where positions are tested, regions that
 * are wide have four times as many
 * @param exact whether to tell the pixels that are wholly inside from the others
 */
export function pixelRanges(region: Region, level: number, maxRanges: number, exact: boolean): PixelRange[] {
  let limit = maxRanges;
  let whole = envelope('htm', region, level, limit);
  if (exact && partOfSky(whole, level) > wide) {
    limit *= 4;
    whole = envelope('htm', region, level, limit);
  }
  const inner = exact ? interior('htm', region, level, limit).intersection(whole).toPairs() : [];
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
