/**
 * Templates as SQL: a text expression with the value of Python's `str.format`. Constant parts are folded, common
 * forms are plain SQL, and the others call obscore.python_format.
 */
import { parseSpec, type Spec } from './spec.ts';
import { type Field, type FieldPath, FormatError, type Piece, parseTemplate } from './template.ts';
import { timePath, timeTerm } from './time.ts';
import { formatValue, type Kind, representation, toText, type Value } from './value.ts';

export type { FieldPath } from './template.ts';

/** A value that a field can name. */
export interface Term {
  /** An expression that may stand several times in a statement: a column or a constant. */
  readonly sql: string;
  /** int: int2 to int8; float: float8; str: text; timespan: an int8range of nanoseconds TAI. */
  readonly kind: 'int' | 'float' | 'str' | 'bool' | 'uuid' | 'timespan' | 'region';
  /** Whether it may be NULL, which is Python's None. */
  readonly nullable: boolean;
  /** Whether it is NULL where it could not be made: so is then all that is made of it, for a reason told elsewhere. */
  readonly mayLack?: boolean;
  /** The value, where it is the same in every row: an int, a str or a bool. */
  readonly constant?: bigint | string | boolean;
}

/**
 * What a field names: a term; `none` for a key whose value is always None; undefined for a key, or a record, that is
 * not there (Python's KeyError); `invalid` for a record's field that does not exist (its AttributeError).
 */
export type Lookup = (path: FieldPath) => Term | 'none' | undefined | { readonly invalid: string };

/** A text, or after `convert` another value, as SQL. */
export interface Formatted {
  /** NULL where it fails. */
  readonly sql: string;
  /** SQL text: why it fails, NULL where it does not. null: it never fails. */
  readonly fails: string | null;
  /** What it is in every row, where that is known. */
  readonly constant?: string;
  /** The term whose str() it is. */
  readonly whole?: Term;
}

export interface Missing {
  /** The key that is not there, as the template writes it. */
  readonly missing: string;
}

export interface Invalid {
  /** Why no row can have a value, mostly in Python's words. */
  readonly invalid: string;
}

/** An SQL constant of a text, whatever the session's settings are. */
export function sqlText(text: string): string {
  const quoted = text.replaceAll("'", "''");
  return text.includes('\\') ? `E'${quoted.replaceAll('\\', '\\\\')}'` : `'${quoted}'`;
}

class MissingKey extends Error {}

/** Compiles a template; keys are looked up from left to right, and the first that is missing or invalid is told. */
export function compileFormat(template: string, lookup: Lookup): Formatted | Missing | Invalid {
  try {
    return joined(parseTemplate(template), lookup);
  } catch (error) {
    if (error instanceof MissingKey) return { missing: error.message };
    if (error instanceof FormatError) return { invalid: error.message };
    throw error;
  }
}

/** What is wrong with a template whatever its keys are, or null. */
export function checkTemplate(template: string): string | null {
  if (template.includes('\0')) return 'a character of code 0 cannot be stored';
  try {
    for (const path of pathsOf(template))
      if ('attributes' in path && path.attributes) timePath(path.attributes);
    return null;
  } catch (error) {
    if (error instanceof FormatError) return error.message;
    throw error;
  }
}

/** The keys that a template names, fields in specifications included. */
export function pathsOf(template: string): FieldPath[] {
  const paths = (pieces: readonly Piece[]): FieldPath[] =>
    pieces.flatMap((piece) => (typeof piece === 'string' ? [] : [piece.path, ...paths(piece.spec)]));
  return paths(parseTemplate(template));
}

const constant = (text: string): Formatted => ({
  sql: `${sqlText(text)}::text`,
  fails: null,
  constant: text,
});

function joined(pieces: readonly Piece[], lookup: Lookup): Formatted {
  const parts: Formatted[] = [];
  for (const piece of pieces) {
    const part = typeof piece === 'string' ? constant(piece) : compileField(piece, lookup);
    const last = parts.at(-1);
    if (last?.constant !== undefined && part.constant !== undefined)
      parts[parts.length - 1] = constant(last.constant + part.constant);
    else parts.push(part);
  }
  if (parts.length === 0) return constant('');
  if (parts.length === 1) return parts[0];
  return {
    sql: `(${parts.map((part) => (part.constant === undefined ? part.sql : sqlText(part.constant))).join(' || ')})`,
    fails: firstFailure(parts.map((part) => part.fails)),
  };
}

/** The first of several reasons. */
export function firstFailure(reasons: readonly (string | null)[]): string | null {
  const possible = reasons.filter((reason) => reason !== null);
  if (possible.length === 0) return null;
  return possible.length === 1 ? possible[0] : `coalesce(${possible.join(', ')})`;
}

const written = (path: FieldPath): string =>
  'name' in path
    ? path.name
    : `records[${path.record}].${[path.field, ...(path.attributes ?? [])].join('.')}`;

function compileField(field: Field, lookup: Lookup): Formatted {
  const term = lookup(field.path);
  if (term === undefined) throw new MissingKey(written(field.path));
  if (term !== 'none' && 'invalid' in term) throw new FormatError(term.invalid);
  if ('attributes' in field.path && field.path.attributes) {
    if (term === 'none' || term.kind !== 'timespan')
      throw new FormatError(`{${written(field.path)}}: ${field.path.field} is no timespan`);
    return compileTime(field, timeTerm(term, field.path.attributes), lookup);
  }
  if (term !== 'none' && (term.kind === 'region' || (term.kind === 'timespan' && reprOf(field))))
    throw new FormatError(`{${written(field.path)}}: a ${term.kind} has no text of this form`);
  const spec = joined(field.spec, lookup);
  if (term !== 'none' && term.mayLack) {
    const { sql, fails } = compileTerm(field, term, spec);
    const guarded = (text: string) => `case when ${term.sql} is not null then ${text} end`;
    return { sql: guarded(sql), fails: fails && guarded(fails) };
  }
  return compileTerm(field, term, spec);
}

function compileTerm(field: Field, term: Term | 'none', spec: Formatted): Formatted {
  if (spec.constant === undefined) return atRuntime(field, term, spec);
  const known = term === 'none' ? null : term.constant;
  if (known !== undefined) return constant(formatKnown(known, field, spec.constant));
  return atCompileTime(field, term as Term, spec.constant);
}

/** A time: NULL, and a failure, where the timespan has no such bound. */
function compileTime(field: Field, { term, fails }: ReturnType<typeof timeTerm>, lookup: Lookup): Formatted {
  const spec = joined(field.spec, lookup);
  const text =
    spec.constant === undefined ? atRuntime(field, term, spec) : atCompileTime(field, term, spec.constant);
  return {
    sql: `case when ${term.sql} is not null then ${text.sql} end`,
    fails: firstFailure([fails, text.fails]),
  };
}

const reprOf = (field: Field): boolean => field.conversion === 'r' || field.conversion === 'a';

function formatKnown(value: Value, field: Field, spec: string): string {
  const kind = kindOf(value);
  if (field.conversion === null) return formatValue(value, kind, spec);
  const text =
    field.conversion === 's' ? toText(value) : representation(value, kind, field.conversion === 'a');
  return formatValue(text, 'str', spec);
}

function kindOf(value: Value): Kind {
  if (value === null) return 'none';
  if (typeof value === 'bigint') return 'int';
  return typeof value === 'number' ? 'float' : typeof value === 'boolean' ? 'bool' : 'str';
}

/** Examples on which a specification is tried: what fails for all of them fails for every value. */
const examples: Record<Exclude<Term['kind'], 'region'>, Value> = {
  int: 65n,
  float: 1.5,
  str: 'a',
  bool: true,
  uuid: '00000000-0000-0000-0000-000000000000',
  timespan: '(empty)',
};

/** A field whose specification is the same in every row. */
function atCompileTime(field: Field, term: Term, spec: string): Formatted {
  const text = textOf(term);
  if (field.conversion === null && spec === '') return { sql: orNone(term, text), fails: null, whole: term };
  if (field.conversion === 's' && spec === '') return { sql: orNone(term, text), fails: null, whole: term };
  const converted = field.conversion !== null;
  formatKnownKind(term, converted, spec);
  const inline =
    field.conversion === null
      ? inlined(term, spec)
      : field.conversion === 's' || (term.kind !== 'str' && term.kind !== 'uuid')
        ? inlinedText(orNone(term, text), spec)
        : undefined;
  const fails =
    term.nullable && !converted
      ? `case when ${term.sql} is null then 'unsupported format string passed to NoneType.__format__' end`
      : null;
  if (inline !== undefined) return { sql: inline, fails };
  const called = call(field, term, sqlText(spec));
  // A character's code may be none.
  const mayFail = !converted && /c$/.test(spec) && (term.kind === 'int' || term.kind === 'bool');
  return mayFail ? called : { sql: called.sql, fails };
}

/** Raises what every value of the kind would raise. */
function formatKnownKind(term: Term, converted: boolean, spec: string): void {
  if (converted) formatValue('a', 'str', spec);
  else if (term.kind !== 'region') formatValue(examples[term.kind], term.kind, spec);
}

function atRuntime(field: Field, term: Term | 'none', spec: Formatted): Formatted {
  const value: Term = term === 'none' ? { sql: 'null::text', kind: 'str', nullable: true } : term;
  const called = call(field, value, spec.sql);
  return { sql: called.sql, fails: firstFailure([spec.fails, called.fails]) };
}

/** Calls of the functions that know the whole language. */
function call(field: Field, term: Term, spec: string): Formatted {
  const conversion = field.conversion === null ? '' : `!${field.conversion}`;
  const [suffix, value] =
    term.kind === 'float'
      ? ['_float', term.sql]
      : ['', term.kind === 'bool' ? `${term.sql}::text` : textOf(term)];
  const kind = term.kind === 'float' ? `'${conversion}'` : `'${term.kind}${conversion}'`;
  return {
    sql: `obscore.python_format${suffix}(${value}, ${kind}, ${spec})`,
    fails: `obscore.python_format${suffix}_error(${value}, ${kind}, ${spec})`,
  };
}

/** Python's str() of what is not NULL. */
function textOf(term: Term): string {
  if (term.constant !== undefined) return `${sqlText(toText(term.constant))}::text`;
  if (term.kind === 'str') return term.sql;
  if (term.kind === 'bool') return `case when ${term.sql} then 'True' when not ${term.sql} then 'False' end`;
  if (term.kind === 'float') return `obscore.python_format_float(${term.sql}, '', '')`;
  if (term.kind === 'timespan') return `obscore.timespan_text(${term.sql})`;
  return `${term.sql}::text`;
}

function orNone(term: Term, text: string): string {
  if (term.nullable && term.kind !== 'float') return `coalesce(${text}, 'None')`;
  return term.kind === 'bool' ? `(${text})` : text;
}

/** Padded whole numbers and texts, which NULL leaves NULL. */
function inlined(term: Term, text: string): string | undefined {
  if (term.kind === 'str') return inlinedText(term.sql, text);
  if (term.kind !== 'int') return undefined;
  const spec = parseSpec(text, 'int');
  if (spec.type !== 'd' || spec.sign !== null || spec.grouping !== null) return undefined;
  const sql = term.sql;
  const digits = `${sql}::text`;
  if (spec.width === null || spec.width <= 1) return digits;
  if (spec.align !== '=') return paddedSql(digits, spec);
  const fill = sqlText(spec.fill);
  const size = (value: string, width: number) =>
    `lpad(${value}, greatest(${width}, length(${value})), ${fill})`;
  return `(case when ${sql} < 0 then '-' || ${size(`substr(${digits}, 2)`, spec.width - 1)} else ${size(digits, spec.width)} end)`;
}

function inlinedText(sql: string, text: string): string | undefined {
  const spec = parseSpec(text, 'str');
  const cut = spec.precision === null ? sql : `left(${sql}, ${spec.precision})`;
  return spec.width === null ? cut : paddedSql(cut, spec);
}

function paddedSql(value: string, spec: Spec): string | undefined {
  if (spec.align !== '<' && spec.align !== '>') return undefined;
  const pad = spec.align === '<' ? 'rpad' : 'lpad';
  return `${pad}(${value}, greatest(${spec.width}, length(${value})), ${sqlText(spec.fill)})`;
}
