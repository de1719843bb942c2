/** Values of SIAv2 parameters, read (SIA 2.0 section 2.1): intervals, calibration levels. */
import { parseNumber } from '../sky/format.ts';
import { obscoreError } from './errors.ts';

/** Its ends belong to it; they may be infinite. */
export interface Interval {
  readonly from: number;
  readonly to: number;
}

/** `BAND: 'abc' is no number`. */
export function wrongValue(parameter: string, complaint: string, hint: string): Error {
  return obscoreError('ObsCoreQueryError', `${parameter.toUpperCase()}: ${complaint}`, { hint });
}

/**
 * One number, or two: `550e-9`, `500e-9 600e-9`, `-Inf 600e-9`.
 * @throws ObsCoreQueryError for other text, NaN, and an interval that ends before it begins
 */
export function readInterval(parameter: string, text: string): Interval {
  const wrong = (complaint: string) =>
    wrongValue(
      parameter,
      complaint,
      "Write one number, or the two ends of an interval: '300', '300 600', '300 +Inf', '-Inf 600'.",
    );
  const words = text.trim().split(/\s+/);
  if (words.length > 2) throw wrong(`'${text}' has more than two numbers`);
  const [from, to = from] = words.map((word) => {
    let number: number;
    try {
      number = parseNumber(word);
    } catch {
      throw wrong(`'${word}' is no number`);
    }
    if (Number.isNaN(number)) throw wrong(`'${word}' is no end of an interval`);
    return number;
  }) as [number, number?];
  if (from > to) throw wrong(`the interval '${text}' ends before it begins`);
  return { from, to };
}

/** @throws ObsCoreQueryError for what is no calibration level of ObsCore 1.1 */
export function readCalibLevel(text: string): number {
  if (/^\s*[0-4]\s*$/.test(text)) return Number(text);
  throw wrongValue('calib', `'${text}' is no calibration level`, 'Calibration levels are 0, 1, 2, 3 and 4.');
}

/** All UUIDs that are written anywhere in a text, also where one begins within another. */
export function uuidsIn(text: string): string[] {
  const pattern = /[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}/y;
  const lower = text.toLowerCase();
  const found: string[] = [];
  for (let at = 0; at < lower.length; at++) {
    pattern.lastIndex = at;
    const match = pattern.exec(lower);
    if (match) found.push(match[0]);
  }
  return found;
}

/** A number as PostgreSQL reads it. */
export function floatLiteral(x: number): string {
  return Number.isFinite(x) ? String(x) : x > 0 ? 'Infinity' : '-Infinity';
}
