/** Dates and times as PostgreSQL counts them: days and microseconds from 2000-01-01, zone-less ones read as UTC. */

const epochDays = 10_957;
const epochMicroseconds = 946_684_800_000_000n;

const iso =
  /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d+))?)?)?\s*(Z|[+-]\d\d(?::?\d\d)?)?$/i;

interface Parsed {
  /** Days from 1970-01-01. */
  readonly days: number;
  /** Microseconds from 1970-01-01 00:00 UTC. */
  readonly microseconds: bigint;
  readonly hasTime: boolean;
}

function zoneMinutes(zone: string | undefined): number {
  if (zone === undefined || /^z$/i.test(zone)) return 0;
  const digits = zone.slice(1).replace(':', '').padEnd(4, '0');
  const minutes = Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2));
  return zone.startsWith('-') ? -minutes : minutes;
}

/** Reads ISO 8601 text, or says what is wrong with it. */
function parseIso(text: string): Parsed | string {
  const match = iso.exec(text.trim());
  if (match === null) return `${JSON.stringify(text)} is not an ISO 8601 date or time`;
  const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = '', zone] = match;
  const date = new Date(0);
  date.setUTCFullYear(Number(year), Number(month) - 1, Number(day));
  const exists = date.getUTCMonth() === Number(month) - 1 && date.getUTCDate() === Number(day);
  // 24:00 and a leap second's 60 roll over, as they do in PostgreSQL.
  if (!exists || Number(hour) > 24 || Number(minute) > 59 || Number(second) > 60) {
    return `${JSON.stringify(text)} is not a date or time that exists`;
  }
  if (/[1-9]/.test(fraction.slice(6))) return `${JSON.stringify(text)} has digits below the microsecond`;
  const seconds = Number(hour) * 3600 + (Number(minute) - zoneMinutes(zone)) * 60 + Number(second);
  const microseconds =
    BigInt(date.getTime() / 1000 + seconds) * 1_000_000n + BigInt(fraction.slice(0, 6).padEnd(6, '0'));
  return { days: date.getTime() / 86_400_000, microseconds, hasTime: match[4] !== undefined };
}

/** Days from 2000-01-01 of a date given as days from 1970-01-01 or ISO text; a string says what is wrong. */
export function dateDays(value: unknown): number | string {
  if (typeof value === 'number' && Number.isInteger(value)) return value - epochDays;
  if (typeof value !== 'string') return `${String(value)} is not a date`;
  const parsed = parseIso(value);
  if (typeof parsed === 'string') return parsed;
  return parsed.hasTime ? `${JSON.stringify(value)} has a time, not only a date` : parsed.days - epochDays;
}

/** Microseconds from 2000-01-01 00:00 UTC of a Date, ISO text or microseconds from 1970; a string says what is wrong. */
export function timestampMicroseconds(value: unknown): bigint | string {
  if (typeof value === 'bigint') return value - epochMicroseconds;
  if (value instanceof Date) {
    const time = value.getTime();
    return Number.isNaN(time) ? 'not a moment in time' : BigInt(time) * 1000n - epochMicroseconds;
  }
  if (typeof value !== 'string') return `${String(value)} is not a moment in time`;
  const parsed = parseIso(value);
  return typeof parsed === 'string' ? parsed : parsed.microseconds - epochMicroseconds;
}

/** Microseconds from 2000-01-01 00:00 UTC of the midnight that begins a date. */
export function midnightMicroseconds(value: unknown): bigint | string {
  const days = dateDays(value);
  return typeof days === 'string' ? days : BigInt(days) * 86_400_000_000n;
}
