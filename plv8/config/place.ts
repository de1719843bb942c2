/** A value of a configuration and where it stands: what is read from it, and what is wrong with it, with its path. */
import { utf8 } from '../utf8.ts';
import { type Json, JsonNumber } from './exact_json.ts';

/** Something wrong, or worth knowing: `dataset_types.raw.calib_level`, `expected an integer, not a string`. */
export interface Finding {
  readonly path: string;
  readonly complaint: string;
}

/** What reading a configuration brought to light. */
export class Findings {
  readonly complaints: Finding[] = [];
  /** Nothing to refuse a configuration for. */
  readonly notices: Finding[] = [];
}

/** A step of a path: the key of an object, or the index of a list. */
export type Step = string | number;

/** `spectral_ranges["HSC-G"][0]`; `$` is the whole configuration. */
export function pathText(steps: readonly Step[]): string {
  if (steps.length === 0) return '$';
  return steps
    .map((step, i) => {
      if (typeof step === 'number') return `[${step}]`;
      if (/^[A-Za-z_]\w*$/.test(step)) return i === 0 ? step : `.${step}`;
      return `[${JSON.stringify(step)}]`;
    })
    .join('');
}

/** What a value is, for those who expected something else. */
export function kindOf(value: Json): string {
  if (value === null) return 'null';
  if (typeof value === 'boolean') return 'a boolean';
  if (typeof value === 'string') return 'a string';
  if (value instanceof JsonNumber) return isInteger(value) ? 'an integer' : 'a number';
  return value instanceof Map ? 'an object' : 'a list';
}

/** Whether a number is spelled as an integer: 1.0 and 1e3 are floats. */
export function isInteger(number: JsonNumber): boolean {
  return /^-?\d+$/.test(number.text);
}

/** A complaint a line, each with its path. */
export function findingLines(findings: readonly Finding[]): string {
  return findings.map(({ path, complaint }) => `${path}: ${complaint}`).join('\n');
}

/** How many letters must be changed, put in or left out to make one word of another. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++)
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)));
    row = next;
  }
  return row[b.length]!;
}

/** Letters of which so many may be wrong. */
const mostWrong = 2;

/** That there is no such option, and which it may have been meant for. */
export function unknownOption(given: string, known: readonly string[]): string {
  const start = given.slice(0, 64);
  const meant = known.filter(
    (option) =>
      start.length > mostWrong &&
      (option.startsWith(start) || start.startsWith(option) || distance(start, option) <= mostWrong),
  );
  return meant.length > 0
    ? `there is no such option: did you mean ${meant.join(' or ')}?`
    : `there is no such option: there are ${known.join(', ')}`;
}

/** Why PostgreSQL cannot hold a text, or null where it can. */
export function textComplaint(text: string): string | null {
  if (text.includes('\0')) return 'holds the character U+0000, which no text of PostgreSQL may hold';
  if (/\p{Surrogate}/u.test(text)) return 'holds half of a character (a lone surrogate)';
  return null;
}

/** Why an identifier cannot be one, or null where it can. */
export function nameComplaint(name: string): string | null {
  if (name === '') return 'is empty';
  const wrong = textComplaint(name);
  if (wrong !== null) return wrong;
  const bytes = utf8(name).length;
  return bytes > 63 ? `is a name of ${bytes} bytes: PostgreSQL keeps 63` : null;
}

export class Place {
  readonly value: Json | undefined;
  readonly steps: readonly Step[];
  readonly findings: Findings;

  /** @param value undefined where there is none */
  constructor(value: Json | undefined, steps: readonly Step[], findings: Findings) {
    this.value = value;
    this.steps = steps;
    this.findings = findings;
  }

  complain(complaint: string): undefined {
    this.findings.complaints.push({ path: pathText(this.steps), complaint });
  }

  note(complaint: string): void {
    this.findings.notices.push({ path: pathText(this.steps), complaint });
  }

  /** Whether there is a value other than null. */
  get given(): boolean {
    return this.value !== undefined && this.value !== null;
  }

  /** What a place holds that may be left out or be null. */
  optional<T>(read: (place: this) => T | undefined): T | null {
    return this.given ? (read(this) ?? null) : null;
  }

  private unexpected(expected: string): undefined {
    this.complain(
      this.value === undefined ? 'is missing' : `expected ${expected}, not ${kindOf(this.value)}`,
    );
  }

  text(): string | undefined {
    if (typeof this.value !== 'string') return this.unexpected('a string');
    const wrong = textComplaint(this.value);
    return wrong === null ? this.value : this.complain(wrong);
  }

  /** A text that names something: it is not empty. */
  named(): string | undefined {
    const text = this.text();
    return text === '' ? this.complain('is empty') : text;
  }

  boolean(): boolean | undefined {
    return typeof this.value === 'boolean' ? this.value : this.unexpected('a boolean');
  }

  /** One of several words. */
  word<const W extends string>(words: readonly W[]): W | undefined {
    const text = this.text();
    if (text === undefined) return undefined;
    const found = words.find((word) => word === text);
    return found ?? this.complain(`expected ${words.join(', ')}, not ${JSON.stringify(text)}`);
  }

  /** An integer, also as digits in a string, as the Data Butler's own reader takes it. */
  integer(min: number, max: number): number | undefined {
    const { value } = this;
    const text = value instanceof JsonNumber ? value.text : typeof value === 'string' ? value.trim() : '';
    if (!/^[-+]?\d+(?:\.0*)?$/.test(text)) return this.unexpected('an integer');
    const number = Number(text);
    if (number < min || number > max) return this.complain(`expected ${min} to ${max}, not ${text}`);
    return number;
  }

  /** A finite number, also one in a string: YAML 1.1 takes 5e-7, which has no point, for text. */
  number(): number | undefined {
    const { value } = this;
    const text = value instanceof JsonNumber ? value.text : typeof value === 'string' ? value.trim() : '';
    if (!/^[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?$/.test(text)) return this.unexpected('a number');
    const number = Number(text);
    return Number.isFinite(number) ? number : this.complain('is beyond the range of a float');
  }

  /** Places of a list's members. */
  list(): Place[] | undefined {
    if (!Array.isArray(this.value)) return this.unexpected('a list');
    return this.value.map((member: Json, i) => new Place(member, [...this.steps, i], this.findings));
  }

  /** Places of an object's members by key, in order. */
  entries(): (readonly [key: string, place: Place])[] | undefined {
    const { value } = this;
    if (!(value instanceof Map)) return this.unexpected('an object');
    return Array.from(value as ReadonlyMap<string, Json>, ([key, member]) => [
      key,
      new Place(member, [...this.steps, key], this.findings),
    ]);
  }

  /**
   * The options of an object: unknown ones are complaints.
   * @param ignored options that earlier readers knew, accepted with a notice
   */
  options<const K extends string>(
    known: readonly K[],
    ignored: readonly string[] = [],
  ): { readonly [key in K]: Place } | undefined {
    const entries = this.entries();
    if (entries === undefined) return undefined;
    for (const [key, place] of entries)
      if (ignored.includes(key)) place.note('has no effect');
      else if (!known.some((option) => option === key)) place.complain(unknownOption(key, known));
    const given = new Map(entries);
    return Object.fromEntries(
      known.map((key) => [key, given.get(key) ?? new Place(undefined, [...this.steps, key], this.findings)]),
    ) as { readonly [key in K]: Place };
  }
}
