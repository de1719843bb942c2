import test from 'ava';
import type { Chain, Expression } from '../../../plv8/butler/where/ast.ts';
import { parse } from '../../../plv8/butler/where/parser.ts';
import { print } from '../../../plv8/butler/where/print.ts';
import { refused } from './support.ts';

const canonical: readonly (readonly [string, string])[] = [
  ['a=1 or b=2 and c=3', 'a = 1 OR b = 2 AND c = 3'],
  ['not a=1 and b=2', 'NOT a = 1 AND b = 2'],
  ['a + 2*b % 3 = -c', 'a + 2 * b % 3 = - c'],
  ['x in (1..10:2, 5, :y)', 'x IN (1..10:2, 5, :y)'],
  ["x not in ('a','b')", "x NOT IN ('a', 'b')"],
  ["t overlaps (T'2020-01-01', null)", "t OVERLAPS (T'2020-01-01 00:00:00.000', null)"],
  ['(a=1)', '(a = 1)'],
  ['a.b.c > 1.5e3', 'a.b.c > 1.5e3'],
  ["glob(a.b, 'x*')", "GLOB(a.b, 'x*')"],
  ['point(1, -2.5)', 'POINT(1, - 2.5)'],
  ['region overlaps circle(10, 20, 0.5)', 'region OVERLAPS CIRCLE(10, 20, 0.5)'],
  ['a = 1 = 2', 'a = 1 = 2'],
  ['- - 3 = a', '- - 3 = a'],
  ['', 'None'],
  ['   ', 'None'],
  ['a=1 AND NOT b=2 OR NOT (c=3)', 'a = 1 AND NOT b = 2 OR NOT (c = 3)'],
  ['a<b<c', 'a < b < c'],
  ["uuid('12345678-1234-5678-1234-567812345678') = x", "UUID('12345678-1234-5678-1234-567812345678') = x"],
  ['box(1,2,3,4)', 'BOX(1, 2, 3, 4)'],
  ['polygon(1,2,3,4,5,6)', 'POLYGON(1, 2, 3, 4, 5, 6)'],
  ["region('CIRCLE 1 2 3')", "REGION('CIRCLE 1 2 3')"],
  ['x IN (-5 .. -1 : 2, +3, - 4, .5)', 'x IN (-5..-1:2, + 3, - 4, .5)'],
  ['x in (1..5:1)', 'x IN (1..5)'],
  [
    "x in (T'58575', uuid('00000000000000000000000000000000'), ids)",
    "x IN (T'58575', UUID('00000000000000000000000000000000'), ids)",
  ],
  ["t'2020-01-01T00:00/tai' < T'mjd/5.5/utc'", "T'2020-01-01T00:00:00.000/tai' < T'5.5/utc'"],
  ['a\n\t=\r\n1', 'a = 1'],
  ['s = \'größer ☉ "x"; --\'', 's = \'größer ☉ "x"; --\''],
  ['not not a', 'NOT NOT a'],
  ['5-3=2', '5 - 3 = 2'],
  ['a!=b and a>=b and a<=b', 'a != b AND a >= b AND a <= b'],
  ['Point = region and in_ = INs', 'Point = region AND in_ = INs'],
];

test('expressions have one canonical text, which parses to itself', (t) => {
  for (const [text, expected] of canonical) {
    t.is(print(parse(text)), expected, text);
    if (expected !== 'None') t.is(print(parse(expected)), expected);
  }
});

/** The tree as a text in which every chain is in brackets. */
function shape(node: Expression): string {
  switch (node.kind) {
    case 'chain': {
      const parts = node.operands.map(shape);
      return `[${parts.map((part, i) => (i ? `${(node as Chain).operators[i - 1]} ${part}` : part)).join(' ')}]`;
    }
    case 'unary':
      return `[${node.operator} ${shape(node.operand)}]`;
    case 'parenthesised':
      return shape(node.inner);
    case 'in':
      return `[${shape(node.operand)} IN]`;
    case 'number':
      return node.text;
    case 'identifier':
      return node.name;
    default:
      return node.kind;
  }
}

test('operators bind in the order OR, AND, NOT, comparisons, + -, * / %, signs', (t) => {
  for (const [text, expected] of [
    ['a or b and c', '[a OR [b AND c]]'],
    ['a and b or c and d', '[[a AND b] OR [c AND d]]'],
    ['not a = 1 and b = 2', '[[NOT [a = 1]] AND [b = 2]]'],
    ['not a or b', '[[NOT a] OR b]'],
    ['a + b * c - d', '[a + [b * c] - d]'],
    ['a * b + c % d = 1', '[[[a * b] + [c % d]] = 1]'],
    ['- a * b', '[[- a] * b]'],
    ['- - a + b', '[[- [- a]] + b]'],
    ['a + 1 in (1)', '[[a + 1] IN]'],
    ['not a in (1) and b', '[[NOT [a IN]] AND b]'],
    ['(a or b) and c', '[[a OR b] AND c]'],
    ['a overlaps b and c', '[[a OVERLAPS b] AND c]'],
  ] as const)
    t.is(shape(parse(text).root!), expected, text);
});

test('what is no expression is refused, with its place and what was expected', (t) => {
  for (const [text, column, message] of [
    ['a =', 4, /expected a value.*the expression ends/],
    ['= a', 1, /expected a value.*'='/],
    ['a b', 3, /expected an operator or the end, but there is 'b'/],
    ['(a', 3, /expected an operator, a comma or \)/],
    ['a)', 2, /expected an operator or the end/],
    ['()', 2, /expected a value/],
    ['x in ()', 7, /expected a literal, a range/],
    ['x in (1,)', 9, /expected a literal/],
    ['x in (1 2)', 9, /a comma or \)/],
    ['x in 1', 6, /a list in parentheses after IN/],
    ['x in (1+1)', 8, /a comma or \)/],
    ['x in (a.b)', 7, /a name without dots/],
    ['x in ((1))', 7, /a literal/],
    ['x in (point(1, 2))', 7, /POINT\(…\) cannot stand in the list/],
    ['x not 1', 7, /expected IN after NOT/],
    ['a = not b', 5, /expected a value.*'NOT'/],
    ['x = 1..5', 5, /a range can stand only in the list of IN/],
    ['x in (839001..839003:0)', 7, /stride of a range must be at least 1/],
    ['x in (3..1)', 7, /the range ends before it begins: 3\.\.1/],
    ['x in (1..9223372036854775808)', 7, /integers of 64 bits/],
    ['x in (-a)', 8, /expected a number after the sign/],
    ["x = 'a", 5, /a quote is not closed/],
    ["x = T'2020", 5, /a quote is not closed/],
    ["x = 'it''s'", 9, /expected an operator or the end, but there is the string 's'/],
    ['x = "a"', 5, /'"' has no meaning here/],
    ['x == 1', 4, /expected a value.*'='/],
    ['x <> 1', 4, /expected a value.*'>'/],
    ['x ! 1', 3, /'!' has no meaning/],
    ['x = : y', 5, /':' has no meaning/],
    ['a.b.c.d = 1', 6, /'\.' has no meaning/],
    ['x = 1\0', 6, /U\+0000 has no meaning/],
    ['ünder = 1', 1, /'ü' has no meaning/],
    ['x = 🙂', 5, /'🙂' has no meaning/],
    ["x = 'a\0b'", 5, /no database text can hold/],
    ['foo(1)', 1, /there is no function 'foo'/],
    ['point(1)', 1, /POINT takes 2 arguments, not 1/],
    ['polygon(1,2,3,4)', 1, /POLYGON takes at least three pairs/],
    ['polygon(1,2,3,4,5,6,7)', 1, /POLYGON takes at least three pairs/],
    ['circle()', 1, /CIRCLE takes 3 arguments, not 0/],
    ["T'nonsense' = a", 1, /'nonsense' is not a time/],
    ["T'2020-01-01' IN (a.begin, b)", 19, /a name without dots/],
    ['(a, b, c)', 6, /an operator or \) after the end of a timespan/],
    ['a IS NULL', 3, /'IS'/],
  ] as const) {
    const error = refused(t, () => parse(text), message);
    t.true(error.detail!.startsWith(`Line 1, column ${column}:\n`), `${text}: ${error.detail}`);
  }
});

test('words of other languages are met with what this one has', (t) => {
  t.regex(refused(t, () => parse('a is null')).hint!, /x = NULL/);
  t.regex(refused(t, () => parse("a like 'x%'")).hint!, /GLOB/);
  t.regex(refused(t, () => parse('a between 1 and 2')).hint!, /IN \(1\.\.10\)/);
  t.regex(refused(t, () => parse("a = 'it''s'")).hint!, /bind/i);
  t.regex(refused(t, () => parse('a = "b"')).hint!, /single quotes/);
});

test('an error shows the line and a caret under the place, whatever stands around it', (t) => {
  t.is(refused(t, () => parse('a = 1 and\n\tb = 🙂x\nand c')).detail, 'Line 2, column 6:\n b = 🙂x\n     ^');
  const long = refused(t, () => parse(`${'a = 1 and '.repeat(1000)}@${' or b'.repeat(1000)}`)).detail!;
  t.true(long.length < 300);
  t.regex(long, /^Line 1, column 10001:\n/);
});

test('deep nesting is refused, and wide expressions are not', (t) => {
  for (const opening of ['(', '-', '+', 'not ', 'a = (', 'point(', '- (']) {
    refused(t, () => parse(opening.repeat(100_000)), /nested more than 200 deep/);
    refused(t, () => parse(`${opening.repeat(150_000)}a`), /nested more than 200 deep/);
  }
  t.is(print(parse(`${'('.repeat(200)}a${')'.repeat(200)}`)).length, 401);
  for (const [piece, joint] of [
    ['a', ' or '],
    ['a', ' and '],
    ['a', ' = '],
    ['a', '+'],
    ['a', '*'],
    ['not a', ' or '],
    ['a in (1)', ' and '],
  ] as const) {
    const text = Array(200_000).fill(piece).join(joint);
    t.is(print(parse(print(parse(text)))), print(parse(text)));
  }
  t.is(print(parse(`x in (${'1,'.repeat(300_000)}1)`)).length, 900_008);
});

test('long runs of one character are read in one pass', (t) => {
  const n = 1_000_000;
  for (const run of [
    '1',
    ' ',
    '.',
    "'",
    '1 ',
    '1.',
    '1..',
    '-',
    'a.',
    ':',
    'e',
    '1e',
    'a ',
    "T'",
    '..',
    '(1..',
    '\n',
    '\0',
    '"',
  ])
    refused(t, () => parse(`${run.repeat(n / run.length)}@`));
  t.is(print(parse('1'.repeat(n))).length, n);
  t.is(print(parse(`a${' '.repeat(n)}= 1`)), 'a = 1');
  t.is(print(parse(`x in (1${' '.repeat(n)}.. 2)`)), 'x IN (1..2)');
});
