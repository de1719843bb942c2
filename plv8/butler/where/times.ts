/**
 * Instants and timespans from text, exactly: nanoseconds since 1970-01-01 TAI.
 *
 * A time is `[format/]value[/scale]`. Formats: iso (2019-04-02 12:00:00), isot (…T…), fits (with a sign and five
 * digits of the year, too), yday (2019:092:12:00:00), and the numbers mjd, jd, unix, unix_tai, gps, cxcsec; without
 * one, a number is an mjd. Scales: utc, tai, tt.
 */
const NS = 1_000_000_000n;
const DAY = 86_400n;

/** Bounds of all timespans, which stand for none: 1970-01-01 and 2100-01-01 TAI. */
export const EARLIEST = 0n;
export const LATEST = 4_102_444_800_000_000_000n;

/** Days since 1970-01-01 on which UTC began to be one more second behind TAI; 10 s since the first. Source: IERS. */
export const leapDays: readonly number[] = [
  730, 912, 1096, 1461, 1826, 2191, 2557, 2922, 3287, 3652, 4199, 4564, 4929, 5660, 6574, 7305, 7670, 8217,
  8582, 8947, 9496, 10043, 10592, 13149, 14245, 15522, 16617, 17167,
];

/** TAI - UTC on a day of UTC [s]; 10 before 1972. */
function offsetOn(day: bigint): bigint {
  return BigInt(Math.max(10, 9 + leapDays.filter((start) => BigInt(start) <= day).length));
}

function endsWithLeapSecond(day: bigint): boolean {
  return leapDays.some((start) => BigInt(start) === day + 1n);
}

export type Scale = 'utc' | 'tai' | 'tt';

const SCALES: readonly string[] = ['utc', 'tai', 'tt'];
const OTHER_SCALES: readonly string[] = ['ut1', 'tcb', 'tcg', 'tdb', 'local'];

/** Numeric formats: where they count from and in what. */
const NUMERIC: {
  readonly [format: string]: {
    readonly unit: 'day' | 'second';
    readonly epoch: bigint;
    readonly scale: Scale;
  };
} = {
  /** Epochs in half days, or in seconds, since 1970-01-01 of the scale. */
  mjd: { unit: 'day', epoch: -2n * 40_587n, scale: 'tai' },
  jd: { unit: 'day', epoch: -2n * 2_440_587n - 1n, scale: 'tai' },
  unix: { unit: 'second', epoch: 0n, scale: 'utc' },
  unix_tai: { unit: 'second', epoch: 0n, scale: 'tai' },
  gps: { unit: 'second', epoch: 315_964_819n, scale: 'tai' },
  cxcsec: { unit: 'second', epoch: 883_612_800n, scale: 'tt' },
};

const CALENDAR: readonly string[] = ['iso', 'isot', 'fits', 'yday'];

export interface Instant {
  readonly nanoseconds: bigint;
  /** The same time in canonical text, without its quotes. */
  readonly text: string;
}

/** What is thrown for text that is no time: the caller knows the place. */
export class TimeError extends Error {}

/**
 * The instant of a text.
 * @param scale of times that name none, in place of the format's own
 * @throws TimeError
 */
export function parseTime(text: string, scale?: string): Instant {
  // What other programs write of an instant of UTC.
  const parts = text
    .trim()
    .replace(/\+00:00$/, '')
    .split('/');
  let format: string | undefined;
  let named = scale;
  if (parts.length === 3) format = parts.shift();
  else if (parts.length === 2 && isFormat(parts[0])) format = parts.shift();
  if (parts.length === 2) named = parts.pop();
  if (parts.length !== 1) throw new TimeError(`'${text}' is not a time: write [format/]time[/scale]`);
  const value = parts[0].trim();
  if (named !== undefined && !SCALES.includes(named.toLowerCase())) {
    const more = OTHER_SCALES.includes(named.toLowerCase()) ? 'cannot be converted' : 'is no time scale';
    throw new TimeError(`'${named}' ${more}: use utc, tai or tt`);
  }
  const known = named?.toLowerCase() as Scale | undefined;
  if (format !== undefined && !isFormat(format)) {
    const formats = [...CALENDAR, ...Object.keys(NUMERIC)].join(', ');
    throw new TimeError(`'${format}' is no time format: use one of ${formats}`);
  }
  const chosen = format?.toLowerCase() ?? (DECIMAL.test(value) ? 'mjd' : 'calendar');
  return chosen in NUMERIC ? numeric(chosen, value, known) : calendar(chosen, value, known ?? 'utc');
}

function isFormat(word: string): boolean {
  const lower = word.toLowerCase();
  return CALENDAR.includes(lower) || Object.hasOwn(NUMERIC, lower);
}

const DECIMAL = /^([+-]?)(\d+(?:\.\d*)?|\.\d+)(?:e([+-]?\d+))?$/i;

function numeric(format: string, value: string, named: Scale | undefined): Instant {
  const match = DECIMAL.exec(value);
  if (!match) throw new TimeError(`'${value}' is not a number, as ${format} needs it`);
  const [whole, fraction = ''] = match[2].split('.');
  const power = Number(match[3] ?? 0);
  // Beyond these no time is meant, and exact integers would grow without need.
  if (value.length > 100 || Math.abs(power) > 30) throw new TimeError(`'${value}' is too long for a time`);
  let units = BigInt(whole + fraction) * (match[1] === '-' ? -1n : 1n);
  const decimals = fraction.length - power;
  const divisor = 10n ** BigInt(Math.max(decimals, 0));
  if (decimals < 0) units *= 10n ** BigInt(-decimals);
  const { unit, epoch, scale: usual } = NUMERIC[format];
  const scale = named ?? usual;
  // Time since 1970-01-01 of the scale, as a fraction.
  const count = unit === 'day' ? 2n * units + epoch * divisor : units + epoch * divisor;
  const perDay = unit === 'day' ? 2n * divisor : DAY * divisor;
  const day = floorDivide(count, perDay);
  const rest = count - day * perDay;
  // Dates of UTC count the day of a leap second as one day, too; seconds since an epoch do not count it.
  const length = unit === 'day' && scale === 'utc' && endsWithLeapSecond(day) ? DAY + 1n : DAY;
  const nanoseconds = onScale(day, roundDivide(rest * length * NS, perDay), scale);
  const prefix = format === 'mjd' ? '' : `${format}/`;
  return { nanoseconds, text: `${prefix}${value}${scale === usual ? '' : `/${scale}`}` };
}

const CLOCK = String.raw`(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.(\d*))?)?`;
const DATE = new RegExp(`^([+-]\\d{5}|\\d{4})-(\\d{1,2})-(\\d{1,2})(?:([ T])${CLOCK})?$`);
const DAY_OF_YEAR = new RegExp(`^(\\d{4}):(\\d{1,3})(?::${CLOCK})?$`);

function calendar(format: string, value: string, scale: Scale): Instant {
  const notATime = new TimeError(
    `'${value}' is not a time: write 2019-04-02, 2019-04-02 12:00:00, 2019-04-02T12:00:00.5, 2019:092:12:00:00 or an MJD`,
  );
  if (value.length > 100) throw notATime;
  const date = format === 'yday' ? null : DATE.exec(value);
  const yday = date || (format !== 'yday' && format !== 'calendar') ? null : DAY_OF_YEAR.exec(value);
  if (!date && !yday) throw notATime;
  const [hour, minute, second, fraction] = (date ? date.slice(5) : yday!.slice(3)) as (string | undefined)[];
  const year = Number((date ?? yday!)[1]);
  if (year < 0 || year > 9999) throw new TimeError(`'${value}' is outside of the years 0 to 9999`);
  let day: number;
  if (date) {
    const month = Number(date[2]);
    const ofMonth = Number(date[3]);
    if (month < 1 || month > 12 || ofMonth < 1 || ofMonth > daysIn(year, month)) throw notATime;
    day = daysBefore(year, month) + ofMonth - 1;
  } else {
    const ofYear = Number(yday![2]);
    if (ofYear < 1 || ofYear > daysBefore(year + 1, 1) - daysBefore(year, 1)) throw notATime;
    day = daysBefore(year, 1) + ofYear - 1;
  }
  const days = BigInt(day);
  const clock = [Number(hour ?? 0), Number(minute ?? 0), Number(second ?? 0)];
  const leap = clock[0] === 23 && clock[1] === 59 && scale === 'utc' && endsWithLeapSecond(days);
  if (clock[0] > 23 || clock[1] > 59 || clock[2] > (leap ? 60 : 59)) throw notATime;
  const seconds = BigInt(clock[0] * 3600 + clock[1] * 60 + clock[2]);
  const digits = (fraction ?? '').replace(/0+$/, '');
  const parts = digits === '' ? 0n : roundDivide(BigInt(digits) * NS, 10n ** BigInt(digits.length));
  const two = (n: number) => String(n).padStart(2, '0');
  const time = `${clock.map(two).join(':')}.${digits.padEnd(3, '0')}`;
  const written = date
    ? `${String(year).padStart(4, '0')}-${date[2].padStart(2, '0')}-${date[3].padStart(2, '0')}${date[4] ?? ' '}${time}`
    : `${yday![1]}:${yday![2].padStart(3, '0')}:${time}`;
  return {
    nanoseconds: onScale(days, seconds * NS + parts, scale),
    text: `${written}${scale === 'utc' ? '' : `/${scale}`}`,
  };
}

/** TAI nanoseconds of nanoseconds within a day of a scale. */
function onScale(day: bigint, within: bigint, scale: Scale): bigint {
  const count = day * DAY * NS + within;
  if (scale === 'utc') return count + offsetOn(day) * NS;
  return scale === 'tt' ? count - 32_184_000_000n : count;
}

/** Days from 1970-01-01 to the first of a month, in the Gregorian calendar. */
function daysBefore(year: number, month: number): number {
  const years = month > 2 ? year : year - 1;
  const era = Math.floor(years / 400);
  const ofEra = years - era * 400;
  const ofYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5);
  return era * 146_097 + ofEra * 365 + Math.floor(ofEra / 4) - Math.floor(ofEra / 100) + ofYear - 719_468;
}

function daysIn(year: number, month: number): number {
  return month === 12 ? 31 : daysBefore(year, month + 1) - daysBefore(year, month);
}

function floorDivide(a: bigint, b: bigint): bigint {
  const quotient = a / b;
  return a % b !== 0n && a < 0n !== b < 0n ? quotient - 1n : quotient;
}

/** To the nearest, halves up; for what is not negative. */
function roundDivide(a: bigint, b: bigint): bigint {
  return (2n * a + b) / (2n * b);
}

/** An instant as a registry holds it: one beyond the bounds of all timespans is at the bound. */
export function clampedInstant(nanoseconds: bigint): bigint {
  if (nanoseconds < EARLIEST) return EARLIEST;
  return nanoseconds > LATEST ? LATEST : nanoseconds;
}

/**
 * The int8range of a timespan as a registry holds it; null is unbounded. One that begins where it ends lasts 1 ns,
 * one that ends before it begins is empty.
 * @throws TimeError where it lies wholly outside of the bounds of all timespans
 */
export function timespanText(begin: bigint | null, end: bigint | null): string {
  const from = begin === null ? EARLIEST : clampedInstant(begin);
  const to = end === null ? LATEST : clampedInstant(end);
  if (from === to && (from === EARLIEST || from === LATEST))
    throw new TimeError('a timespan lies wholly outside of 1970-01-01 to 2100-01-01');
  if (from > to) return 'empty';
  return `[${from},${from === to ? to + 1n : to})`;
}
