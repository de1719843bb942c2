/**
 * Sets of pixel ids as sorted, disjoint, half-open ranges [begin, end), gathered in ascending order.
 *
 * An id has up to 63 bits and is kept as two 32-bit words, so that it stays exact without a BigInt in the inner
 * loops.
 */

/** The words of one range: high and low of its begin, high and low of its end. */
const WORDS = 4;
const TWO_32 = 4294967296;
/** Below this high word an id is less than 2^53, and exact as a number. */
const HIGH_OF_2_53 = 2097152;

/** An id in decimal. */
export function idText(high: number, low: number): string {
  return high < HIGH_OF_2_53 ? String(high * TWO_32 + low) : String(idOf(high, low));
}

/** An id from its words, each in [0, 2^32). */
export function idOf(high: number, low: number): bigint {
  return (BigInt(high) << 32n) | BigInt(low);
}

export class RangeSet {
  // Room for four ranges, which V8 keeps with the object: more is memory of its own, costly for small sets.
  #words = new Uint32Array(4 * WORDS);
  #size = 0;

  /** The number of ranges. */
  get size(): number {
    return this.#size;
  }

  /**
   * Adds [begin, end), which must not begin before the last range added does, and joins it to that range where
   * they touch or overlap.
   */
  append(beginHigh: number, beginLow: number, endHigh: number, endLow: number): void {
    const at = this.#size * WORDS;
    if (at > 0) {
      const lastHigh = this.#words[at - 2];
      const lastLow = this.#words[at - 1];
      if (beginHigh < lastHigh || (beginHigh === lastHigh && beginLow <= lastLow)) {
        if (endHigh > lastHigh || (endHigh === lastHigh && endLow > lastLow)) {
          this.#words[at - 2] = endHigh;
          this.#words[at - 1] = endLow;
        }
        return;
      }
      if (at === this.#words.length) {
        const grown = new Uint32Array(2 * at);
        grown.set(this.#words);
        this.#words = grown;
      }
    }
    this.#words[at] = beginHigh;
    this.#words[at + 1] = beginLow;
    this.#words[at + 2] = endHigh;
    this.#words[at + 3] = endLow;
    this.#size++;
  }

  /** Moves every begin down and every end up to a multiple of 2^bits, and joins what then touches. */
  grow(bits: number): void {
    this.#round(bits, 0, 1);
  }

  /** Moves every begin up and every end down to a multiple of 2^bits, and drops what is then empty. */
  shrink(bits: number): void {
    this.#round(bits, 1, 0);
  }

  /** Rounds begins and ends down (0) or up (1) to multiples of 2^bits, 0 < bits < 64. */
  #round(bits: number, beginUp: 0 | 1, endUp: 0 | 1): void {
    const words = this.#words;
    const length = this.#size * WORDS;
    const highMask = bits > 32 ? -(2 ** (bits - 32)) : -1;
    const lowMask = bits < 32 ? -(2 ** bits) : 0;
    this.#size = 0;
    for (let i = 0; i < length; i += WORDS) {
      roundWords(words, i, beginUp, highMask, lowMask);
      roundWords(words, i + 2, endUp, highMask, lowMask);
      if (compare(words, i, words, i + 2) < 0) {
        this.append(words[i], words[i + 1], words[i + 2], words[i + 3]);
      }
    }
  }

  /** Takes away what is at or beyond the id. */
  cutAt(high: number, low: number): void {
    const words = this.#words;
    while (this.#size > 0) {
      const at = (this.#size - 1) * WORDS;
      if (words[at] < high || (words[at] === high && words[at + 1] < low)) {
        if (words[at + 2] > high || (words[at + 2] === high && words[at + 3] > low)) {
          words[at + 2] = high;
          words[at + 3] = low;
        }
        return;
      }
      this.#size--;
    }
  }

  /** The ids in this set or in the other. */
  union(other: RangeSet): RangeSet {
    const a = this.#words;
    const b = other.#words;
    const aEnd = this.#size * WORDS;
    const bEnd = other.#size * WORDS;
    const all = new RangeSet();
    let i = 0;
    let j = 0;
    while (i < aEnd || j < bEnd) {
      if (j >= bEnd || (i < aEnd && compare(a, i, b, j) <= 0)) {
        all.append(a[i], a[i + 1], a[i + 2], a[i + 3]);
        i += WORDS;
      } else {
        all.append(b[j], b[j + 1], b[j + 2], b[j + 3]);
        j += WORDS;
      }
    }
    return all;
  }

  /** The ids in this set and in the other. */
  intersection(other: RangeSet): RangeSet {
    const a = this.#words;
    const b = other.#words;
    const aEnd = this.#size * WORDS;
    const bEnd = other.#size * WORDS;
    const common = new RangeSet();
    let i = 0;
    let j = 0;
    while (i < aEnd && j < bEnd) {
      const [first, from] = compare(a, i, b, j) >= 0 ? [a, i] : [b, j];
      const endsFirst = compare(a, i + 2, b, j + 2) <= 0;
      const [last, to] = endsFirst ? [a, i + 2] : [b, j + 2];
      if (compare(first, from, last, to) < 0) {
        common.append(first[from], first[from + 1], last[to], last[to + 1]);
      }
      if (endsFirst) i += WORDS;
      else j += WORDS;
    }
    return common;
  }

  /** PostgreSQL's text form of the set as an int8multirange: `{[8,9),[12,16)}`. */
  toMultirange(): string {
    const words = this.#words;
    const length = this.#size * WORDS;
    let text = '{';
    for (let i = 0; i < length; i += WORDS) {
      text += `${i === 0 ? '' : ','}[${idText(words[i], words[i + 1])},${idText(words[i + 2], words[i + 3])})`;
    }
    return `${text}}`;
  }

  /** The ranges as [begin, end) pairs. */
  toPairs(): [begin: bigint, end: bigint][] {
    const words = this.#words;
    const pairs: [bigint, bigint][] = [];
    for (let i = 0; i < this.#size * WORDS; i += WORDS) {
      pairs.push([idOf(words[i], words[i + 1]), idOf(words[i + 2], words[i + 3])]);
    }
    return pairs;
  }
}

/** The order of the ids at a[i] and b[j]: negative, 0 or positive. */
function compare(a: Uint32Array, i: number, b: Uint32Array, j: number): number {
  return a[i] === b[j] ? a[i + 1] - b[j + 1] : a[i] - b[j];
}

/** Rounds the id in words[at], words[at + 1] down, or up when `up` is 1, to a multiple of the masks' power. */
function roundWords(words: Uint32Array, at: number, up: 0 | 1, highMask: number, lowMask: number): void {
  const high = (words[at] & highMask) >>> 0;
  const low = (words[at + 1] & lowMask) >>> 0;
  const exact = high === words[at] && low === words[at + 1];
  words[at] = high;
  words[at + 1] = low;
  if (up === 0 || exact) return;
  // The masks' lowest bits are the step: -mask.
  const sum = low - lowMask;
  if (lowMask === 0) {
    words[at] = high - highMask;
  } else {
    words[at] = sum >= TWO_32 ? high + 1 : high;
    words[at + 1] = sum >= TWO_32 ? sum - TWO_32 : sum;
  }
}
