/** From the text of an expression to its tree. */
import type {
  Chain,
  ChainOperator,
  Expression,
  FunctionName,
  Member,
  Membership,
  Parsed,
  RangeLiteral,
  Span,
} from './ast.ts';
import { Lexer, type Token } from './lexer.ts';
import { invalid } from './place.ts';
import { parseTime, TimeError } from './times.ts';

/** Parentheses, signs, NOTs and functions within each other: deeper trees could exhaust the stack. */
const MAX_DEPTH = 200;

/** Operators of one precedence each, the loosest first. NOT stands between AND and the comparisons. */
const LEVELS: readonly (readonly ChainOperator[])[] = [
  ['OR'],
  ['AND'],
  ['OVERLAPS', '=', '!=', '<', '<=', '>', '>='],
  ['+', '-'],
  ['*', '/', '%'],
];
const CONDITION = 2;
const SUM = 3;

/** How many arguments a function takes, and what they are. */
const FUNCTIONS: { readonly [name in FunctionName]: { readonly counts: string; readonly usage: string } } = {
  GLOB: { counts: '2', usage: "GLOB(column, 'pattern')" },
  UUID: { counts: '1', usage: "UUID('hexadecimal')" },
  POINT: { counts: '2', usage: 'POINT(ra, dec)' },
  CIRCLE: { counts: '3', usage: 'CIRCLE(ra, dec, radius)' },
  BOX: { counts: '4', usage: 'BOX(ra, dec, width, height)' },
  POLYGON: { counts: 'pairs', usage: 'POLYGON(ra1, dec1, ra2, dec2, ra3, dec3, …)' },
  REGION: { counts: '1', usage: "REGION('CIRCLE ra dec radius')" },
};

const INT8_MIN = -(2n ** 63n);
const INT8_MAX = 2n ** 63n - 1n;

/**
 * The tree of an expression.
 * @throws InvalidQueryError
 */
export function parse(text: string): Parsed {
  const parser = new Parser(text);
  const root = parser.whole();
  return { text, root, bound: parser.bound };
}

class Parser {
  readonly text: string;
  readonly bound = new Set<string>();
  readonly #lexer: Lexer;
  #token: Token;
  #depth = 0;

  constructor(text: string) {
    this.text = text;
    this.#lexer = new Lexer(text);
    this.#token = this.#lexer.next();
  }

  whole(): Expression | null {
    if (this.#at('end', '')) return null;
    const root = this.#chain(0);
    if (!this.#at('end', '')) throw this.#unexpected('an operator or the end');
    return root;
  }

  #take(): Token {
    const token = this.#token;
    this.#token = this.#lexer.next();
    return token;
  }

  #at(kind: Token['kind'], text: string): boolean {
    return this.#token.kind === kind && this.#token.text === text;
  }

  #expectSign(sign: string, expected: string): Token {
    if (!this.#at('sign', sign)) throw this.#unexpected(expected);
    return this.#take();
  }

  #unexpected(expected: string): Error {
    const { kind, text, start, end } = this.#token;
    const found = kind === 'end' ? 'the expression ends' : `there is ${shown(kind, text)}`;
    return invalid(this.text, { start, end }, `expected ${expected}, but ${found}`, hintFor(kind, text));
  }

  /** One level deeper for as long as `read` runs. */
  #within<T>(span: Span, read: () => T): T {
    if (this.#depth >= MAX_DEPTH) {
      const message = `the expression is nested more than ${MAX_DEPTH} deep`;
      throw invalid(this.text, span, message, 'Long lists belong into IN (…), or into a bound list.');
    }
    this.#depth += 1;
    const result = read();
    this.#depth -= 1;
    return result;
  }

  #chain(level: number): Expression {
    const first = this.#operand(level);
    const operands = [first];
    const operators: ChainOperator[] = [];
    for (;;) {
      const { kind, text } = this.#token;
      const operator = LEVELS[level].find((candidate) => candidate === text);
      if (operator === undefined || (kind !== 'sign' && kind !== 'keyword')) {
        break;
      }
      this.#take();
      operators.push(operator);
      operands.push(this.#operand(level));
    }
    if (operators.length === 0) return first;
    const span = { start: first.span.start, end: operands[operands.length - 1].span.end };
    return { kind: 'chain', operands, operators, span } satisfies Chain;
  }

  #operand(level: number): Expression {
    if (level < CONDITION - 1) return this.#chain(level + 1);
    if (level === CONDITION - 1) return this.#negation();
    if (level === CONDITION) return this.#membership();
    if (level === SUM) return this.#chain(level + 1);
    return this.#signed();
  }

  #negation(): Expression {
    if (!this.#at('keyword', 'NOT')) return this.#chain(CONDITION);
    const { start, end } = this.#take();
    const operand = this.#within({ start, end }, () => this.#negation());
    return { kind: 'unary', operator: 'NOT', operand, span: { start, end: operand.span.end } };
  }

  #membership(): Expression {
    const operand = this.#chain(SUM);
    const negated = this.#at('keyword', 'NOT');
    if (negated) {
      this.#take();
      if (!this.#at('keyword', 'IN')) throw this.#unexpected('IN after NOT');
    }
    if (!this.#at('keyword', 'IN')) return operand;
    this.#take();
    this.#expectSign('(', 'a list in parentheses after IN');
    const members: Member[] = [];
    do {
      if (members.length > 0) this.#take();
      members.push(this.#member());
    } while (this.#at('sign', ','));
    const { end } = this.#expectSign(')', 'a comma or ) in the list of IN');
    return {
      kind: 'in',
      negated,
      operand,
      members,
      span: { start: operand.span.start, end },
    } satisfies Membership;
  }

  #member(): Member {
    const { kind, text, start, end } = this.#token;
    if (kind === 'range') {
      this.#take();
      return this.#range(text, { start, end });
    }
    if (kind === 'sign' && (text === '-' || text === '+')) {
      this.#take();
      const { kind: next } = this.#token;
      if (next !== 'number') throw this.#unexpected('a number after the sign');
      const operand = this.#simple();
      return { kind: 'unary', operator: text, operand, span: { start, end: operand.span.end } };
    }
    const expected =
      'a literal, a range, a bound value, a name without dots or UUID(…) in the list of IN (no expressions)';
    if (kind === 'identifier' && text.includes('.')) throw this.#unexpected(expected);
    if (!['number', 'string', 'time', 'identifier', 'bind'].includes(kind)) throw this.#unexpected(expected);
    const member = this.#simple();
    if (member.kind === 'call' && member.name !== 'UUID')
      throw invalid(this.text, member.span, `${member.name}(…) cannot stand in the list of IN`);
    return member as Member;
  }

  #range(text: string, span: Span): RangeLiteral {
    const [begin, end, stride = 1n] = text.match(/-?\d+/g)!.map(BigInt);
    if (stride < 1n) throw invalid(this.text, span, 'the stride of a range must be at least 1');
    if (end < begin) throw invalid(this.text, span, `the range ends before it begins: ${shortened(text)}`);
    if (begin < INT8_MIN || end > INT8_MAX || stride > INT8_MAX)
      throw invalid(this.text, span, 'a range must lie within the integers of 64 bits');
    return { kind: 'range', begin, end, stride, span };
  }

  #signed(): Expression {
    const { kind, text, start, end } = this.#token;
    if (kind !== 'sign' || (text !== '-' && text !== '+')) return this.#primary();
    this.#take();
    const operand = this.#within({ start, end }, () => this.#signed());
    return { kind: 'unary', operator: text, operand, span: { start, end: operand.span.end } };
  }

  #primary(): Expression {
    if (!this.#at('sign', '(')) return this.#simple();
    const open = this.#take();
    return this.#within(open, () => {
      const inner = this.#chain(0);
      if (!this.#at('sign', ',')) {
        const { end } = this.#expectSign(')', 'an operator, a comma or )');
        return { kind: 'parenthesised', inner, span: { start: open.start, end } };
      }
      this.#take();
      const second = this.#chain(0);
      const { end } = this.#expectSign(')', 'an operator or ) after the end of a timespan');
      return { kind: 'pair', first: inner, second, span: { start: open.start, end } };
    });
  }

  #simple(): Expression {
    const { kind, text, start, end } = this.#token;
    const span = { start, end };
    switch (kind) {
      case 'number':
        this.#take();
        return { kind: 'number', text, span };
      case 'string':
        this.#take();
        return { kind: 'string', value: text, span };
      case 'time':
        this.#take();
        return { kind: 'time', ...this.#placed(span, () => parseTime(text)), span };
      case 'bind':
        this.#take();
        this.bound.add(text);
        return { kind: 'bind', name: text, span };
      case 'identifier': {
        this.#take();
        if (this.#at('sign', '(')) return this.#call(text, span);
        return { kind: 'identifier', name: text, span };
      }
      case 'range':
        throw invalid(this.text, span, 'a range can stand only in the list of IN', 'Write x IN (1..10).');
      default:
        throw this.#unexpected('a value: a name, a literal, a bound value or an expression in parentheses');
    }
  }

  #call(word: string, span: Span): Expression {
    const name = (Object.keys(FUNCTIONS) as FunctionName[]).find(
      (known) => known === word.slice(0, 8).toUpperCase() && known.length === word.length,
    );
    if (name === undefined) {
      const known = Object.values(FUNCTIONS).map(({ usage }) => usage);
      throw invalid(
        this.text,
        span,
        `there is no function '${shortened(word)}'`,
        `There are ${known.join(', ')}.`,
      );
    }
    const { counts, usage } = FUNCTIONS[name];
    this.#take();
    const operands: Expression[] = [];
    const end = this.#within(span, () => {
      if (!this.#at('sign', ')')) {
        operands.push(this.#chain(0));
        while (this.#at('sign', ',')) {
          this.#take();
          operands.push(this.#chain(0));
        }
      }
      return this.#expectSign(')', 'a comma or ) after an argument').end;
    });
    const whole = { start: span.start, end };
    const count = operands.length;
    if (counts === 'pairs' ? count < 6 || count % 2 !== 0 : count !== Number(counts)) {
      const needs = counts === 'pairs' ? 'at least three pairs of numbers' : `${counts} arguments`;
      const message = `${name} takes ${needs.replace(/^1 arguments/, 'one argument')}, not ${count} arguments`;
      throw invalid(this.text, whole, message, `Write ${usage}.`);
    }
    return { kind: 'call', name, operands, span: whole };
  }

  #placed<T>(span: Span, read: () => T): T {
    try {
      return read();
    } catch (error) {
      throw error instanceof TimeError ? invalid(this.text, span, error.message) : error;
    }
  }
}

function shown(kind: Token['kind'], text: string): string {
  switch (kind) {
    case 'string':
      return `the string '${shortened(text)}'`;
    case 'time':
      return `the time T'${shortened(text)}'`;
    case 'bind':
      return `:${shortened(text)}`;
    default:
      return `'${shortened(text)}'`;
  }
}

/** Words that people know from SQL, and what this language has instead. */
function hintFor(kind: Token['kind'], text: string): string | undefined {
  if (kind === 'string') return 'A string holds no quotes: bind it, as :name, where it must.';
  if (kind !== 'identifier') return undefined;
  switch (text.toUpperCase()) {
    case 'IS':
      return 'Write x = NULL, or x != NULL.';
    case 'LIKE':
    case 'ILIKE':
      return "Write GLOB(x, 'pattern'), with * for any characters and ? for one.";
    case 'BETWEEN':
      return 'Write x IN (1..10), or x >= 1 AND x <= 10.';
    default:
      return undefined;
  }
}

/** Text for a message: as much as a reader takes in. */
export function shortened(text: string): string {
  const characters = [...text.slice(0, 80)];
  return text.length > 80 ? `${characters.slice(0, 60).join('')}…` : text;
}
