/** Floating-point numbers as other systems write them: always the shortest digits that read back the same. */

export interface FloatStyle {
  /** Decimal exponents from `least` to `most` are written without an exponent. */
  readonly least: number;
  readonly most: number;
  /** Fewest digits of an exponent. */
  readonly exponentDigits: number;
  readonly nan: string;
  readonly infinity: string;
  readonly minusInfinity: string;
}

/** As the CSV files of Apache Arrow have them: 30, 0.000001, 4.02e-7, 1e+14. */
export const arrowFloats: FloatStyle = {
  least: -6,
  most: 13,
  exponentDigits: 1,
  nan: 'nan',
  infinity: 'inf',
  minusInfinity: '-inf',
};

/** As astropy writes the cells of a VOTable: 30, 4.02e-07, 1e+16. */
export const astropyFloats: FloatStyle = {
  least: -4,
  most: 15,
  exponentDigits: 2,
  nan: 'NaN',
  infinity: '+InF',
  minusInfinity: '-InF',
};

/** PostgreSQL writes a float8 of a shorter text, without an exponent, as every style does. */
const alikeLength = 14;

/**
 * A float8 in PostgreSQL's text, which has the shortest digits where extra_float_digits is 1 or more, in another
 * style.
 */
export function floatText(text: string, style: FloatStyle): string {
  if (text.length < alikeLength && /^[-\d.]*$/.test(text)) return text;
  const value = Number(text);
  if (Number.isNaN(value)) return style.nan;
  if (!Number.isFinite(value)) return value > 0 ? style.infinity : style.minusInfinity;
  const [, sign, first, rest = '', exponentText] = /^(-?)(\d)(?:\.(\d+))?e([+-]\d+)$/.exec(
    value.toExponential(),
  )!;
  const exponent = Number(exponentText);
  if (exponent < style.least || exponent > style.most) {
    const mantissa = rest === '' ? first : `${first}.${rest}`;
    const digits = String(Math.abs(exponent)).padStart(style.exponentDigits, '0');
    return `${sign}${mantissa}e${exponent < 0 ? '-' : '+'}${digits}`;
  }
  const digits = first + rest;
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${digits}`;
  const whole = digits.slice(0, exponent + 1).padEnd(exponent + 1, '0');
  const fraction = digits.slice(exponent + 1);
  return fraction === '' ? `${sign}${whole}` : `${sign}${whole}.${fraction}`;
}
