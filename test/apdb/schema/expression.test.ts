import test from 'ava';
import { staysInside } from '../../../plv8/apdb/schema/expression.ts';

test('an expression stays within its parentheses', (t) => {
  for (const expression of [
    '"ra" >= 0 and ("ra" < 360)',
    "band in ('u', 'it''s', ')')",
    '"odd "" ) name" is not null',
    'x > -1',
  ])
    t.true(staysInside(expression), expression);
});

test('what would leave them does not pass', (t) => {
  for (const expression of [
    'true); drop table x; --',
    'true) or (true',
    '(true',
    'true -- and',
    'true /* and',
    "'open",
    '"open',
    "E'\\'' = ') or ('",
    "x = U&'\\0027'",
    '$$a$$ = b',
    'true; select 1',
    '',
    ' ',
  ])
    t.false(staysInside(expression), expression);
});
