/** The exact side of a great circle on which a direction lies. */
import type { Vec3 } from './vector.ts';

const word = new DataView(new ArrayBuffer(8));

/** More than the rounding errors of the triple product, relative to the sum of its terms' sizes. */
const ERROR_BOUND = 8 * 2 ** -53;

/**
 * The sign of a · (b × c): +1 when a, b, c run counter-clockwise seen from outside, -1 when clockwise, 0 when
 * they lie on one great circle. Exact for finite components; 0 when a component is NaN or infinite.
 */
export function orientation(a: Vec3, b: Vec3, c: Vec3): -1 | 0 | 1 {
  const yz = b[1] * c[2];
  const zy = b[2] * c[1];
  const zx = b[2] * c[0];
  const xz = b[0] * c[2];
  const xy = b[0] * c[1];
  const yx = b[1] * c[0];
  const det = a[0] * (yz - zy) + a[1] * (zx - xz) + a[2] * (xy - yx);
  const size =
    Math.abs(a[0]) * (Math.abs(yz) + Math.abs(zy)) +
    Math.abs(a[1]) * (Math.abs(zx) + Math.abs(xz)) +
    Math.abs(a[2]) * (Math.abs(xy) + Math.abs(yx));
  // Below 1e-250 products may have vanished.
  const bound = size * ERROR_BOUND + 1e-250;
  if (det > bound) return 1;
  if (det < -bound) return -1;
  return exactOrientation(a, b, c);
}

function same(a: Vec3, b: Vec3): boolean {
  return (
    (a[0] === b[0] && a[1] === b[1] && a[2] === b[2]) || (a[0] === -b[0] && a[1] === -b[1] && a[2] === -b[2])
  );
}

function exactOrientation(a: Vec3, b: Vec3, c: Vec3): -1 | 0 | 1 {
  // What degenerate input usually is: a vertex against itself, or a vertex of a shared meridian or equator.
  if (same(a, b) || same(b, c) || same(c, a)) return 0;
  for (let i = 0; i < 3; ++i) if (a[i] === 0 && b[i] === 0 && c[i] === 0) return 0;
  // Edges of meridians against a pole.
  const flat = axisOrientation(a, b, c) ?? axisOrientation(b, c, a) ?? axisOrientation(c, a, b);
  if (flat !== null) return flat;
  const p = integers(a);
  const q = integers(b);
  const r = integers(c);
  if (p === null || q === null || r === null) return 0;
  const det =
    p[0] * (q[1] * r[2] - q[2] * r[1]) +
    p[1] * (q[2] * r[0] - q[0] * r[2]) +
    p[2] * (q[0] * r[1] - q[1] * r[0]);
  return det > 0n ? 1 : det < 0n ? -1 : 0;
}

/** The same where the first vector lies on an axis, so that two products remain; null where it does not. */
function axisOrientation(axis: Vec3, b: Vec3, c: Vec3): -1 | 0 | 1 | null {
  const i = axis[0] !== 0 ? 0 : axis[1] !== 0 ? 1 : 2;
  const j = (i + 1) % 3;
  const k = (i + 2) % 3;
  if (axis[j] !== 0 || axis[k] !== 0 || axis[i] === 0) return null;
  if (!Number.isFinite(axis[i] + b[0] + b[1] + b[2] + c[0] + c[1] + c[2])) return null;
  const p = b[j] * c[k];
  const q = b[k] * c[j];
  // Rounding keeps the order of products; of equal ones the rounding errors decide.
  if (p === q && !(isOrdinary(b[j]) && isOrdinary(c[k]) && isOrdinary(b[k]) && isOrdinary(c[j]))) return null;
  const difference = p === q ? productError(b[j], c[k], p) - productError(b[k], c[j], q) : p - q;
  if (difference === 0) return 0;
  return difference > 0 === axis[i] > 0 ? 1 : -1;
}

/** Whether products of such numbers and of their parts neither vanish nor overflow. */
function isOrdinary(x: number): boolean {
  const size = Math.abs(x);
  return size > 1e-100 && size < 1e100;
}

/** What rounding took from the product p of ordinary numbers a and b, exact (Dekker 1971). */
function productError(a: number, b: number, p: number): number {
  const aHigh = upperHalf(a);
  const bHigh = upperHalf(b);
  const aLow = a - aHigh;
  const bLow = b - bHigh;
  return aLow * bLow - (p - aHigh * bHigh - aLow * bHigh - aHigh * bLow);
}

/** The upper 26 bits of a number. */
function upperHalf(a: number): number {
  const scaled = 134217729 * a;
  return scaled - (scaled - a);
}

/** The components times a common power of two that makes them integers, or null when one is not finite. */
function integers(v: Vec3): [bigint, bigint, bigint] | null {
  const mantissas: bigint[] = [];
  const exponents: number[] = [];
  let smallest = Infinity;
  for (let i = 0; i < 3; ++i) {
    word.setFloat64(0, v[i]);
    const high = word.getUint32(0);
    const biased = (high >>> 20) & 0x7ff;
    if (biased === 0x7ff) return null;
    const fraction = (BigInt(high & 0xfffff) << 32n) | BigInt(word.getUint32(4));
    const size = biased === 0 ? fraction : fraction | (1n << 52n);
    const exponent = Math.max(biased, 1);
    mantissas.push(v[i] < 0 ? -size : size);
    exponents.push(exponent);
    if (size !== 0n) smallest = Math.min(smallest, exponent);
  }
  const at = (i: number) => (mantissas[i] === 0n ? 0n : mantissas[i] << BigInt(exponents[i] - smallest));
  return [at(0), at(1), at(2)];
}
