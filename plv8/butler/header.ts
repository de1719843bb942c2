/**
 * Observation headers to the properties of an exposure, by rules kept as data: a rule says which keywords hold a
 * property and how their text becomes its value. Pure; values are texts, as a header has them.
 */
import { butlerError } from './errors.ts';
import { parseTime, TimeError } from './where/times.ts';

/** When a rule applies: the text of a keyword, or of a property made before, matches a regular expression. */
export interface Condition {
  readonly keyword?: string;
  readonly property?: string;
  /** An absent value counts as empty text. Case does not matter. */
  readonly pattern: string;
}

export interface Rule {
  readonly property: string;
  /** Keywords in the order of preference; what `conversion` makes of several is its own. */
  readonly keywords: readonly string[];
  readonly conversion: string;
  readonly argument: unknown;
  readonly condition: Condition | null;
}

export type Header = ReadonlyMap<string, string | null>;

interface Scope {
  readonly header: Header;
  /** The value of another property, made when it is first asked for. */
  property(name: string): string | undefined;
}

/** The first of the keywords that holds something; empty text is nothing unless `empty`. */
function first(keywords: readonly string[], { header }: Scope, empty = false): string | undefined {
  for (const keyword of keywords) {
    const value = header.get(keyword)?.trim();
    if (value !== undefined && (empty || value !== '')) return value;
  }
  return undefined;
}

function numberOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  return text !== '' && Number.isFinite(value) ? value : undefined;
}

interface MapArgument {
  readonly [value: string]: string;
}

interface PatternArgument {
  readonly pattern: string;
  /** `$1` is the first group. */
  readonly text: string;
  /** Adds the place of a group's letter in the alphabet (A is 0), times this, to the number that `text` gives. */
  readonly letter?: { readonly group: number; readonly times: number };
  /** Adds this to that number. */
  readonly add?: number;
}

interface LinearArgument {
  readonly terms: { readonly [keyword: string]: number };
  readonly add?: number;
  readonly modulo?: number;
}

interface TimeArgument {
  readonly scale: 'utc' | 'tai';
  readonly format?: 'iso' | 'mjd';
}

/** `hh:mm:ss.s` or plain degrees, as degrees; `hours` says that the first part of the former is hours. */
function angle(text: string | undefined, hours: boolean): string | undefined {
  if (text === undefined) return undefined;
  const match = /^([+-]?)(\d+)[: ](\d+)[: ](\d+(?:\.\d*)?)$/.exec(text);
  if (!match) {
    const degrees = numberOf(text);
    return degrees === undefined ? undefined : String(degrees);
  }
  const [, sign, whole, minutes, seconds] = match;
  const value = Number(whole) + Number(minutes) / 60 + Number(seconds) / 3600;
  return String((sign === '-' ? -value : value) * (hours ? 15 : 1));
}

/** An ISO time, or day and time of day apart. */
function isoText(keywords: readonly string[], scope: Scope): string | undefined {
  const value = first(keywords.slice(0, 1), scope);
  if (value === undefined) return keywords.length > 1 ? isoText(keywords.slice(1), scope) : undefined;
  const day = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d:\d\d(?:\.\d*)?))?$/.exec(value);
  if (!day) return undefined;
  if (day[2]) return `${day[1]}T${day[2]}`;
  const time = keywords.length > 1 ? first(keywords.slice(1), scope) : undefined;
  return time && /^\d\d:\d\d:\d\d(\.\d*)?$/.test(time) ? `${day[1]}T${time}` : undefined;
}

function time(
  keywords: readonly string[],
  { scale, format }: TimeArgument,
  scope: Scope,
): string | undefined {
  const text = format === 'mjd' ? first(keywords, scope) : isoText(keywords, scope);
  if (text === undefined) return undefined;
  try {
    return String(parseTime(format === 'mjd' ? `mjd/${text}` : text, scale).nanoseconds);
  } catch (error) {
    if (error instanceof TimeError) return undefined;
    throw error;
  }
}

function linear({ terms, add = 0, modulo }: LinearArgument, { header }: Scope): string | undefined {
  const texts = Object.entries(terms).map(
    ([keyword, factor]) => [header.get(keyword)?.trim(), factor] as const,
  );
  if (texts.some(([text]) => numberOf(text ?? undefined) === undefined)) return undefined;
  // Ids exceed 2^53: whole numbers are summed exactly.
  if (
    texts.every(([text, factor]) => /^[+-]?\d+$/.test(text!) && Number.isInteger(factor)) &&
    modulo === undefined
  )
    return String(texts.reduce((sum, [text, factor]) => sum + BigInt(text!) * BigInt(factor), BigInt(add)));
  const sum = texts.reduce((total, [text, factor]) => total + Number(text) * factor, add);
  return String(modulo === undefined ? sum : ((sum % modulo) + modulo) % modulo);
}

function pattern(text: string | undefined, argument: PatternArgument): string | undefined {
  if (text === undefined) return undefined;
  const match = new RegExp(argument.pattern).exec(text);
  if (!match) return undefined;
  const made = argument.text.replace(/\$(\d)/g, (_, group: string) => match[Number(group)] ?? '');
  if (!argument.letter && argument.add === undefined) return made;
  let sum = BigInt(made) + BigInt(argument.add ?? 0);
  if (argument.letter) {
    const place = match[argument.letter.group].charCodeAt(0) - 'A'.charCodeAt(0);
    sum += BigInt(place) * BigInt(argument.letter.times);
  }
  return String(sum);
}

/** A time of one property and the seconds of another. */
function later(argument: { readonly begin: string; readonly seconds: string }, scope: Scope) {
  const begin = scope.property(argument.begin);
  const seconds = numberOf(scope.property(argument.seconds));
  if (begin === undefined || seconds === undefined || seconds < 0) return undefined;
  return String(BigInt(begin) + BigInt(Math.round(seconds * 1e9)));
}

/** The day of a time whose days begin `offset_s` seconds after 0 h, as YYYYMMDD. */
function day(argument: { readonly time: string; readonly offset_s: number }, scope: Scope) {
  const ns = scope.property(argument.time);
  if (ns === undefined) return undefined;
  const shifted = BigInt(ns) - BigInt(argument.offset_s) * 1_000_000_000n;
  return new Date(Number(shifted / 1_000_000n)).toISOString().slice(0, 10).replaceAll('-', '');
}

type Conversion = (rule: Rule, scope: Scope) => string | undefined;

/** How a rule makes a value; undefined where it finds none. */
const conversions: Readonly<Record<string, Conversion>> = {
  text: ({ keywords }, scope) => first(keywords, scope, true),
  lower: ({ keywords }, scope) => first(keywords, scope)?.toLowerCase(),
  upper: ({ keywords }, scope) => first(keywords, scope)?.toUpperCase(),
  number: ({ keywords }, scope) => {
    const value = numberOf(first(keywords, scope));
    return value === undefined ? undefined : String(value);
  },
  integer: ({ keywords }, scope) => {
    const value = first(keywords, scope);
    return value !== undefined && /^[+-]?\d+$/.test(value) ? String(BigInt(value)) : undefined;
  },
  boolean: ({ keywords }, scope) => {
    const value = first(keywords, scope)?.toLowerCase();
    if (value === undefined) return undefined;
    return String(['true', 't', '1', 'yes'].includes(value));
  },
  constant: ({ argument }) => String(argument),
  property: ({ argument }, scope) => scope.property(String(argument)),
  /** Text by a table, without regard to case; `*` stands for every other. */
  map: ({ keywords, argument }, scope) => {
    const text = first(keywords, scope)?.toLowerCase();
    if (text === undefined) return undefined;
    const table = argument as MapArgument;
    return Object.entries(table).find(([from]) => from.toLowerCase() === text)?.[1] ?? table['*'];
  },
  pattern: ({ keywords, argument }, scope) => pattern(first(keywords, scope), argument as PatternArgument),
  linear: ({ argument }, scope) => linear(argument as LinearArgument, scope),
  degrees: ({ keywords }, scope) => angle(first(keywords, scope), false),
  hours: ({ keywords }, scope) => angle(first(keywords, scope), true),
  time: ({ keywords, argument }, scope) => time(keywords, argument as TimeArgument, scope),
  later: ({ argument }, scope) => later(argument as { begin: string; seconds: string }, scope),
  day: ({ argument }, scope) => day(argument as { time: string; offset_s: number }, scope),
};

function applies(condition: Condition | null, scope: Scope): boolean {
  if (condition === null) return true;
  const text =
    condition.keyword !== undefined
      ? scope.header.get(condition.keyword)
      : scope.property(condition.property ?? '');
  return new RegExp(condition.pattern, 'i').test(text?.trim() ?? '');
}

/** Whether a header is one that these conditions recognise. */
export function recognises(conditions: readonly Condition[], header: Header): boolean {
  return conditions.some(
    ({ keyword = '', pattern }) =>
      header.get(keyword) != null && new RegExp(pattern, 'i').test(header.get(keyword)!.trim()),
  );
}

/**
 * The properties of a header: of each, the first rule that gives a value counts (empty text is none). Times are TAI
 * nanoseconds since 1970-01-01 TAI.
 * @throws InvalidQueryError for a rule whose conversion does not exist, and for properties that need each other
 */
export function translate(header: Header, rules: readonly Rule[]): ReadonlyMap<string, string> {
  const made = new Map<string, string | undefined>();
  const inWork = new Set<string>();
  const scope: Scope = {
    header,
    property(name) {
      if (made.has(name)) return made.get(name);
      if (inWork.has(name))
        throw butlerError('InvalidQueryError', `header rules of ${[...inWork].join(', ')} need each other`);
      inWork.add(name);
      let value: string | undefined;
      for (const rule of rules) {
        if (rule.property !== name || !applies(rule.condition, scope)) continue;
        value = conversionOf(rule)(rule, scope);
        if (value !== undefined) break;
      }
      inWork.delete(name);
      made.set(name, value);
      return value;
    },
  };
  const properties = new Map<string, string>();
  for (const name of new Set(rules.map((rule) => rule.property))) {
    const value = scope.property(name);
    if (value !== undefined) properties.set(name, value);
  }
  return properties;
}

function conversionOf(rule: Rule): Conversion {
  const conversion = conversions[rule.conversion];
  if (!conversion)
    throw butlerError('InvalidQueryError', `header rules know no conversion '${rule.conversion}'`, {
      detail: `It is named for the property ${rule.property} of ${rule.keywords.join(', ') || 'no keyword'}.`,
      hint: `There are ${Object.keys(conversions).join(', ')}.`,
    });
  return conversion;
}
