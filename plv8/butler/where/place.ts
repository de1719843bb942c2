/** Errors that show their place in the text of an expression. */
import { butlerError } from '../errors.ts';
import type { Span } from './ast.ts';

/** Characters of the line that an excerpt shows before and after the place. */
const AROUND = 60;

/** What is wrong, where, and what to do about it, to be thrown. */
export type Complain = (span: Span, message: string, hint?: string) => Error;

/** Line and column, both from 1 and in characters, with an excerpt and a caret under the place. */
function placeOf(text: string, span: Span): string {
  const lineStart = text.lastIndexOf('\n', span.start - 1) + 1;
  const newline = text.indexOf('\n', span.start);
  const lineEnd = newline < 0 ? text.length : newline;
  let line = 1;
  for (let at = text.indexOf('\n'); at >= 0 && at < span.start; at = text.indexOf('\n', at + 1)) line += 1;
  const column = [...text.slice(lineStart, span.start)].length + 1;
  const before = [...text.slice(Math.max(lineStart, span.start - 2 * AROUND), span.start)].slice(-AROUND);
  const after = [...text.slice(span.start, Math.min(lineEnd, span.start + 2 * AROUND))].slice(0, AROUND);
  const wide = [...text.slice(span.start, Math.min(span.end, lineEnd, span.start + 2 * AROUND))].length;
  const carets = '^'.repeat(Math.max(1, Math.min(wide, after.length)));
  const excerpt = visible([...before, ...after].join(''));
  return `Line ${line}, column ${column}:\n${excerpt}\n${' '.repeat(before.length)}${carets}`;
}

/** What moves the cursor, or is no character, as one space each, so that carets stay where they belong. */
function visible(text: string): string {
  return [...text].map((character) => (isVisible(character.codePointAt(0)!) ? character : ' ')).join('');
}

/** Neither a control, nor a mark of direction or of a line's end, nor half of a surrogate pair. */
export function isVisible(code: number): boolean {
  if (code < 0x20 || (code >= 0x7f && code < 0xa0)) return false;
  if (code < 0x200b || code > 0xfeff) return true;
  if (code <= 0x200f || (code >= 0x2028 && code <= 0x202e) || (code >= 0x2060 && code <= 0x206f))
    return false;
  return code !== 0xfeff && !(code >= 0xd800 && code <= 0xdfff);
}

export function invalid(text: string, span: Span, message: string, hint?: string): Error {
  return butlerError('InvalidQueryError', message, {
    detail: placeOf(text, span),
    ...(hint === undefined ? {} : { hint }),
  });
}

export function unimplemented(text: string, span: Span, message: string, hint?: string): Error {
  return butlerError('UnimplementedQueryError', message, {
    detail: placeOf(text, span),
    ...(hint === undefined ? {} : { hint }),
  });
}
