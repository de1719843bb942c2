/** Arithmetic on constants. */
import type { ArithmeticOperator } from './ast.ts';
import { type Constant, floatConstant, integerConstant } from './bind.ts';

type Wrong = (why: string) => Error;

/** The result for two integers, divided as SQL does, towards zero, or two floats; the divisor is not zero. */
export function folded(a: Constant, operator: ArithmeticOperator, b: Constant, wrong: Wrong): Constant {
  return a.type === 'int'
    ? integerConstant(ofIntegers(BigInt(a.text), operator, BigInt(b.text)), wrong)
    : floatConstant(ofFloats(Number(a.text), operator, Number(b.text)), wrong);
}

function ofIntegers(a: bigint, operator: ArithmeticOperator, b: bigint): bigint {
  switch (operator) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
      return a / b;
    case '%':
      return a % b;
  }
}

function ofFloats(a: number, operator: ArithmeticOperator, b: number): number {
  switch (operator) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
      return a / b;
    case '%':
      return a % b;
  }
}

export function negated(a: Constant, wrong: Wrong): Constant {
  return a.type === 'int' ? integerConstant(-BigInt(a.text), wrong) : floatConstant(-Number(a.text), wrong);
}
