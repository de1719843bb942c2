/** From an analysed condition to an SQL predicate. No text of the user's is in it: constants are parameters. */
import { butlerError } from '../errors.ts';
import type { Parameters } from '../statement.ts';
import type { Constant } from './bind.ts';
import type { Condition, Value } from './condition.ts';
import type { Analysis, ColumnSql, ValueType } from './reference.ts';
import { referenceSql } from './resolve.ts';
import { LATEST } from './times.ts';

/** Types of the parameters; an integer beyond int8 is a numeric. */
const SQL_TYPES: { readonly [type in ValueType]: string } = {
  int: 'int8',
  float: 'float8',
  string: 'text',
  bool: 'bool',
  hash: 'bytea',
  datetime: 'int8',
  timespan: 'int8range',
  region: 'text',
  uuid: 'uuid',
};

const INT8_MIN = -(2n ** 63n);
const INT8_MAX = 2n ** 63n - 1n;

/** A stride so large that its double would not fit into int8 leaves so few members that they are listed. */
const MAX_STRIDE = 2n ** 61n;

/** Constants of one expression, a list counting once: PostgreSQL walks all before one to find it. */
const MAX_CONSTANTS = 5000;

/** SQL of a value; `wide` is an integer as numeric, which cannot overflow. */
interface Sql {
  readonly sql: string;
  readonly wide: boolean;
}

/**
 * The predicate of an expression, with SQL's three truth values.
 * @param column the SQL of a column; a datetime as int8, nanoseconds since 1970-01-01 TAI
 * @throws InvalidQueryError where there are too many constants
 */
export function compileWhere(analysis: Analysis, column: ColumnSql, parameters: Parameters): string {
  const before = parameters.values.length;
  const predicate = new Compiler(column, parameters).condition(analysis.condition);
  if (parameters.values.length - before <= MAX_CONSTANTS) return predicate;
  throw butlerError(
    'InvalidQueryError',
    `the expression has more than ${MAX_CONSTANTS} constants outside of lists`,
    { hint: 'Write visit IN (1, 2, …) in place of visit = 1 OR visit = 2 …, or bind a list.' },
  );
}

class Compiler {
  readonly #column: ColumnSql;
  readonly #parameters: Parameters;

  constructor(column: ColumnSql, parameters: Parameters) {
    this.#column = column;
    this.#parameters = parameters;
  }

  condition(condition: Condition): string {
    switch (condition.kind) {
      case 'all':
        return this.#joined(condition.operands, ' and ', 'true');
      case 'any':
        return this.#joined(condition.operands, ' or ', 'false');
      case 'not':
        return `(not ${this.condition(condition.operand)})`;
      case 'known':
        return String(condition.value);
      case 'true':
        return `(${this.#plain(condition.value)})`;
      case 'null':
        return `(${this.#plain(condition.value)} is ${condition.negated ? 'not null' : 'null'})`;
      case 'comparison':
        return `(${this.#comparable(condition.left)} ${condition.operator} ${this.#comparable(condition.right)})`;
      case 'member':
        return this.#member(condition.value, condition.members);
      case 'range':
        return this.#range(condition);
      case 'matches': {
        const pattern = this.#parameters.add(likePattern(condition.pattern), 'text');
        return `(${this.#plain(condition.value)} like ${pattern})`;
      }
      case 'overlap':
        return `(${this.#plain(condition.left)} && ${this.#plain(condition.right)})`;
      case 'contains':
        return `(${this.#holder(condition.timespan, condition.instant)} @> ${this.#plain(condition.instant)})`;
      case 'spatial':
        return this.#spatial(condition.left, condition.right);
    }
  }

  /** What is said twice is asked once. */
  #joined(operands: readonly Condition[], operator: string, none: string): string {
    const parts = [...new Set(operands.map((operand) => this.condition(operand)))];
    if (parts.length === 0) return none;
    return parts.length === 1 ? parts[0] : `(${parts.join(operator)})`;
  }

  #plain(value: Value): string {
    return this.#value(value).sql;
  }

  #comparable(value: Value): string {
    return inOneForm(value, this.#plain(value));
  }

  /** A timespan that may hold an instant: only of the last one do the forms of an unbounded timespan disagree. */
  #holder(timespan: Value, instant: Value): string {
    const isBefore = instant.kind === 'constant' && BigInt(instant.text) < LATEST;
    return isBefore ? this.#plain(timespan) : `butler._stored_timespan(${this.#plain(timespan)})`;
  }

  #value(value: Value): Sql {
    switch (value.kind) {
      case 'constant': {
        const wide = value.type === 'int' && beyondInt8(value.text);
        return { sql: this.#parameters.add(value.text, wide ? 'numeric' : SQL_TYPES[value.type]), wide };
      }
      case 'reference':
        return { sql: referenceSql(value.reference, this.#column), wide: false };
      case 'negative': {
        const { sql } = this.#value(value.operand);
        return value.type === 'int'
          ? { sql: `(- ${sql}::numeric)`, wide: true }
          : { sql: `(- ${sql})`, wide: false };
      }
      case 'arithmetic': {
        const first = this.#value(value.operands[0]);
        return value.operators.reduce((left, operator, i): Sql => {
          const operand = value.operands[i + 1];
          const right = this.#value(operand);
          if (value.type === 'float') {
            const divisor = operator === '/' ? `nullif(${right.sql}, 0)` : right.sql;
            return { sql: `(${left.sql} ${operator} ${divisor})`, wide: false };
          }
          // A constant divisor makes no number larger, but for -1 and the least of all; zero was refused.
          const narrow = !left.wide && !right.wide && operand.kind === 'constant' && operand.text !== '-1';
          if (narrow && (operator === '/' || operator === '%'))
            return { sql: `(${left.sql} ${operator} ${right.sql})`, wide: false };
          const [a, b] = [`${left.sql}::numeric`, `${right.sql}::numeric`];
          if (operator === '/') return { sql: `div(${a}, nullif(${b}, 0))`, wide: true };
          if (operator === '%') return { sql: `mod(${a}, nullif(${b}, 0))`, wide: true };
          return { sql: `(${a} ${operator} ${b})`, wide: true };
        }, first);
      }
    }
  }

  #member(value: Value, members: readonly Constant[]): string {
    const { sql: plain, wide } = this.#value(value);
    const sql = inOneForm(value, plain);
    const { type } = members[0];
    // A column of int8 is none of the integers beyond it; to compare it as numeric would keep it from its index.
    const texts = [...new Set(members.map(({ text }) => text))].filter(
      (text) => type !== 'int' || wide || !beyondInt8(text),
    );
    const sqlType = type === 'int' && wide ? 'numeric' : SQL_TYPES[type];
    if (texts.length === 1) return `(${sql} = ${this.#parameters.add(texts[0], sqlType)})`;
    return `(${sql} = any(${this.#parameters.add(arrayText(texts), `${sqlType}[]`)}))`;
  }

  #range({ value, begin, end, stride }: Extract<Condition, { kind: 'range' }>): string {
    if (stride > MAX_STRIDE) {
      const members: Constant[] = [];
      for (let member = begin; member <= end; member += stride)
        members.push({ type: 'int', text: String(member) });
      return this.#member(value, members);
    }
    const { sql } = this.#value(value);
    const parameter = (integer: bigint) => this.#parameters.add(String(integer), 'int8');
    const between = `${sql} between ${parameter(begin)} and ${parameter(end)}`;
    if (stride === 1n) return `(${between})`;
    // The remainder of a negative number is negative in SQL: one stride more makes it comparable.
    const step = parameter(stride);
    const remainder = parameter(((begin % stride) + stride) % stride);
    return `(${between} and (${sql} % ${step} + ${step}) % ${step} = ${remainder})`;
  }

  /** NULL, where it is not known whether regions overlap, counts as overlap; a row without region has none. */
  #spatial(left: Value, right: Value): string {
    const region = this.#plain(left);
    if (right.kind === 'constant' && right.point) {
      const ra = this.#parameters.add(String(right.point.ra), 'float8');
      const decl = this.#parameters.add(String(right.point.decl), 'float8');
      return `sky.region_contains(sky.region_from_base64(${region}), ${ra}, ${decl})`;
    }
    const other = this.#plain(right);
    const known = right.kind === 'constant' ? '' : ` and ${other} is not null`;
    return `(${region} is not null${known} and sky.region_overlaps_base64(${region} || '&' || ${other}) is not false)`;
  }
}

/** Equal timespans are equal where both have the limits of time for bounds, as constants have. */
function inOneForm({ type }: Value, sql: string): string {
  return type === 'timespan' ? `butler._shown_timespan(${sql})` : sql;
}

function beyondInt8(text: string): boolean {
  const value = BigInt(text);
  return value < INT8_MIN || value > INT8_MAX;
}

/** A pattern of LIKE: * stands for any characters, ? for one, all else for itself. */
function likePattern(pattern: string): string {
  return pattern
    .replace(/[\\%_]/g, '\\$&')
    .replaceAll('*', '%')
    .replaceAll('?', '_');
}

/** The text form of a one-dimensional array. */
function arrayText(texts: readonly string[]): string {
  return `{${texts.map((text) => `"${text.replace(/["\\]/g, '\\$&')}"`).join(',')}}`;
}
