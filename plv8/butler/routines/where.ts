/** The expression language in SQL. */
import { type Routine, routine } from '../../routine.ts';
import { parse } from '../where/parser.ts';
import { print } from '../where/print.ts';

export const parse_expression: Routine = routine(
  {
    args: [['expression', 'text']],
    returns: 'text',
    volatility: 'immutable',
    comment:
      'The canonical text of a where-expression, None for one without content; names in it are not looked up. ' +
      'InvalidQueryError, with line and column, for what is no expression.',
  },
  (expression) => print(parse(expression)),
);
