/**
 * Regular expressions of a configuration, as Python's `re.fullmatch` reads them, in JavaScript's: characters of classes
 * are Unicode's, `.` and `$` know one end of line, `\A`, `\Z`, `(?P<name>…)`, comments and flags at the head.
 */

/** What a pattern is wrong in, or what JavaScript cannot do of it. */
export class PythonRegexError extends Error {}

interface Flags {
  ignoreCase: boolean;
  multiline: boolean;
  dotAll: boolean;
  verbose: boolean;
  ascii: boolean;
}

const begin = '(?<![\\s\\S])';
const end = '(?![\\s\\S])';

/** What may stand in a class, without its brackets. */
const unicodeClasses: Readonly<Record<string, string>> = {
  d: '\\p{Nd}',
  w: '\\p{L}\\p{N}_',
  s: '\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000',
};
const asciiClasses: Readonly<Record<string, string>> = { d: '0-9', w: 'a-zA-Z0-9_', s: '\\t-\\r\\x20' };

const control: Readonly<Record<string, string>> = {
  a: '\\x07',
  f: '\\f',
  n: '\\n',
  r: '\\r',
  t: '\\t',
  v: '\\v',
};

/** A character that stands for itself, in a class as outside. */
function literal(character: string): string {
  return /[A-Za-z0-9_]/.test(character) ? character : `\\u{${character.codePointAt(0)!.toString(16)}}`;
}

class Translator {
  private at = 0;
  private readonly characters: readonly string[];
  private readonly flags: Flags = {
    ignoreCase: false,
    multiline: false,
    dotAll: false,
    verbose: false,
    ascii: false,
  };

  constructor(pattern: string) {
    this.characters = [...pattern];
  }

  translate(): RegExp {
    this.globalFlags();
    let text = '';
    while (this.at < this.characters.length) text += this.next();
    try {
      return new RegExp(`^(?:${text})${end}`, `u${this.flags.ignoreCase ? 'i' : ''}`);
    } catch (error) {
      throw new PythonRegexError(error instanceof Error ? error.message.replace(/^.*: /, '') : String(error));
    }
  }

  private rest(length: number): string {
    return this.characters.slice(this.at, this.at + length).join('');
  }

  /** Text up to a character, which is passed over. */
  private until(last: string, what: string): string {
    const found = this.characters.indexOf(last, this.at);
    if (found < 0) throw new PythonRegexError(`${what} has no end`);
    const text = this.characters.slice(this.at, found).join('');
    this.at = found + 1;
    return text;
  }

  private globalFlags(): void {
    for (;;) {
      const match = /^\(\?([a-zA-Z]+)\)/.exec(this.rest(20));
      if (!match) return;
      for (const flag of match[1])
        if (flag === 'i') this.flags.ignoreCase = true;
        else if (flag === 'm') this.flags.multiline = true;
        else if (flag === 's') this.flags.dotAll = true;
        else if (flag === 'x') this.flags.verbose = true;
        else if (flag === 'a') this.flags.ascii = true;
        else if (flag !== 'u') throw new PythonRegexError(`the flag '${flag}' is not supported`);
      this.at += match[0].length;
    }
  }

  private next(): string {
    const character = this.characters[this.at++];
    const { multiline, dotAll, verbose } = this.flags;
    if (verbose && /\s/.test(character)) return '';
    switch (character) {
      case '#':
        if (!verbose) return literal('#');
        while (this.at < this.characters.length && this.characters[this.at] !== '\n') this.at++;
        return '';
      case '.':
        return dotAll ? '[\\s\\S]' : '[^\\n]';
      case '^':
        return multiline ? '(?<![^\\n])' : begin;
      case '$':
        return multiline ? '(?![^\\n])' : `(?=\\n?${end})`;
      case '\\':
        return this.escape(false);
      case '[':
        return this.characterClass();
      case '(':
        return this.group();
      case '*':
      case '+':
      case '?':
        return this.quantifier(character);
      case '{': {
        const match = /^(\d*)(,?)(\d*)\}/.exec(this.rest(40));
        if (!match || match[0] === '}') return literal('{');
        this.at += match[0].length;
        return this.quantifier(`{${match[1] || '0'}${match[2]}${match[3]}}`);
      }
      case ')':
      case '|':
        return character;
      default:
        return literal(character);
    }
  }

  private quantifier(text: string): string {
    const following = this.characters[this.at];
    if (following === '+') throw new PythonRegexError('possessive quantifiers are not supported');
    if (following !== '?') return text;
    this.at++;
    return `${text}?`;
  }

  private group(): string {
    if (this.rest(1) !== '?') return '(';
    this.at++;
    for (const same of [':', '=', '!', '<=', '<!'])
      if (this.rest(same.length) === same) {
        this.at += same.length;
        return `(?${same}`;
      }
    if (this.rest(1) === '#') {
      this.until(')', 'a comment');
      return '';
    }
    if (this.rest(2) === 'P<') {
      this.at += 2;
      return `(?<${this.until('>', 'the name of a group')}>`;
    }
    if (this.rest(2) === 'P=') {
      this.at += 2;
      return `\\k<${this.until(')', 'a reference to a group')}>`;
    }
    if (/^[a-zA-Z]+\)/.test(this.rest(20)))
      throw new PythonRegexError('flags of the whole pattern are only supported at its head');
    throw new PythonRegexError(`groups of the kind '(?${this.rest(1)}' are not supported`);
  }

  private shorthand(letter: string): string {
    const classes = this.flags.ascii ? asciiClasses : unicodeClasses;
    return classes[letter.toLowerCase()];
  }

  private escape(inClass: boolean): string {
    const character = this.characters[this.at++];
    if (character === undefined) throw new PythonRegexError('it ends in a backslash');
    if (/[dws]/.test(character))
      return inClass ? this.shorthand(character) : `[${this.shorthand(character)}]`;
    if (/[DWS]/.test(character)) {
      if (inClass) {
        if (character === 'D' && !this.flags.ascii) return '\\P{Nd}';
        throw new PythonRegexError(`\\${character} in a class is not supported`);
      }
      return `[^${this.shorthand(character)}]`;
    }
    if (control[character]) return control[character];
    if (character === 'x' || character === 'u' || character === 'U') {
      const length = { x: 2, u: 4, U: 8 }[character];
      const digits = this.rest(length);
      if (!new RegExp(`^[0-9a-fA-F]{${length}}$`).test(digits))
        throw new PythonRegexError(`\\${character} is not followed by ${length} hexadecimal digits`);
      this.at += length;
      return `\\u{${digits}}`;
    }
    if (/[0-9]/.test(character)) return this.digits(character, inClass);
    if (inClass && character === 'b') return '\\x08';
    if (!inClass) {
      const word = `[${this.shorthand('w')}]`;
      if (character === 'A') return begin;
      if (character === 'Z') return end;
      if (character === 'b') return `(?:(?<=${word})(?!${word})|(?<!${word})(?=${word}))`;
      if (character === 'B') return `(?:(?<=${word})(?=${word})|(?<!${word})(?!${word}))`;
    }
    if (/[A-Za-z]/.test(character)) throw new PythonRegexError(`there is no \\${character}`);
    return literal(character);
  }

  /** An octal number, or a reference to a group. */
  private digits(first: string, inClass: boolean): string {
    const digits = first + (/^[0-9]*/.exec(this.rest(2))?.[0] ?? '');
    const octal = first === '0' ? /^[0-7]{1,3}/.exec(digits)! : /^[0-3][0-7]{2}/.exec(digits);
    if (octal) {
      this.at += octal[0].length - 1;
      return `\\u{${Number.parseInt(octal[0], 8).toString(16)}}`;
    }
    if (inClass) throw new PythonRegexError('a reference to a group stands in a class');
    const number = digits.slice(0, 2);
    this.at += number.length - 1;
    return `(?:\\${number})`;
  }

  private characterClass(): string {
    const negated = this.characters[this.at] === '^';
    if (negated) this.at++;
    let text = '';
    for (let first = true; ; first = false) {
      const character = this.characters[this.at++];
      if (character === undefined) throw new PythonRegexError('a class has no end');
      if (character === ']' && !first) return `[${negated ? '^' : ''}${text}]`;
      if (character === '\\') text += this.escape(true);
      else if (character === '-' && !first && this.characters[this.at] !== ']') text += '-';
      else text += literal(character);
    }
  }
}

/**
 * What matches the whole of the texts that Python's `re.fullmatch(pattern, …)` does.
 * @throws PythonRegexError
 */
export function pythonRegex(pattern: string): RegExp {
  return new Translator(pattern).translate();
}
