/**
 * Shell patterns over names, as fnmatch has them: `*` any characters, also '/', `?` any one, `[ab-d]` one of a set,
 * `[!ab-d]` one outside it. Case counts; a `[` without its `]` stands for itself.
 */

interface CharacterSet {
  readonly negated: boolean;
  /** First and last character of each range; the same twice for a single one. */
  readonly ranges: readonly (readonly [first: string, last: string])[];
}

type Token = { readonly literal: string } | { readonly any: 'one' | 'many' } | CharacterSet;

/** A condition on a text column: a pattern with all that is special in it quoted, for `like` or for `~`. */
export interface TextMatch {
  readonly operator: 'like' | '~';
  readonly pattern: string;
}

/** Whether a name is a pattern: it holds `*`, `?` or a set in brackets. */
export function isGlob(name: string): boolean {
  return /[*?]|\[.+\]/.test(name);
}

/**
 * What a pattern asks of a text column: all rows, none, or a comparison. `like` wherever it can say it: an index of
 * trigrams serves both, an ordered one only `like`.
 */
export function globMatch(glob: string): TextMatch | 'all' | 'none' {
  const tokens = tokensOf(glob);
  if (tokens.length > 0 && tokens.every((token) => 'any' in token && token.any === 'many')) return 'all';
  if (tokens.some((token) => 'ranges' in token && token.ranges.length === 0)) return 'none';
  if (!tokens.some((token) => 'ranges' in token))
    return { operator: 'like', pattern: tokens.map(likeOf).join('') };
  return { operator: '~', pattern: `^${tokens.map(regexOf).join('')}$` };
}

function tokensOf(glob: string): Token[] {
  const characters = [...glob];
  const tokens: Token[] = [];
  for (let i = 0; i < characters.length; i++) {
    const character = characters[i];
    if (character === '?') tokens.push({ any: 'one' });
    else if (character === '[') {
      const end = setEnd(characters, i);
      if (end === undefined) tokens.push({ literal: character });
      else {
        tokens.push(setToken(characters.slice(i + 1, end)));
        i = end;
      }
    } else if (character !== '*') tokens.push({ literal: character });
    // Stars in a row say no more than one, and cost a matcher that backtracks dearly.
    else if (characters[i - 1] !== '*') tokens.push({ any: 'many' });
  }
  return tokens;
}

/** Where a set that begins at `start` ends: at the first `]`, unless this is the set's first character. */
function setEnd(characters: readonly string[], start: number): number | undefined {
  const first = characters[start + 1] === '!' ? start + 2 : start + 1;
  const end = characters.indexOf(']', first + 1);
  return end < 0 ? undefined : end;
}

function setToken(inside: readonly string[]): Token {
  const negated = inside[0] === '!';
  const characters = negated ? inside.slice(1) : inside;
  const ranges: [string, string][] = [];
  for (let i = 0; i < characters.length; i++) {
    const first = characters[i];
    if (characters[i + 1] === '-' && i + 2 < characters.length) {
      const last = characters[i + 2];
      // A range that runs backwards holds nothing.
      if (first.codePointAt(0)! <= last.codePointAt(0)!) ranges.push([first, last]);
      i += 2;
    } else ranges.push([first, first]);
  }
  if (negated && ranges.length === 0) return { any: 'one' };
  if (!negated && ranges.length === 1 && ranges[0][0] === ranges[0][1]) return { literal: ranges[0][0] };
  return { negated, ranges };
}

function likeOf(token: Token): string {
  if ('literal' in token) return /[\\%_]/.test(token.literal) ? `\\${token.literal}` : token.literal;
  return 'any' in token && token.any === 'many' ? '%' : '_';
}

function regexOf(token: Token): string {
  if ('literal' in token) return regexLiteral(token.literal);
  if ('any' in token) return token.any === 'many' ? '.*' : '.';
  const ranges = token.ranges.map(([first, last]) =>
    first === last ? regexLiteral(first) : `${regexLiteral(first)}-${regexLiteral(last)}`,
  );
  return `[${token.negated ? '^' : ''}${ranges.join('')}]`;
}

/** A backslash before what is neither letter nor digit takes its meaning away, in a regular expression of PostgreSQL. */
function regexLiteral(character: string): string {
  return /[!-/:-@[-`{-~]/.test(character) ? `\\${character}` : character;
}
