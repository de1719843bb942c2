/** Random numbers that are the same on every run for the same seed, with a stream of their own for each purpose. */

const { imul } = Math;

/** Mixes 32 bits so that neighbouring numbers come out unlike (the finalizer of MurmurHash3, Appleby 2008). */
function mixed(word: number): number {
  let h = word ^ (word >>> 16);
  h = imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = imul(h, 0xc2b2ae35);
  return h ^ (h >>> 16);
}

/** Most that one product of uniform numbers may stand for: exp(-500) is still a double. */
const poissonPart = 500;

/** sfc32 (Doty-Humphrey, PractRand): 128 bits of state, period of at least 2^32 for every seed. */
export class Random {
  #a = 0;
  #b = 0;
  #c = 0;
  #counter = 1;
  #spare: number | undefined;

  /** @param seeds whole numbers below 2^53; other numbers, or another order, are another stream */
  constructor(...seeds: readonly number[]) {
    const words = [0x9e3779b9, 0x243f6a88, 0xb7e15162];
    for (const [i, seed] of seeds.entries())
      for (const half of [seed % 2 ** 32, Math.floor(seed / 2 ** 32)])
        for (let w = 0; w < words.length; w++)
          words[w] = mixed(words[w] ^ mixed(half + imul(i + 1, 3) + w)) + w;
    [this.#a, this.#b, this.#c] = words;
    for (let i = 0; i < 12; i++) this.bits();
  }

  /** 32 random bits, as a number from -2^31. */
  bits(): number {
    const out = (this.#a + this.#b + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + out) | 0;
    return out;
  }

  /** Uniform in [0, 1), 53 bits. */
  uniform(): number {
    return ((this.bits() >>> 5) * 2 ** 26 + (this.bits() >>> 6)) / 2 ** 53;
  }

  /** A whole number in [0, below), below at most 2^32. */
  integer(below: number): number {
    return Math.floor(((this.bits() >>> 0) / 2 ** 32) * below);
  }

  /** Normal of mean 0 and deviation 1 (Marsaglia's polar method). */
  normal(): number {
    if (this.#spare !== undefined) {
      const spare = this.#spare;
      this.#spare = undefined;
      return spare;
    }
    for (;;) {
      const u = 2 * this.uniform() - 1;
      const v = 2 * this.uniform() - 1;
      const s = u * u + v * v;
      if (s >= 1 || s === 0) continue;
      const factor = Math.sqrt((-2 * Math.log(s)) / s);
      this.#spare = v * factor;
      return u * factor;
    }
  }

  /** A Poisson number: how many products of uniform numbers stay above exp(-mean) (Knuth), part by part. */
  poisson(mean: number): number {
    let count = 0;
    for (let left = mean; left > 0; left -= poissonPart) {
      const limit = Math.exp(-Math.min(left, poissonPart));
      for (let product = this.uniform(); product > limit; product *= this.uniform()) count++;
    }
    return count;
  }
}
