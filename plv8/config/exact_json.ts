/** JSON whose numbers keep their text: integers beyond 2^53 survive. */

export class JsonNumber {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

export type Json = null | boolean | string | JsonNumber | readonly Json[] | ReadonlyMap<string, Json>;

export class JsonError extends Error {}

/** Lists and objects within each other: deeper ones could exhaust the stack. */
const MAX_DEPTH = 100;

const SPACE = /[ \t\r\n]*/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const PLAIN = /[^"\\]*/y;
const ESCAPES: { readonly [letter: string]: string } = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};

/**
 * The value of a JSON text; of keys that an object repeats, the last counts.
 * @param repeated told the path of each key that an object repeats: keys, and indexes of lists
 * @throws JsonError naming the character, counted from 1
 */
export function parseJson(text: string, repeated?: (path: readonly (string | number)[]) => void): Json {
  let at = 0;
  const path: (string | number)[] = [];

  const wrong = (expected: string) =>
    new JsonError(`expected ${expected} at character ${at + 1} of the JSON`);
  const match = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0];
    if (found !== undefined) at += found.length;
    return found;
  };
  const take = (sign: string): boolean => {
    match(SPACE);
    if (text[at] !== sign) return false;
    at += 1;
    return true;
  };

  const string = (): string => {
    if (!take('"')) throw wrong('a string');
    const parts: string[] = [];
    for (;;) {
      parts.push(match(PLAIN)!);
      if (take('"')) return parts.join('');
      if (text[at] !== '\\') throw wrong('the end of a string');
      const letter = text[at + 1];
      if (letter === 'u') {
        const digits = text.slice(at + 2, at + 6);
        if (!/^[0-9a-fA-F]{4}$/.test(digits)) throw wrong('four hexadecimal digits');
        parts.push(String.fromCharCode(Number.parseInt(digits, 16)));
        at += 6;
      } else {
        if (letter === undefined || !Object.hasOwn(ESCAPES, letter)) throw wrong('an escape');
        parts.push(ESCAPES[letter]);
        at += 2;
      }
    }
  };

  const value = (depth: number): Json => {
    if (depth > MAX_DEPTH) throw new JsonError(`the JSON is nested more than ${MAX_DEPTH} deep`);
    if (take('{')) {
      const object = new Map<string, Json>();
      if (take('}')) return object;
      do {
        const key = string();
        if (!take(':')) throw wrong('a colon');
        path.push(key);
        if (object.has(key)) repeated?.([...path]);
        object.set(key, value(depth + 1));
        path.pop();
      } while (take(','));
      if (!take('}')) throw wrong('a comma or }');
      return object;
    }
    if (take('[')) {
      const list: Json[] = [];
      if (take(']')) return list;
      do {
        path.push(list.length);
        list.push(value(depth + 1));
        path.pop();
      } while (take(','));
      if (!take(']')) throw wrong('a comma or ]');
      return list;
    }
    if (text[at] === '"') return string();
    for (const [word, meaning] of [
      ['true', true],
      ['false', false],
      ['null', null],
    ] as const)
      if (text.startsWith(word, at)) {
        at += word.length;
        return meaning;
      }
    const number = match(NUMBER);
    if (number === undefined) throw wrong('a value');
    return new JsonNumber(number);
  };

  const result = value(0);
  match(SPACE);
  if (at < text.length) throw wrong('the end');
  return result;
}
