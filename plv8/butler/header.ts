/**
 * Observation headers to the properties of an exposure, by rules kept as data: a rule says which keywords hold a
 * property and how their text becomes its value. Pure; values are texts, as a header has them.
 */
import { Failure } from '../failure.ts';
import { butlerError } from './errors.ts';
import { parseTime, TimeError } from './where/times.ts';

/**
 * When a rule applies: what the text of a keyword, of any of several keywords, or of another property must be. An
 * absent value counts as empty text.
 */
export interface Condition {
  readonly keyword?: string;
  /** A regular expression of names: one of the keywords that it matches must do. */
  readonly keywords?: string;
  readonly property?: string;
  /** A regular expression; case does not matter. */
  readonly pattern?: string;
  /** Ranges of whole numbers, both ends within; those beyond 2^53 as text. */
  readonly between?: readonly (readonly [number | string, number | string])[];
  readonly and?: Condition;
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

const expressions = new Map<string, RegExp>();

/** A regular expression, made once. */
function expression(pattern: string, flags = ''): RegExp {
  const key = `${flags}/${pattern}`;
  let made = expressions.get(key);
  if (!made) {
    made = new RegExp(pattern, flags);
    expressions.set(key, made);
  }
  return made;
}

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
  /** Whose text is matched, instead of that of keywords. */
  readonly property?: string;
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
  /** Brings the sum into [from, from + modulo); `from` is 0 where it is not given. */
  readonly modulo?: number;
  readonly from?: number;
}

interface JoinArgument {
  readonly with: string;
  /** Properties whose texts come after those of the keywords. */
  readonly properties?: readonly string[];
}

interface TimeArgument {
  readonly scale: 'utc' | 'tai';
  readonly format?: 'iso' | 'mjd';
}

/** What is added to an angle [deg]. */
interface AngleArgument {
  readonly add?: number;
}

/** `hh:mm:ss.s` or plain degrees, as degrees; `hours` says that the first part of the former is hours. */
function angle(text: string | undefined, hours: boolean, argument: AngleArgument | null): string | undefined {
  if (text === undefined) return undefined;
  const add = argument?.add ?? 0;
  const match = /^([+-]?)(\d+)[: ](\d+)[: ](\d+(?:\.\d*)?)$/.exec(text);
  if (!match) {
    const degrees = numberOf(text);
    return degrees === undefined ? undefined : String(degrees + add);
  }
  const [, sign, whole, minutes, seconds] = match;
  const value = Number(whole) + Number(minutes) / 60 + Number(seconds) / 3600;
  return String((sign === '-' ? -value : value) * (hours ? 15 : 1) + add);
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
  if (text === undefined || (format === 'mjd' && numberOf(text) === undefined)) return undefined;
  try {
    // Clients read an MJD as the nearest double, and their records hold its nanoseconds.
    const exact = format === 'mjd' ? `mjd/${Number(text).toFixed(30)}` : text;
    return String(parseTime(exact, scale).nanoseconds);
  } catch (error) {
    if (error instanceof TimeError) return undefined;
    throw error;
  }
}

function linear({ terms, add = 0, modulo, from = 0 }: LinearArgument, { header }: Scope): string | undefined {
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
  // What is in the range already keeps its last digit.
  if (modulo === undefined || (sum >= from && sum < from + modulo)) return String(sum);
  return String(((((sum - from) % modulo) + modulo) % modulo) + from);
}

function pattern(text: string | undefined, argument: PatternArgument): string | undefined {
  if (text === undefined) return undefined;
  const match = expression(argument.pattern).exec(text);
  if (!match) return undefined;
  const made = argument.text.replace(/\$(\d)/g, (_, group: string) => match[Number(group)] ?? '');
  if (!argument.letter && argument.add === undefined) return made;
  if (!/^[+-]?\d+$/.test(made)) return undefined;
  let sum = BigInt(made) + BigInt(argument.add ?? 0);
  if (argument.letter) {
    const letter = match[argument.letter.group]?.toUpperCase();
    if (!letter) return undefined;
    const place = letter.charCodeAt(0) - 'A'.charCodeAt(0);
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

/** The largest of whole numbers, such as times. */
function latest(properties: readonly string[], scope: Scope): string | undefined {
  const values = properties.flatMap((name) => scope.property(name) ?? []).map(BigInt);
  const last = values.sort((a, b) => (a < b ? -1 : 1)).at(-1);
  return last === undefined ? undefined : String(last);
}

/** Texts of keywords, then of properties, those that are there. */
function join(keywords: readonly string[], argument: JoinArgument, scope: Scope): string | undefined {
  const texts = [
    ...keywords.map((keyword) => first([keyword], scope)),
    ...(argument.properties ?? []).map(scope.property),
  ].filter((text) => text !== undefined && text !== '');
  return texts.length === 0 ? undefined : texts.join(argument.with);
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
  pattern: ({ keywords, argument }, scope) => {
    const { property, ...rest } = argument as PatternArgument;
    return pattern(property === undefined ? first(keywords, scope) : scope.property(property), rest);
  },
  join: ({ keywords, argument }, scope) => join(keywords, argument as JoinArgument, scope),
  linear: ({ argument }, scope) => linear(argument as LinearArgument, scope),
  degrees: ({ keywords, argument }, scope) =>
    angle(first(keywords, scope), false, argument as AngleArgument | null),
  hours: ({ keywords, argument }, scope) =>
    angle(first(keywords, scope), true, argument as AngleArgument | null),
  time: ({ keywords, argument }, scope) => time(keywords, argument as TimeArgument, scope),
  later: ({ argument }, scope) => later(argument as { begin: string; seconds: string }, scope),
  latest: ({ argument }, scope) => latest(argument as readonly string[], scope),
  day: ({ argument }, scope) => day(argument as { time: string; offset_s: number }, scope),
};

function fits(text: string, { pattern, between }: Condition): boolean {
  if (pattern !== undefined && !expression(pattern, 'i').test(text)) return false;
  if (between === undefined) return true;
  if (!/^[+-]?\d+$/.test(text)) return false;
  const value = BigInt(text);
  return between.some(([low, high]) => BigInt(low) <= value && value <= BigInt(high));
}

function applies(condition: Condition | null, scope: Scope): boolean {
  if (!condition) return true;
  const { header } = scope;
  const { keyword, keywords, property, and } = condition;
  let texts: (string | null | undefined)[];
  if (keywords !== undefined) {
    const names = expression(keywords);
    texts = [...header].filter(([name]) => names.test(name)).map(([, text]) => text);
  } else texts = [keyword === undefined ? scope.property(property ?? '') : header.get(keyword)];
  return texts.some((text) => fits(text?.trim() ?? '', condition)) && (!and || applies(and, scope));
}

/** Whether a header is one that these conditions recognise, by keywords that it has. */
export function recognises(conditions: readonly Condition[], header: Header): boolean {
  const scope: Scope = { header, property: () => undefined };
  return conditions.some(
    (condition) => header.get(condition.keyword ?? '') != null && applies(condition, scope),
  );
}

/** What a rule makes of a header; undefined where it does not apply or finds nothing. */
function make(rule: Rule, scope: Scope): string | undefined {
  const conversion = conversionOf(rule);
  try {
    return applies(rule.condition, scope) ? conversion(rule, scope) : undefined;
  } catch (error) {
    if (error instanceof Failure) throw error;
    // Users write rules: an argument that is missing, or no regular expression.
    throw butlerError('InvalidQueryError', `a header rule of ${rule.property} does not work: ${error}`, {
      detail: `Its conversion is ${rule.conversion}, its argument ${JSON.stringify(rule.argument)}, its condition ${JSON.stringify(rule.condition)}.`,
      hint: 'The comments on the columns of butler.header_rule say what each conversion needs.',
    });
  }
}

/**
 * The properties of a header: of each, the first rule that applies and gives a value counts; empty text says that
 * there is none. Times are TAI nanoseconds since 1970-01-01 TAI.
 * @throws InvalidQueryError for a rule that does not work, and for properties that need each other
 */
export function translate(header: Header, rules: readonly Rule[]): ReadonlyMap<string, string> {
  const made = new Map<string, string | undefined>();
  const inWork = new Set<string>();
  const rulesOf = new Map<string, Rule[]>();
  for (const rule of rules) {
    const others = rulesOf.get(rule.property);
    if (others) others.push(rule);
    else rulesOf.set(rule.property, [rule]);
  }
  const scope: Scope = {
    header,
    property(name) {
      if (made.has(name)) return made.get(name);
      if (inWork.has(name))
        throw butlerError('InvalidQueryError', `header rules of ${[...inWork].join(', ')} need each other`);
      inWork.add(name);
      let value: string | undefined;
      for (const rule of rulesOf.get(name) ?? []) {
        value = make(rule, scope);
        if (value !== undefined) break;
      }
      inWork.delete(name);
      made.set(name, value);
      return value;
    },
  };
  const properties = new Map<string, string>();
  for (const name of rulesOf.keys()) {
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
