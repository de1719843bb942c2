/** Conditions and values after analysis: names are resolved, types agree, literals are constants. */
import type { ArithmeticOperator } from './ast.ts';
import type { Constant } from './bind.ts';
import type { Reference, ValueType } from './reference.ts';

export type Value =
  | ({ readonly kind: 'constant' } & Constant)
  | { readonly kind: 'reference'; readonly reference: Reference; readonly type: ValueType }
  | { readonly kind: 'negative'; readonly operand: Value; readonly type: ValueType }
  | {
      readonly kind: 'arithmetic';
      readonly operands: readonly Value[];
      readonly operators: readonly ArithmeticOperator[];
      readonly type: ValueType;
    };

export type Condition =
  | { readonly kind: 'all' | 'any'; readonly operands: readonly Condition[] }
  | { readonly kind: 'not'; readonly operand: Condition }
  | { readonly kind: 'known'; readonly value: boolean }
  | { readonly kind: 'true'; readonly value: Value }
  | { readonly kind: 'null'; readonly value: Value; readonly negated: boolean }
  | {
      readonly kind: 'comparison';
      readonly operator: '=' | '!=' | '<' | '<=' | '>' | '>=';
      readonly left: Value;
      readonly right: Value;
    }
  | { readonly kind: 'member'; readonly value: Value; readonly members: readonly Constant[] }
  | {
      readonly kind: 'range';
      readonly value: Value;
      readonly begin: bigint;
      readonly end: bigint;
      readonly stride: bigint;
    }
  | { readonly kind: 'matches'; readonly value: Value; readonly pattern: string }
  /** Timespans that share an instant. */
  | { readonly kind: 'overlap'; readonly left: Value; readonly right: Value }
  /** A timespan that holds an instant. */
  | { readonly kind: 'contains'; readonly timespan: Value; readonly instant: Value }
  /** Regions that are not surely apart. */
  | { readonly kind: 'spatial'; readonly left: Value; readonly right: Value };
