/**
 * The tree of a where-expression, close to its text: parentheses are kept, names are not yet resolved, operators of
 * one precedence are one flat chain, so that the depth of the tree is the depth of the parentheses.
 */

/** Where a piece of the text begins and ends, in UTF-16 units from 0. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

export type LogicalOperator = 'AND' | 'OR';
export type ComparisonOperator = '=' | '!=' | '<' | '<=' | '>' | '>=' | 'OVERLAPS';
export type ArithmeticOperator = '+' | '-' | '*' | '/' | '%';
export type ChainOperator = LogicalOperator | ComparisonOperator | ArithmeticOperator;

/** Operands with the operators between them, all of one precedence, to be read from the left. */
export interface Chain {
  readonly kind: 'chain';
  readonly operands: readonly Expression[];
  /** One fewer than operands. */
  readonly operators: readonly ChainOperator[];
  readonly span: Span;
}

export interface Unary {
  readonly kind: 'unary';
  readonly operator: 'NOT' | '+' | '-';
  readonly operand: Expression;
  readonly span: Span;
}

export interface Parenthesised {
  readonly kind: 'parenthesised';
  readonly inner: Expression;
  readonly span: Span;
}

/** `(begin, end)`: a timespan. */
export interface Pair {
  readonly kind: 'pair';
  readonly first: Expression;
  readonly second: Expression;
  readonly span: Span;
}

/** `x IN (…)`. */
export interface Membership {
  readonly kind: 'in';
  readonly negated: boolean;
  readonly operand: Expression;
  readonly members: readonly Member[];
  readonly span: Span;
}

/** A number may have a sign. */
export type Member =
  | NumberLiteral
  | Unary
  | StringLiteral
  | TimeLiteral
  | RangeLiteral
  | Identifier
  | Bind
  | Call;

/** An unsigned number as it was written. */
export interface NumberLiteral {
  readonly kind: 'number';
  readonly text: string;
  readonly span: Span;
}

export interface StringLiteral {
  readonly kind: 'string';
  readonly value: string;
  readonly span: Span;
}

/** `T'…'`: an instant, in nanoseconds since 1970-01-01 TAI, with its canonical text. */
export interface TimeLiteral {
  readonly kind: 'time';
  readonly nanoseconds: bigint;
  readonly text: string;
  readonly span: Span;
}

/** `begin..end:stride`, both ends included. */
export interface RangeLiteral {
  readonly kind: 'range';
  readonly begin: bigint;
  readonly end: bigint;
  readonly stride: bigint;
  readonly span: Span;
}

/** One to three names joined by dots. */
export interface Identifier {
  readonly kind: 'identifier';
  readonly name: string;
  readonly span: Span;
}

/** `:name`. */
export interface Bind {
  readonly kind: 'bind';
  readonly name: string;
  readonly span: Span;
}

export type FunctionName = 'GLOB' | 'UUID' | 'POINT' | 'CIRCLE' | 'BOX' | 'POLYGON' | 'REGION';

export interface Call {
  readonly kind: 'call';
  readonly name: FunctionName;
  readonly operands: readonly Expression[];
  readonly span: Span;
}

export type Expression =
  | Chain
  | Unary
  | Parenthesised
  | Pair
  | Membership
  | NumberLiteral
  | StringLiteral
  | TimeLiteral
  | Identifier
  | Bind
  | Call;

/** A text and its tree; null where there is nothing but space. */
export interface Parsed {
  readonly text: string;
  readonly root: Expression | null;
  /** Names that stand in it with a colon. */
  readonly bound: ReadonlySet<string>;
}
