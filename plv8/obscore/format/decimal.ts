/** Decimal digits of doubles, rounded half to even on the exact binary value, as C's and Python's formats do. */

/** The digits of a number that is 0.DIGITS × 10^point; zero has the one digit 0 and point 1. */
export interface Decimal {
  readonly digits: string;
  readonly point: number;
}

const word = new DataView(new ArrayBuffer(8));

/** The fewest digits that read back as the same double. value: finite, not negative. */
export function shortestDigits(value: number): Decimal {
  if (value === 0) return { digits: '0', point: 1 };
  const [digits, exponent] = value.toExponential().split('e');
  return { digits: digits.replace('.', ''), point: Number(exponent) + 1 };
}

/** The digits down to so many places after the point. value: finite, not negative. */
export function fixedDigits(value: number, places: number): Decimal {
  const digits = scaled(value, places);
  return { digits, point: digits.length - places };
}

/** So many significant digits. value: finite, not negative. */
export function significantDigits(value: number, count: number): Decimal {
  if (value === 0) return { digits: '0'.repeat(count), point: 1 };
  const shortest = shortestDigits(value);
  // The shortest form may be a power of ten that lies just above the value: by one part in 10^17.
  const below = shortest.digits === '1' && scaled(value, 40 - shortest.point).length < 40;
  const point = below ? shortest.point - 1 : shortest.point;
  const digits = scaled(value, count - point);
  // Nines that round up carry into one digit more.
  return digits.length > count ? { digits: digits.slice(0, count), point: point + 1 } : { digits, point };
}

/** value × 10^places to the nearest integer, half to even. */
function scaled(value: number, places: number): string {
  word.setFloat64(0, value);
  const bits = word.getBigUint64(0);
  const exponent = Number(bits >> 52n);
  const mantissa = bits & 0xfffffffffffffn;
  // value = mantissa × 2^power
  const [whole, power] = exponent === 0 ? [mantissa, -1074] : [mantissa | (1n << 52n), exponent - 1075];
  const numerator = (whole << BigInt(Math.max(0, power))) * 10n ** BigInt(Math.max(0, places));
  const denominator = (1n << BigInt(Math.max(0, -power))) * 10n ** BigInt(Math.max(0, -places));
  const quotient = numerator / denominator;
  const twice = 2n * (numerator % denominator);
  return String(
    twice > denominator || (twice === denominator && quotient % 2n === 1n) ? quotient + 1n : quotient,
  );
}
