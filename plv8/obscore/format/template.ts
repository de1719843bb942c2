/**
 * Templates of Python's `str.format`: their grammar as CPython reads it (PEP 3101), pieces of text and fields.
 * What CPython refuses is refused in its words.
 */

/**
 * What a field names: a key, or a field of a dimension's record (`records[visit].name`), or a part of that
 * (`records[visit].timespan.begin.utc.isot`).
 */
export type FieldPath =
  | { readonly name: string }
  | { readonly record: string; readonly field: string; readonly attributes?: readonly string[] };

export interface Field {
  readonly path: FieldPath;
  readonly conversion: 's' | 'r' | 'a' | null;
  /** The format specification: text and fields again. */
  readonly spec: readonly Piece[];
}

export type Piece = string | Field;

/** A template or a format specification that Python refuses, in Python's words. */
export class FormatError extends Error {}

/** Fields in a specification have specifications, in which there are no fields any more. */
const DEPTH = 2;

/** Reads a template; FormatError for one that no values can make valid. */
export function parseTemplate(template: string): Piece[] {
  return pieces(template, DEPTH);
}

function pieces(text: string, depth: number): Piece[] {
  if (depth === 0) throw new FormatError('Max string recursion exceeded');
  const found: Piece[] = [];
  const add = (literal: string) => {
    const last = found.at(-1);
    if (typeof last === 'string') found[found.length - 1] = last + literal;
    else if (literal !== '') found.push(literal);
  };
  let position = 0;
  while (position < text.length) {
    const brace = nextBrace(text, position);
    if (brace < 0) {
      add(text.slice(position));
      break;
    }
    const letter = text[brace];
    if (text[brace + 1] === letter) {
      add(text.slice(position, brace + 1));
      position = brace + 2;
      continue;
    }
    if (letter === '}' || brace + 1 === text.length)
      throw new FormatError(`Single '${letter}' encountered in format string`);
    add(text.slice(position, brace));
    const { field, end } = fieldAt(text, brace + 1, depth);
    found.push(field);
    position = end;
  }
  return found;
}

function nextBrace(text: string, from: number): number {
  for (let i = from; i < text.length; i++) if (text[i] === '{' || text[i] === '}') return i;
  return -1;
}

/** The field that begins after its brace, and where the text goes on after it. */
function fieldAt(text: string, start: number, depth: number): { field: Field; end: number } {
  const nameEnd = endOfName(text, start);
  const path = pathOf(text.slice(start, nameEnd));
  let position = nameEnd + 1;
  let conversion: string | null = null;
  if (text[nameEnd] === '!') {
    if (position >= text.length)
      throw new FormatError('end of string while looking for conversion specifier');
    const letter = String.fromCodePoint(text.codePointAt(position)!);
    position += letter.length;
    conversion = letter;
    if (position < text.length) {
      const after = text[position++];
      if (after === '}')
        return { field: { path, conversion: converted(conversion), spec: [] }, end: position };
      if (after !== ':') throw new FormatError("expected ':' after conversion specifier");
    }
  } else if (text[nameEnd] === '}') {
    return { field: { path, conversion: null, spec: [] }, end: position };
  }
  const specEnd = closingBrace(text, position);
  // Without fields it is plain text at any depth.
  const spec = pieces(text.slice(position, specEnd), hasBrace(text, position, specEnd) ? depth - 1 : depth);
  return { field: { path, conversion: converted(conversion), spec }, end: specEnd + 1 };
}

function hasBrace(text: string, start: number, end: number): boolean {
  const brace = nextBrace(text, start);
  return brace >= 0 && brace < end;
}

/** Where the name ends: at `}`, `:` or `!`, except between square brackets. */
function endOfName(text: string, start: number): number {
  for (let i = start; i < text.length; i++) {
    const letter = text[i];
    if (letter === '{') throw new FormatError("unexpected '{' in field name");
    if (letter === '[') {
      i = text.indexOf(']', i);
      if (i < 0) break;
    } else if (letter === '}' || letter === ':' || letter === '!') return i;
  }
  throw new FormatError("expected '}' before end of string");
}

function closingBrace(text: string, start: number): number {
  let open = 1;
  for (let i = start; i < text.length; i++) {
    if (text[i] === '{') open++;
    else if (text[i] === '}' && --open === 0) return i;
  }
  throw new FormatError("unmatched '{' in format spec");
}

function converted(letter: string | null): 's' | 'r' | 'a' | null {
  if (letter === null || letter === 's' || letter === 'r' || letter === 'a') return letter;
  throw new FormatError(`Unknown conversion specifier '${letter}'`);
}

/** The path that a field's name means: `key`, or `records[dimension].field`. */
function pathOf(text: string): FieldPath {
  const name = /^[^.[]*/.exec(text)![0];
  const steps = stepsOf(text.slice(name.length));
  if (name === '' || /^\d+$/.test(name))
    throw new FormatError(`a field needs a name, and {${text}} has none: only keys are known here`);
  if (name !== 'records') {
    if (steps.length > 0) throw new FormatError(`{${text}}: ${name} is a plain value, without parts`);
    return { name };
  }
  const [record, field, ...parts] = steps;
  if (record?.kind !== 'index' || field?.kind !== 'attribute')
    throw new FormatError(`{${text}} should have the form {records[dimension].field}`);
  if (parts.length === 0) return { record: record.name, field: field.name };
  if (field.name !== 'timespan' || parts.some(({ kind }) => kind !== 'attribute'))
    throw new FormatError(`{${text}}: ${field.name} is a plain value, without parts`);
  return { record: record.name, field: field.name, attributes: parts.map(({ name }) => name) };
}

interface Step {
  readonly kind: 'index' | 'attribute';
  readonly name: string;
}

function stepsOf(text: string): Step[] {
  const steps: Step[] = [];
  let position = 0;
  while (position < text.length) {
    const start = position + 1;
    if (text[position] === '.') {
      const length = /^[^.[]*/.exec(text.slice(start))![0].length;
      position = start + length;
      steps.push({ kind: 'attribute', name: text.slice(start, position) });
    } else if (text[position] === '[') {
      const end = text.indexOf(']', start);
      if (end < 0) throw new FormatError("Missing ']' in format string");
      steps.push({ kind: 'index', name: text.slice(start, end) });
      position = end + 1;
    } else {
      throw new FormatError("Only '.' or '[' may follow ']' in format field specifier");
    }
    if (steps.at(-1)!.name === '') throw new FormatError('Empty attribute in format string');
  }
  return steps;
}
