/** Values that come beside an expression. */
import type { ValueType } from './reference.ts';

/** A constant of the expression: what `Parameters` needs of it. */
export interface Constant {
  readonly type: ValueType;
  /** PostgreSQL's text form of the value. */
  readonly text: string;
}

export type Bound = Constant | null | readonly (Constant | null)[];

export type Bindings = ReadonlyMap<string, Bound>;
