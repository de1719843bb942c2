/**
 * Trigonometry rounded correctly, so that a region's numbers are the same bits on every engine.
 *
 * V8's own `Math.sin` and friends are right to within one unit in the last place, and differ between V8
 * versions. The functions here work in pairs of doubles (a value `hi + lo` of about 105 bits: Dekker 1971,
 * "A floating-point technique for extending the available precision") and round once, at the end; their error
 * before rounding is below 2^-70 of the result, so that about one result in a hundred thousand million could be
 * rounded the wrong way. Arguments are radians.
 */

/** 2^27 + 1 splits a double into two halves whose products are exact. */
const SPLITTER = 134217729;

/** Where the first reduction step stops being exact; beyond it the engine's own functions answer. */
const LARGEST_REDUCED = 1e5;

// π/2 as the sum of four doubles. The first two hold 33 bits each: their product with a small integer is exact.
const HALF_PI_1 = 1.5707963267341256;
const HALF_PI_2 = 6.077100506303966e-11;
const HALF_PI_3 = 2.0222662487959506e-21;
const HALF_PI_4 = 1.0085854035872483e-37;
const TWO_OVER_PI = 0.6366197723675814;

/** 1/3! and so on: the double nearest to the value, and what is left of the value. */
const INVERSE_3 = [1 / 6, 9.25185853854297e-18];
const INVERSE_4 = [1 / 24, 2.3129646346357427e-18];
const INVERSE_5 = [1 / 120, 1.1564823173178714e-19];
const INVERSE_6 = [1 / 720, -5.300543954373577e-20];
const INVERSE_7 = [1 / 5040, 1.7209558293420705e-22];
const INVERSE_8 = [1 / 40320, 2.1511947866775882e-23];

/** The results of the last reduction and expansion: pairs are passed here because an array for each would cost more than the sums. */
let hi = 0;
let lo = 0;
let sineHi = 0;
let sineLo = 0;
let cosineHi = 0;
let cosineLo = 0;

/** The rounding error of the product `p = a * b`. */
function productError(a: number, b: number, p: number): number {
  let t = SPLITTER * a;
  const ah = t - (t - a);
  const al = a - ah;
  t = SPLITTER * b;
  const bh = t - (t - b);
  const bl = b - bh;
  return al * bl - (p - ah * bh - al * bh - ah * bl);
}

/** Leaves in `hi`, `lo` the sum of the pair and a double. */
function addTo(ah: number, al: number, b: number): void {
  const s = ah + b;
  const bb = s - ah;
  const e = ah - (s - bb) + (b - bb) + al;
  hi = s + e;
  lo = e - (hi - s);
}

/** Leaves in `hi`, `lo` the sum of two pairs. */
function addPairs(ah: number, al: number, bh: number, bl: number): void {
  const s = ah + bh;
  const bb = s - ah;
  const e = ah - (s - bb) + (bh - bb) + al + bl;
  hi = s + e;
  lo = e - (hi - s);
}

/** Leaves in `hi`, `lo` the product of two pairs. */
function multiplyPairs(ah: number, al: number, bh: number, bl: number): void {
  const p = ah * bh;
  const e = productError(ah, bh, p) + (ah * bl + al * bh);
  hi = p + e;
  lo = e - (hi - p);
}

/** Expands sine and cosine of the pair `r`, at most π/4, into the module's pairs. */
function expand(rh: number, rl: number): void {
  multiplyPairs(rh, rl, rh, rl);
  const zh = hi;
  const zl = lo;

  // sin r = r - r·z·(1/3! - z·(1/5! - z·(1/7! - z·tail)))
  let tail =
    1 / 362880 -
    zh *
      (1 / 39916800 -
        zh *
          (1 / 6227020800 -
            zh * (1 / 1307674368000 - zh * (1 / 355687428096000 - zh * (1 / 121645100408832000)))));
  let t = -zh * tail;
  addTo(INVERSE_7[0], INVERSE_7[1], t);
  multiplyPairs(hi, lo, -zh, -zl);
  addPairs(INVERSE_5[0], INVERSE_5[1], hi, lo);
  multiplyPairs(hi, lo, -zh, -zl);
  addPairs(INVERSE_3[0], INVERSE_3[1], hi, lo);
  multiplyPairs(hi, lo, -zh, -zl);
  multiplyPairs(hi, lo, rh, rl);
  addPairs(rh, rl, hi, lo);
  sineHi = hi;
  sineLo = lo;

  // cos r = 1 - z·(1/2! - z·(1/4! - z·(1/6! - z·(1/8! - z·tail))))
  tail =
    1 / 3628800 -
    zh *
      (1 / 479001600 -
        zh *
          (1 / 87178291200 -
            zh * (1 / 20922789888000 - zh * (1 / 6402373705728000 - zh * (1 / 2432902008176640000)))));
  t = -zh * tail;
  addTo(INVERSE_8[0], INVERSE_8[1], t);
  multiplyPairs(hi, lo, -zh, -zl);
  addPairs(INVERSE_6[0], INVERSE_6[1], hi, lo);
  multiplyPairs(hi, lo, -zh, -zl);
  addPairs(INVERSE_4[0], INVERSE_4[1], hi, lo);
  multiplyPairs(hi, lo, -zh, -zl);
  addTo(hi, lo, 0.5);
  multiplyPairs(hi, lo, -zh, -zl);
  addTo(hi, lo, 1);
  cosineHi = hi;
  cosineLo = lo;
}

/** Leaves sine and cosine of `a` in the module's pairs; `|a|` is at most LARGEST_REDUCED. */
function expandAngle(a: number): void {
  const k = Math.round(a * TWO_OVER_PI);
  if (k === 0) {
    expand(a, 0);
    return;
  }
  const p = k * HALF_PI_3;
  // a - k·HALF_PI_1 is exact (Sterbenz), so that cancellation near a multiple of π/2 loses nothing.
  addTo(a - k * HALF_PI_1, 0, -k * HALF_PI_2);
  addPairs(hi, lo, -p, -productError(k, HALF_PI_3, p) - k * HALF_PI_4);
  expand(hi, lo);
  const quadrant = k & 3;
  if (quadrant === 0) return;
  const sh = sineHi;
  const sl = sineLo;
  if (quadrant === 2) {
    sineHi = -sh;
    sineLo = -sl;
    cosineHi = -cosineHi;
    cosineLo = -cosineLo;
  } else if (quadrant === 1) {
    sineHi = cosineHi;
    sineLo = cosineLo;
    cosineHi = -sh;
    cosineLo = -sl;
  } else {
    sineHi = -cosineHi;
    sineLo = -cosineLo;
    cosineHi = sh;
    cosineLo = sl;
  }
}

/** The sine of `a`. */
export function sin(a: number): number {
  if (!(Math.abs(a) <= LARGEST_REDUCED)) return Math.sin(a);
  if (Math.abs(a) < 1e-9) return a === 0 ? a : a - (a * a * a) / 6;
  expandAngle(a);
  return sineHi;
}

/** The cosine of `a`. */
export function cos(a: number): number {
  if (!(Math.abs(a) <= LARGEST_REDUCED)) return Math.cos(a);
  expandAngle(a);
  return cosineHi;
}

/** The tangent of `a`. */
export function tan(a: number): number {
  if (!(Math.abs(a) <= LARGEST_REDUCED)) return Math.tan(a);
  if (Math.abs(a) < 1e-9) return a + (a * a * a) / 3;
  expandAngle(a);
  const q = sineHi / cosineHi;
  const p = q * cosineHi;
  return q + (sineHi - p - productError(q, cosineHi, p) + sineLo - q * cosineLo) / cosineHi;
}

/** The angle in [-π/2, π/2] whose sine is `x`; NaN outside [-1, 1]. */
export function asin(x: number): number {
  const a = Math.asin(x);
  if (!(Math.abs(x) > 1e-9)) return a;
  // One Newton step from the engine's own answer, with the residual in pairs.
  expandAngle(a);
  return a + (x - sineHi - sineLo) / cosineHi;
}

/** The angle in [0, π] whose cosine is `x`; NaN outside [-1, 1]. */
export function acos(x: number): number {
  const a = Math.acos(x);
  if (!(Math.abs(x) < 1)) return a;
  expandAngle(a);
  return a + (cosineHi - x + cosineLo) / sineHi;
}

/** The angle in [-π, π] from the positive x axis to (x, y), signed zeros as in C. */
export function atan2(y: number, x: number): number {
  const a = Math.atan2(y, x);
  const size = Math.abs(x) + Math.abs(y);
  // On an axis, at infinity, and where products would overflow or vanish, the engine's answer stands.
  if (!(x !== 0 && y !== 0 && size < 1e150 && size > 1e-130 && Math.abs(y) > 1e-140)) return a;
  expandAngle(a);
  const yc = y * cosineHi;
  const xs = x * sineHi;
  const residual =
    yc - xs + (productError(y, cosineHi, yc) - productError(x, sineHi, xs) + (y * cosineLo - x * sineLo));
  return a + residual / (x * cosineHi + y * sineHi);
}

/** The angle in [-π/2, π/2] whose tangent is `x`. */
export function atan(x: number): number {
  return atan2(x, 1);
}
