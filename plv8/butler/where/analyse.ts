/** From the tree of an expression to a condition with types, and what it asks of the query that it stands in. */

import { folded, negated } from './arithmetic.ts';
import type {
  ArithmeticOperator,
  Call,
  Chain,
  ComparisonOperator,
  Expression,
  Member,
  Membership,
  Pair,
  Parsed,
  Span,
} from './ast.ts';
import { type Bound, type Constant, canonicalUuid, numberConstant, regionConstant } from './bind.ts';
import type { Condition, Value } from './condition.ts';
import { Findings } from './findings.ts';
import { shortened } from './parser.ts';
import { invalid, unimplemented } from './place.ts';
import type { Analysis, Context, FieldReference, ValueType } from './reference.ts';
import { box, circle, point, polygon, type RegionValue, RegionValueError, regionOfPos } from './regions.ts';
import { lookUp } from './resolve.ts';
import { clampedInstant, TimeError, timespanText } from './times.ts';
import { isNumeric, mismatchHint } from './types.ts';

/** What a piece of an expression is. */
type Typed =
  | { readonly is: 'condition'; readonly condition: Condition }
  | { readonly is: 'value'; readonly value: Value }
  | { readonly is: 'null' }
  | { readonly is: 'list'; readonly members: readonly (Constant | null)[] };

/** Operators of arithmetic in one expression: SQL's own parser must not run out of stack. */
const MAX_ARITHMETIC = 1000;

/**
 * Resolves the names of an expression, checks its types and collects what it asks for.
 * @throws InvalidQueryError, UnimplementedQueryError
 */
export function analyse(parsed: Parsed, context: Context): Analysis {
  const { root } = parsed;
  const analyser = new Analyser(parsed, context);
  const condition: Condition = root === null ? { kind: 'all', operands: [] } : analyser.condition(root, true);
  return analyser.findings.analysis(condition, context, (span, message, hint) =>
    invalid(parsed.text, span, message, hint),
  );
}

class Analyser {
  readonly text: string;
  readonly context: Context;
  readonly findings = new Findings();
  /** What a name without a colon may be bound to: in `visit = :visit` the first is the dimension. */
  readonly #bare: Context['bind'];
  #arithmetic = 0;

  constructor({ text, bound }: Parsed, context: Context) {
    this.text = text;
    this.context = context;
    this.#bare = new Map([...context.bind].filter(([name]) => !bound.has(name)));
  }

  #invalid(span: Span, message: string, hint?: string): Error {
    return invalid(this.text, span, message, hint);
  }

  /**
   * @param required whether the condition holds for every row of the result: it stands under ANDs alone
   */
  condition(node: Expression, required: boolean): Condition {
    const typed = this.#typed(node, required);
    if (typed.is === 'condition') return typed.condition;
    throw this.#invalid(
      node.span,
      `expected a condition, but this is ${described(typed)}`,
      'Compare it: visit = 1.',
    );
  }

  #value(node: Expression): Value {
    const typed = this.#typed(node, false);
    if (typed.is === 'value') return typed.value;
    throw this.#invalid(node.span, `expected a value, but this is ${described(typed)}`);
  }

  #typed(node: Expression | Exclude<Member, { kind: 'range' }>, required: boolean): Typed {
    switch (node.kind) {
      case 'parenthesised':
        return this.#typed(node.inner, required);
      case 'chain':
        return this.#chain(node, required);
      case 'unary':
        if (node.operator === 'NOT')
          return asCondition({ kind: 'not', operand: this.condition(node.operand, false) });
        return asValue(this.#signed(node.operator, node.operand, node.span));
      case 'in':
        return asCondition(this.#membership(node, required));
      case 'pair':
        return asValue(this.#timespan(node));
      case 'number':
        return constant(numberConstant(node.text, (why) => this.#invalid(node.span, why)));
      case 'string':
        return constant({ type: 'string', text: node.value });
      case 'time':
        return constant({ type: 'datetime', text: String(clampedInstant(node.nanoseconds)) });
      case 'bind': {
        const bound = this.context.bind.get(node.name);
        if (bound !== undefined) return ofBound(bound);
        const names = [...this.context.bind.keys()].map((name) => `:${name}`).join(', ');
        throw this.#invalid(
          node.span,
          `nothing is bound to the name '${shortened(node.name)}'`,
          names === '' ? 'bind is empty.' : `bind has ${shortened(names)}.`,
        );
      }
      case 'identifier':
        return this.#identifier(node.name, node.span);
      case 'call':
        return this.#call(node);
    }
  }

  #identifier(name: string, span: Span): Typed {
    if (name.length === 4 && name.toUpperCase() === 'NULL') return { is: 'null' };
    const bound = this.#bare.get(name);
    if (bound !== undefined) return ofBound(bound);
    const found = lookUp(name, this.context);
    if ('wrong' in found) throw this.#invalid(span, found.wrong, found.hint);
    this.findings.sees(found.reference, span);
    const value: Value = { kind: 'reference', ...found };
    return found.type === 'bool' ? asCondition({ kind: 'true', value }) : asValue(value);
  }

  #chain(node: Chain, required: boolean): Typed {
    const [operator] = node.operators;
    switch (operator) {
      case 'AND':
      case 'OR': {
        const kind = operator === 'AND' ? 'all' : 'any';
        const operands = node.operands.map((operand) => this.condition(operand, required && kind === 'all'));
        return asCondition({ kind, operands });
      }
      case '+':
      case '-':
      case '*':
      case '/':
      case '%':
        return asValue(this.#sum(node));
      default:
        return asCondition(this.#comparison(node, required));
    }
  }

  #sum(node: Chain): Value {
    this.#arithmetic += node.operators.length;
    if (this.#arithmetic > MAX_ARITHMETIC)
      throw this.#invalid(
        node.span,
        `the expression has more than ${MAX_ARITHMETIC} operators of arithmetic`,
      );
    const operands = [this.#value(node.operands[0])];
    const operators: ArithmeticOperator[] = [];
    const { type } = operands[0];
    node.operators.forEach((sign, i) => {
      const operator = sign as ArithmeticOperator;
      const right = node.operands[i + 1];
      const next = this.#value(right);
      const span = { start: node.span.start, end: right.span.end };
      if (next.type !== type)
        throw this.#invalid(
          span,
          `${operator} needs values of one type, not ${type} and ${next.type}`,
          'Integers and floats do not mix: write 2.0 beside a float.',
        );
      if (type !== 'int' && (type !== 'float' || operator === '%'))
        throw this.#invalid(span, `${operator} cannot be applied to values of type ${type}`);
      const divides = operator === '/' || operator === '%';
      if (divides && next.kind === 'constant' && Number(next.text) === 0)
        throw this.#invalid(right.span, 'this divides by zero');
      const [first] = operands;
      if (operands.length === 1 && first.kind === 'constant' && next.kind === 'constant') {
        const sum = folded(first, operator, next, (why) => this.#invalid(span, why));
        operands[0] = { kind: 'constant', ...sum };
      } else {
        operands.push(next);
        operators.push(operator);
      }
    });
    return operands.length === 1 ? operands[0] : { kind: 'arithmetic', operands, operators, type };
  }

  #signed(operator: '+' | '-', operand: Expression, span: Span): Value {
    const value = this.#value(operand);
    if (value.type !== 'int' && value.type !== 'float')
      throw this.#invalid(span, `a sign cannot stand before a value of type ${value.type}`);
    if (operator === '+') return value;
    if (value.kind !== 'constant') return { kind: 'negative', operand: value, type: value.type };
    return { kind: 'constant', ...negated(value, (why) => this.#invalid(span, why)) };
  }

  #comparison(node: Chain, required: boolean): Condition {
    if (node.operands.length > 2) {
      const second = node.operands[2].span;
      throw this.#invalid(
        { start: node.span.start, end: second.end },
        'the result of a comparison cannot be compared',
        'Join comparisons with AND.',
      );
    }
    const [leftNode, rightNode] = node.operands;
    const left = this.#typed(leftNode, false);
    const right = this.#typed(rightNode, false);
    const operator = node.operators[0] as ComparisonOperator;
    if (left.is === 'null' || right.is === 'null') {
      const other = left.is === 'null' ? right : left;
      const value = other.is === 'condition' && other.condition.kind === 'true' ? other.condition : other;
      if ((operator === '=' || operator === '!=') && 'value' in value)
        return { kind: 'null', value: value.value as Value, negated: operator === '!=' };
      throw this.#invalid(node.span, `${operator} cannot compare ${described(other)} with NULL`);
    }
    if (left.is !== 'value' || right.is !== 'value')
      throw this.#invalid(
        node.span,
        `${operator} compares values, not ${described(left.is === 'value' ? right : left)}`,
        'A bool column stands alone: exposure.can_see_sky, or NOT exposure.can_see_sky.',
      );
    this.findings.compares(left.value, right.value);
    if (operator === 'OVERLAPS') return this.#overlap(left.value, right.value, node.span, required);
    this.#checkComparable(operator, left.value.type, right.value.type, node.span);
    if (required && operator === '=') {
      if (right.value.kind === 'constant') this.findings.constrains(left.value, [right.value]);
      else if (left.value.kind === 'constant') this.findings.constrains(right.value, [left.value]);
    }
    return { kind: 'comparison', operator, left: left.value, right: right.value };
  }

  #checkComparable(operator: string, left: ValueType, right: ValueType, span: Span): void {
    if (left !== right && !(isNumeric(left) && isNumeric(right)))
      throw this.#invalid(
        span,
        `the types that ${operator} compares differ: ${left} and ${right}`,
        mismatchHint(left, right),
      );
    if ((operator === '=' || operator === '!=') && left === 'timespan')
      throw this.#invalid(span, `values of type ${left} are not compared with ${operator}`, EXTENDED_HINT);
    if (operator !== '=' && operator !== '!=' && !ORDERED.includes(left))
      throw this.#invalid(span, `values of type ${left} have no order, so ${operator} cannot compare them`);
  }

  #overlap(left: Value, right: Value, span: Span, required: boolean): Condition {
    if (left.type === 'timespan' && right.type === 'timespan') {
      this.#checkTemporal(left, right, span);
      return { kind: 'overlap', left, right };
    }
    if (left.type === 'timespan' && right.type === 'datetime')
      return { kind: 'contains', timespan: left, instant: right };
    if (left.type === 'datetime' && right.type === 'timespan')
      return { kind: 'contains', timespan: right, instant: left };
    if (left.type !== 'region' || right.type !== 'region')
      throw this.#invalid(
        span,
        `OVERLAPS compares timespans, or regions, not ${left.type} and ${right.type}`,
        mismatchHint(left.type, right.type),
      );
    if (left.kind === 'constant' && right.kind === 'constant')
      throw this.#invalid(
        span,
        'OVERLAPS between two regions that are both given asks nothing of the registry',
      );
    if (!required)
      throw unimplemented(
        this.text,
        span,
        'OVERLAPS between regions can only be joined to the rest of the expression with AND',
        'Take it out of OR and NOT.',
      );
    if (left.kind === 'constant') return this.#spatial(right, left, span);
    return this.#spatial(left, right, span);
  }

  /** Elements of one temporal family are joined by their keys. */
  #checkTemporal(left: Value, right: Value, span: Span): void {
    const [first, second] = [left, right].map((value) =>
      value.kind === 'reference' && value.reference.kind === 'field' ? value.reference.element : undefined,
    );
    if (first === undefined || second === undefined) return;
    const { universe } = this.context;
    if (universe.element(first).temporal?.family === universe.element(second).temporal?.family)
      throw this.#invalid(span, `${first} and ${second} are joined without comparing their timespans`);
  }

  /** @param left a column */
  #spatial(left: Value, right: Value, span: Span): Condition {
    const reference = regionField(left);
    if (right.kind === 'constant') {
      this.findings.spatialConstraints.push({ reference, region: right.text });
    } else {
      const other = regionField(right);
      const { universe } = this.context;
      if (
        universe.element(reference.element).spatial?.family ===
        universe.element(other.element).spatial?.family
      )
        throw this.#invalid(
          span,
          `${reference.element} and ${other.element} are joined without comparing their regions`,
        );
      this.findings.spatialJoins.push({ left: reference, right: other });
    }
    return { kind: 'spatial', left, right };
  }

  #membership(node: Membership, required: boolean): Condition {
    const value = this.#value(node.operand);
    if (EXTENDED.includes(value.type))
      throw this.#invalid(
        node.operand.span,
        `values of type ${value.type} cannot be looked for with IN`,
        EXTENDED_HINT,
      );
    const { constants, others, certain, written } = this.#members(node, value);
    if (written) this.findings.compares(value);
    if (required && !node.negated && certain) this.findings.constrains(value, constants);
    const operands: Condition[] =
      constants.length > 0 ? [{ kind: 'member', value, members: constants }, ...others] : others;
    const condition: Condition = { kind: 'any', operands };
    return node.negated ? { kind: 'not', operand: condition } : condition;
  }

  /**
   * Constants of a list, conditions that stand for what else is in it, whether all of it is constants, and whether
   * the text itself says any of them: a list that is bound does not.
   */
  #members(node: Membership, value: Value) {
    const constants: Constant[] = [];
    const others: Condition[] = [];
    const check = (type: ValueType, span: Span) => {
      if (type !== value.type)
        throw this.#invalid(
          span,
          `a member of the list is of type ${type}, what is looked for of type ${value.type}`,
          mismatchHint(value.type, type),
        );
    };
    const add = (constant: Constant | null, span: Span) => {
      if (constant === null) {
        others.push({ kind: 'null', value, negated: false });
        return;
      }
      check(constant.type, span);
      constants.push(constant);
    };
    let written = false;
    for (const member of node.members) {
      if (member.kind === 'range') {
        check('int', member.span);
        const { begin, end, stride } = member;
        others.push({ kind: 'range', value, begin, end, stride });
        continue;
      }
      const typed = this.#typed(member, false);
      if (typed.is === 'null') add(null, member.span);
      else if (typed.is === 'list') for (const one of typed.members) add(one, member.span);
      else if (typed.is === 'condition')
        throw this.#invalid(member.span, 'a condition, or a bool, cannot be in the list of IN');
      else if (typed.value.kind === 'constant' && typed.value.type === value.type)
        add(typed.value, member.span);
      else {
        // As = does, a number of the text compares with one of the other type; a bound list is of one type.
        if (!isNumeric(typed.value.type) || !isNumeric(value.type)) check(typed.value.type, member.span);
        others.push({ kind: 'comparison', operator: '=', left: value, right: typed.value });
      }
      written ||= typed.is === 'value';
    }
    return { constants, others, certain: others.length === 0, written };
  }

  #timespan(node: Pair): Value {
    const [begin, end] = [node.first, node.second].map((bound) => {
      const typed = this.#typed(bound, false);
      if (typed.is === 'null') return null;
      if (typed.is === 'value' && typed.value.kind === 'constant' && typed.value.type === 'datetime')
        return BigInt(typed.value.text);
      throw this.#invalid(
        bound.span,
        `a timespan (begin, end) is made of times or NULL, not of ${described(typed)}`,
        "Write (T'2019-04-01', T'2019-04-02').",
      );
    });
    try {
      return { kind: 'constant', type: 'timespan', text: timespanText(begin, end) };
    } catch (error) {
      throw error instanceof TimeError ? this.#invalid(node.span, error.message) : error;
    }
  }

  #call(node: Call): Typed {
    switch (node.name) {
      case 'GLOB': {
        const [subject, pattern] = node.operands;
        if (subject.kind !== 'identifier')
          throw this.#invalid(subject.span, 'GLOB matches the values of a column: its name is needed here');
        if (pattern.kind !== 'string' && pattern.kind !== 'bind')
          throw this.#invalid(pattern.span, 'the pattern of GLOB is a string, or one that is bound: :name');
        const value = this.#value(subject);
        this.findings.compares(value);
        if (value.type !== 'string')
          throw this.#invalid(subject.span, `GLOB matches strings, not values of type ${value.type}`);
        return asCondition({ kind: 'matches', value, pattern: this.#string(pattern) });
      }
      case 'UUID': {
        const uuid = canonicalUuid(this.#string(node.operands[0]));
        if (uuid !== undefined) return constant({ type: 'uuid', text: uuid });
        throw this.#invalid(node.operands[0].span, 'this is no UUID: it needs 32 hexadecimal digits');
      }
      default:
        return constant(regionConstant(this.#region(node)));
    }
  }

  #region(node: Call): RegionValue {
    try {
      if (node.name === 'REGION') return regionOfPos(this.#string(node.operands[0]));
      const numbers = node.operands.map((operand) => this.#number(operand));
      switch (node.name) {
        case 'POINT':
          return point(numbers[0], numbers[1]);
        case 'CIRCLE':
          return circle(numbers[0], numbers[1], numbers[2]);
        case 'BOX':
          return box(numbers[0], numbers[1], numbers[2], numbers[3]);
        default:
          return polygon(numbers);
      }
    } catch (error) {
      throw error instanceof RegionValueError ? this.#invalid(node.span, error.message) : error;
    }
  }

  #number(node: Expression): number {
    const value = this.#value(node);
    if (value.kind === 'constant' && (value.type === 'int' || value.type === 'float'))
      return Number(value.text);
    throw this.#invalid(node.span, 'a region is made of constant numbers', 'Degrees, ICRS.');
  }

  #string(node: Expression): string {
    const value = this.#value(node);
    if (value.kind === 'constant' && value.type === 'string') return value.text;
    throw this.#invalid(node.span, 'a constant string is needed here');
  }
}

/** Types of what lasts or covers something: OVERLAPS is how these are searched. */
const EXTENDED: readonly ValueType[] = ['timespan', 'region'];
const EXTENDED_HINT = 'Use OVERLAPS, or compare the begin and the end of a timespan.';

const ORDERED: readonly ValueType[] = ['int', 'float', 'string', 'datetime'];

/** The column of a region that is no constant. */
function regionField(value: Value): FieldReference {
  if (value.kind === 'reference' && value.reference.kind === 'field') return value.reference;
  throw new Error('a region is either a constant or a column');
}

function asCondition(condition: Condition): Typed {
  return { is: 'condition', condition };
}

function asValue(value: Value): Typed {
  return { is: 'value', value };
}

function constant(value: Constant): Typed {
  return { is: 'value', value: { kind: 'constant', ...value } };
}

function ofBound(bound: Bound): Typed {
  if (bound === null) return { is: 'null' };
  if ('type' in bound) return constant(bound);
  return { is: 'list', members: bound };
}

function described(typed: Typed): string {
  switch (typed.is) {
    case 'condition':
      return 'a condition';
    case 'null':
      return 'NULL';
    case 'list':
      return 'a bound list, which can only stand in IN (…)';
    case 'value':
      return `a value of type ${typed.value.type}`;
  }
}
