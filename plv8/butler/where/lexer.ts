/** Words, numbers, strings and signs of an expression, one after another. */
import type { Span } from './ast.ts';
import { invalid, isVisible } from './place.ts';

export type TokenKind =
  | 'keyword'
  | 'identifier'
  | 'bind'
  | 'number'
  | 'string'
  | 'time'
  | 'range'
  | 'sign'
  | 'end';

export interface Token extends Span {
  readonly kind: TokenKind;
  /** Keywords in upper case, names without their colon, strings without quotes, all others as they stand. */
  readonly text: string;
}

const KEYWORDS = new Set(['AND', 'OR', 'NOT', 'IN', 'OVERLAPS']);

/** Each is tried where the one before has ended; none can take more than a multiple of what it consumes. */
const SPACE = /[ \t\r\n\f\v]+/y;
const RANGE = /-?\d+\s*\.\.\s*-?\d+(?:\s*:\s*\d+)?/y;
const NUMBER = /(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?/y;
const WORD = /[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*){0,2}/y;
const BIND = /:[A-Za-z_][A-Za-z0-9_]*/y;
const SIGN = /<=|>=|!=|[=<>+\-*/%(),]/y;

export class Lexer {
  readonly text: string;
  #at = 0;

  constructor(text: string) {
    this.text = text;
  }

  next(): Token {
    this.#match(SPACE);
    const start = this.#at;
    if (start >= this.text.length) return { kind: 'end', text: '', start, end: start };
    const token = (kind: TokenKind, text: string): Token => ({ kind, text, start, end: this.#at });
    const range = this.#match(RANGE);
    if (range !== undefined) return token('range', range);
    const number = this.#match(NUMBER);
    if (number !== undefined) return token('number', number);
    if (this.text[start] === "'") return token('string', this.#quoted(start));
    if (this.text[start + 1] === "'" && /[Tt]/.test(this.text[start])) {
      this.#at += 1;
      return token('time', this.#quoted(start));
    }
    const word = this.#match(WORD);
    if (word !== undefined) {
      const keyword = word.length <= 8 ? word.toUpperCase() : '';
      return KEYWORDS.has(keyword) ? token('keyword', keyword) : token('identifier', word);
    }
    const bind = this.#match(BIND);
    if (bind !== undefined) return token('bind', bind.slice(1));
    const sign = this.#match(SIGN);
    if (sign !== undefined) return token('sign', sign);
    throw this.#unknown(start);
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.text)?.[0];
    if (found !== undefined) this.#at += found.length;
    return found;
  }

  /** What stands between the quote here and the next. */
  #quoted(start: number): string {
    const open = this.#at;
    const close = this.text.indexOf("'", open + 1);
    if (close < 0) {
      const span = { start, end: this.text.length };
      throw invalid(
        this.text,
        span,
        'a quote is not closed',
        "Strings stand between single quotes: 'DECam'.",
      );
    }
    this.#at = close + 1;
    const value = this.text.slice(open + 1, close);
    if (!storable(value)) throw invalid(this.text, { start, end: close + 1 }, NOT_STORABLE);
    return value;
  }

  #unknown(start: number): Error {
    const found = String.fromCodePoint(this.text.codePointAt(start)!);
    const span = { start, end: start + found.length };
    const hints: { readonly [character: string]: string } = {
      '"': "Strings stand between single quotes: 'DECam'.",
      ':': 'A bound value is a colon with a name, such as :night.',
      '!': "'Different from' is !=.",
      '.': 'A name has at most three parts, such as visit.timespan.begin.',
    };
    const code = found.codePointAt(0)!;
    const name = isVisible(code) ? `'${found}'` : `U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
    return invalid(this.text, span, `${name} has no meaning here`, hints[found]);
  }
}

export const NOT_STORABLE = 'a string holds a character that no database text can hold';

const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

/** Whether PostgreSQL can hold a text: no NUL, and no half of a surrogate pair. */
export function storable(text: string): boolean {
  return !text.includes('\0') && !LONE_SURROGATE.test(text);
}
