/** Angles in hours or degrees, minutes and seconds: reading what people and catalogues write, and writing it. */

/** Why a text is no angle. */
export class SexagesimalError extends Error {}

type Unit = 'h' | 'd' | 'm' | 's';

/** Marks that may follow a number, in the spellings in use. */
const MARKS: readonly (readonly [RegExp, Unit])[] = [
  [/^(?:hours?|hrs?|h|ʰ)/i, 'h'],
  [/^(?:degrees?|degs?|d|°|º|ᵈ)/i, 'd'],
  [/^(?:minutes?|mins?|m|'|′|’|ᵐ)(?!')/i, 'm'],
  [/^(?:seconds?|secs?|s|"|″|”|''|′′|ˢ)/i, 's'],
];

const NUMBER = /^(\d+(?:\.\d*)?|\.\d+)/;

interface Part {
  readonly digits: string;
  readonly unit: Unit | null;
}

/** `12h 34m 56.7s`, `12:34:56.7`, `12 34 56.7`, `-0°30′`, `12.5h`, `187.5`: sign, up to three numbers, marks. */
function parts(text: string): { negative: boolean; parts: Part[] } {
  const refuse = (why: string): never => {
    throw new SexagesimalError(`${JSON.stringify(text)} is no angle: ${why}`);
  };
  // A superscript unit may stand over the decimal point: 12ʰ34ᵐ56ˢ.7.
  let rest = text.trim().replace(/([ʰᵐˢ°′″])\.(\d+)/g, '.$2$1');
  let negative = false;
  const sign = /^[+\-−–]\s*/.exec(rest);
  if (sign) {
    negative = sign[0][0] !== '+';
    rest = rest.slice(sign[0].length);
  }
  const found: Part[] = [];
  let colons = 0;
  while (rest) {
    const number = NUMBER.exec(rest);
    if (!number)
      return refuse(found.length ? `unexpected ${JSON.stringify(rest)}` : 'it does not begin with a number');
    if (found.length === 3) return refuse('more than three numbers');
    rest = rest.slice(number[0].length);
    const bare = rest.replace(/^\s+/, '');
    let unit: Unit | null = null;
    for (const [pattern, name] of MARKS) {
      const mark = pattern.exec(bare);
      if (!mark) continue;
      unit = name;
      rest = bare.slice(mark[0].length);
      break;
    }
    found.push({ digits: number[0], unit });
    const separator = /^\s*(:?)\s*/.exec(rest)!;
    if (separator[1]) {
      colons++;
      if (unit !== null || separator[0].length === rest.length)
        return refuse('a colon that separates nothing');
    } else if (unit === null && separator[0] === '' && rest)
      return refuse(`unexpected ${JSON.stringify(rest)}`);
    rest = rest.slice(separator[0].length);
  }
  if (!found.length) refuse('it is empty');
  if (colons && colons !== found.length - 1) refuse('colons and blanks are mixed');
  const marked = found.filter((part) => part.unit !== null).length;
  if (marked && marked !== found.length && !(marked === found.length - 1 && found[marked].unit === null))
    refuse('some numbers have a unit and some have none');
  return { negative, parts: found };
}

interface Angle {
  readonly negative: boolean;
  /** Size in the seconds of its unit; `seconds / 3600` is rounded once. */
  readonly seconds: number;
  /** The number itself where there is only one. */
  readonly single: number | null;
  readonly unit: 'h' | 'd' | null;
}

function angle(text: string): Angle {
  const { negative, parts: found } = parts(text);
  const refuse = (why: string): never => {
    throw new SexagesimalError(`${JSON.stringify(text)} is no angle: ${why}`);
  };
  let place = -1;
  let seconds = 0;
  for (const [index, { digits, unit }] of found.entries()) {
    const next = unit === null ? place + 1 : unit === 'm' ? 1 : unit === 's' ? 2 : 0;
    if (next <= place || next > 2) refuse('its units are not in order');
    if (index === 0 && next > 0) refuse('it does not begin with hours or degrees');
    if (index < found.length - 1 && digits.includes('.')) refuse('only the last number may have a fraction');
    const number = Number(digits);
    if (next > 0 && number >= 60) refuse(`${digits} ${next === 1 ? 'minutes' : 'seconds'}`);
    seconds += number * [3600, 60, 1][next];
    place = next;
  }
  const unit = found[0].unit === 'h' || found[0].unit === 'd' ? found[0].unit : null;
  return { negative, seconds, single: found.length === 1 ? Number(found[0].digits) : null, unit };
}

/**
 * Right ascension in degrees, [0, 360): `12:34:56.7`, `12 34 56.7`, `12h34m56.7s` are hours, as is any text of
 * two or three numbers without units; `188.7d`, `188°44′` and a single bare number are degrees.
 */
export function parseRa(text: string): number {
  const { negative, seconds, single, unit } = angle(text);
  const hours = unit === 'h' || (unit === null && single === null);
  const size = single === null ? seconds / (hours ? 240 : 3600) : hours ? single * 15 : single;
  if ((negative && size > 0) || size >= 360)
    throw new SexagesimalError(
      `right ascension ${JSON.stringify(text)} is not from 0 up to 24 hours, or 360 degrees`,
    );
  return size;
}

/** Declination in degrees, [-90, 90]: `-12:34:56.7`, `-12 34 56.7`, `-12d34m56.7s`, `-12°34′56.7″`, `-12.58`. */
export function parseDec(text: string): number {
  const { negative, seconds, single, unit } = angle(text);
  if (unit === 'h') throw new SexagesimalError(`declination ${JSON.stringify(text)} is given in hours`);
  const size = single ?? seconds / 3600;
  if (size > 90)
    throw new SexagesimalError(`declination ${JSON.stringify(text)} is not from -90 to 90 degrees`);
  return negative ? -size : size;
}

/** Digits after the point that a double still tells apart. */
export const MAX_PRECISION = 9;

/** Whole units, minutes and seconds of a non-negative angle, rounded as one number so that 59.99… carries over. */
function split(size: number, precision: number): { whole: number; minutes: string; seconds: string } {
  const scale = 10 ** precision;
  const ticks = Math.round(size * 3600 * scale);
  const perMinute = 60 * scale;
  const minutesInAll = Math.floor(ticks / perMinute);
  const rest = ticks - minutesInAll * perMinute;
  const seconds = String(Math.floor(rest / scale)).padStart(2, '0');
  const fraction = String(rest % scale).padStart(precision, '0');
  return {
    whole: Math.floor(minutesInAll / 60),
    minutes: String(minutesInAll % 60).padStart(2, '0'),
    seconds: precision ? `${seconds}.${fraction}` : seconds,
  };
}

function joined(whole: string, minutes: string, seconds: string, separator: string, units: string): string {
  return separator === 'hms' || separator === 'dms'
    ? `${whole}${units[0]}${minutes}${units[1]}${seconds}${units[2]}`
    : [whole, minutes, seconds].join(separator);
}

function checkPrecision(precision: number): void {
  if (!(precision >= 0 && precision <= MAX_PRECISION))
    throw new SexagesimalError(
      `${precision} digits after the point: the precision is from 0 to ${MAX_PRECISION}`,
    );
}

/** Hours, minutes and seconds of a right ascension in degrees, taken modulo 360; separator `hms` writes letters. */
export function formatRa(ra: number, precision: number, separator: string): string {
  checkPrecision(precision);
  if (!Number.isFinite(ra)) throw new SexagesimalError(`${ra} is no right ascension`);
  const wrapped = ra % 360;
  const { whole, minutes, seconds } = split((wrapped < 0 ? wrapped + 360 : wrapped) / 15, precision);
  // 23:59:59.99… may round to a full day.
  return joined(String(whole % 24).padStart(2, '0'), minutes, seconds, separator, 'hms');
}

/** Sign, degrees, minutes and seconds of a declination in degrees; separator `dms` writes letters. */
export function formatDec(decl: number, precision: number, separator: string): string {
  checkPrecision(precision);
  if (!(Math.abs(decl) <= 90)) throw new SexagesimalError(`${decl} is no declination`);
  const { whole, minutes, seconds } = split(Math.abs(decl), precision);
  const sign = decl < 0 ? '-' : '+';
  return sign + joined(String(whole).padStart(2, '0'), minutes, seconds, separator, 'dms');
}
