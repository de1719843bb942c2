import type { ElementType } from './table.ts';

/** The narrowest type that holds every text seen so far without changing what it means. */
export class TypeGuess {
  #kind: Kind | undefined;
  #hasBigInteger = false;

  /** Takes one text that is not NULL into account. */
  see(field: string): void {
    if (this.#kind === 'text') return;
    const text = field.trim();
    // Most columns are of one kind throughout: try that one first.
    if (this.#kind && KINDS[this.#kind](text)) {
      if (this.#kind === 'integer' && !fitsInt64(text)) this.#kind = 'numeric';
      else if (this.#kind === 'integer') this.#hasBigInteger ||= text.length > 15;
      return;
    }
    const kind = kindOf(text);
    this.#hasBigInteger ||= (kind === 'integer' && text.length > 15) || kind === 'numeric';
    this.#kind = this.#kind === undefined ? kind : joined(this.#kind, kind, this.#hasBigInteger);
  }

  get type(): ElementType {
    switch (this.#kind) {
      case undefined:
      case 'text':
        return 'text';
      case 'integer':
        return 'int64';
      case 'float':
        return 'float64';
      default:
        return this.#kind;
    }
  }
}

type Kind = 'boolean' | 'integer' | 'numeric' | 'float' | 'date' | 'timestamp' | 'timestamptz' | 'text';

const DATE = /^\d{4}-\d{2}-\d{2}$/;
const TIME =
  /^(\d{4}-\d{2}-\d{2})[T ]([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,6}0*)?)?(Z|[+-]\d{2}(:?\d{2})?)?$/;
// A leading zero marks a code, such as a field number 007, that would lose it as a number.
const INTEGER = /^-?(0|[1-9]\d*)$/;
const FLOAT = /^[+-]?((\d+\.?\d*|\.\d+)([eE][+-]?\d+)?|inf(inity)?|nan)$/i;
const LEADING_ZERO = /^[+-]?0\d/;

const KINDS: Record<Kind, (text: string) => boolean> = {
  boolean: (text) => /^(true|false)$/i.test(text),
  integer: (text) => INTEGER.test(text) && text !== '-0',
  numeric: (text) => FLOAT.test(text) && !LEADING_ZERO.test(text),
  float: (text) =>
    FLOAT.test(text) && !LEADING_ZERO.test(text) && significantDigits(text) <= 17 && !isUnsafeInteger(text),
  date: (text) => DATE.test(text) && isDay(text),
  timestamp: (text) => isTime(text, false),
  timestamptz: (text) => isTime(text, true),
  text: () => true,
};

const ORDER: readonly Kind[] = [
  'integer',
  'float',
  'numeric',
  'boolean',
  'date',
  'timestamp',
  'timestamptz',
  'text',
];

function kindOf(text: string): Kind {
  if (INTEGER.test(text) && !fitsInt64(text)) return 'numeric';
  return ORDER.find((kind) => KINDS[kind](text))!;
}

/** The kind that holds values of two kinds. An integer past 2^53 keeps its digits only as numeric. */
function joined(a: Kind, b: Kind, hasBigInteger: boolean): Kind {
  if (a === b) return a;
  const pair = new Set([a, b]);
  if (![...pair].every((kind) => kind === 'integer' || kind === 'float' || kind === 'numeric')) return 'text';
  return pair.has('numeric') || hasBigInteger ? 'numeric' : 'float';
}

function fitsInt64(text: string): boolean {
  return text.length < 19 || BigInt.asIntN(64, BigInt(text)) === BigInt(text);
}

function isUnsafeInteger(text: string): boolean {
  return text.length > 15 && INTEGER.test(text) && !Number.isSafeInteger(Number(text));
}

function significantDigits(text: string): number {
  if (text.length < 18) return 0;
  const digits = text
    .replace(/[eE].*$/, '')
    .replace(/[+-]/, '')
    .replace('.', '');
  return digits.replace(/^0+/, '').replace(/0+$/, '').length;
}

function isTime(text: string, zoned: boolean): boolean {
  const match = TIME.exec(text);
  return match !== null && (match[5] !== undefined) === zoned && isDay(match[1]);
}

/** Whether a day of the form 2024-02-30 is in the calendar. */
function isDay(text: string): boolean {
  const [year, month, day] = text.split('-').map(Number);
  const date = new Date(Date.UTC(year, month - 1, day));
  return year > 0 && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}
