/** Rules of headers: every conversion and condition, alone. */
import test from 'ava';
import { type Condition, type Rule, recognises, translate } from '../../plv8/butler/header.ts';

const header = (cards: Record<string, string | null>) => new Map(Object.entries(cards));

const rule = (
  property: string,
  conversion: string,
  keywords: readonly string[] = [],
  argument: unknown = null,
  condition: Condition | null = null,
): Rule => ({ property, keywords, conversion, argument, condition });

/** What one rule makes of a header. */
const made = (
  cards: Record<string, string | null>,
  conversion: string,
  keywords?: readonly string[],
  argument?: unknown,
) => translate(header(cards), [rule('it', conversion, keywords, argument)]).get('it');

const all = (cards: Record<string, string | null>, ...rules: Rule[]) =>
  Object.fromEntries(translate(header(cards), rules));

test('text: the first keyword that is there, trimmed; empty text is one', (t) => {
  t.is(made({ B: ' two ', A: null }, 'text', ['A', 'B']), 'two');
  t.is(made({ A: '', B: 'x' }, 'text', ['A', 'B']), '');
  t.is(made({}, 'text', ['A']), undefined);
});

test('lower, upper: empty text is nothing', (t) => {
  t.is(made({ A: '', B: 'Dome Flat' }, 'lower', ['A', 'B']), 'dome flat');
  t.is(made({ A: 'hsc-r' }, 'upper', ['A']), 'HSC-R');
});

test('number: what is none is left out', (t) => {
  t.is(made({ A: '1.50e1' }, 'number', ['A']), '15');
  for (const bad of ['NaN', 'inf', 'fast', '']) t.is(made({ A: bad }, 'number', ['A']), undefined);
});

test('integer: every digit, beyond 2^53 too', (t) => {
  t.is(made({ A: '0009007199254740993' }, 'integer', ['A']), '9007199254740993');
  t.is(made({ A: '1.5' }, 'integer', ['A']), undefined);
});

test('boolean, constant, property', (t) => {
  t.deepEqual(
    ['T', 'true', 'F', 'no'].map((A) => made({ A }, 'boolean', ['A'])),
    ['true', 'true', 'false', 'false'],
  );
  t.deepEqual(all({}, rule('a', 'constant', [], 90), rule('b', 'property', [], 'a')), { a: '90', b: '90' });
});

test('map: names without regard to case, and * for all others', (t) => {
  t.is(made({ A: 'OBJECT' }, 'map', ['A'], { object: 'science' }), 'science');
  t.is(made({ A: 'flat' }, 'map', ['A'], { object: 'science' }), undefined);
  t.is(made({ A: 'flat' }, 'map', ['A'], { object: 'science', '*': 'other' }), 'other');
});

test('pattern: groups, letters as numbers, sums; what does not match is nothing', (t) => {
  const frame = { pattern: '^HSC([A-Z])(\\d{6})00$', text: '$2', letter: { group: 1, times: 1000000 } };
  t.is(made({ A: 'HSCB04090000' }, 'pattern', ['A'], frame), '1040900');
  t.is(made({ A: 'HSC?04090000' }, 'pattern', ['A'], frame), undefined);
  t.is(
    made({ A: 'n9007199254740992' }, 'pattern', ['A'], { pattern: '(\\d+)', text: '$1', add: 1 }),
    '9007199254740993',
  );
  t.is(made({ A: 'nx' }, 'pattern', ['A'], { pattern: 'n(.)', text: '$1', add: 1 }), undefined);
  t.is(
    made({ A: '1' }, 'pattern', ['A'], { pattern: '([A-Z])?1', text: '1', letter: { group: 1, times: 5 } }),
    undefined,
  );
  t.deepEqual(
    all(
      { A: 'r_57' },
      rule('filter', 'text', ['A']),
      rule('band', 'pattern', [], { property: 'filter', pattern: '^(.)_', text: '$1' }),
    ),
    { filter: 'r_57', band: 'r' },
  );
});

test('join: keywords, then properties, those that are there', (t) => {
  t.is(made({ A: 'SDSSi', B: '', C: 'ND' }, 'join', ['A', 'B', 'C'], { with: '~' }), 'SDSSi~ND');
  t.is(made({ A: '' }, 'join', ['A'], { with: '~' }), undefined);
  t.deepEqual(
    all(
      { A: 'x' },
      rule('p', 'constant', [], 'y'),
      rule('q', 'join', ['A'], { with: '~', properties: ['p', 'none'] }),
    ),
    { p: 'y', q: 'x~y' },
  );
});

test('linear: whole numbers exactly, others into their circle', (t) => {
  const id = { terms: { DAYOBS: 100000, SEQNUM: 1 } };
  t.is(made({ DAYOBS: '90071992547', SEQNUM: '40993' }, 'linear', [], id), '9007199254740993');
  t.is(made({ DAYOBS: '20250415' }, 'linear', [], id), undefined);
  t.is(made({ AZ: '-10' }, 'linear', [], { terms: { AZ: 1 }, modulo: 360 }), '350');
  t.is(made({ AZ: '221.749142212668' }, 'linear', [], { terms: { AZ: 1 }, modulo: 360 }), '221.749142212668');
  t.is(made({ PA: '100' }, 'linear', [], { terms: { PA: -1 }, add: 270, modulo: 360 }), '170');
  t.is(made({ PA: '10' }, 'linear', [], { terms: { PA: 1 }, add: -180, modulo: 360, from: -180 }), '-170');
  t.is(made({ PA: '350' }, 'linear', [], { terms: { PA: 1 }, modulo: 360, from: -180 }), '-10');
});

test('degrees, hours: sexagesimal or plain, the sign of -00 kept, and a correction', (t) => {
  t.is(made({ A: '-00:30:00' }, 'degrees', ['A']), '-0.5');
  t.is(made({ A: '02 00 00.0' }, 'hours', ['A']), '30');
  t.is(made({ A: '02:00:00.0' }, 'hours', ['A'], { add: -1 }), '29');
  t.is(made({ A: '123.5' }, 'hours', ['A']), '123.5');
  t.is(made({ A: 'here' }, 'degrees', ['A']), undefined);
});

test('time: UTC and TAI, day and time apart, MJD as the nearest double; what is none is left out', (t) => {
  const utc = { scale: 'utc' };
  const tai = { scale: 'tai' };
  t.is(made({ A: '2019-04-02T05:06:18.382875' }, 'time', ['A'], utc), '1554181615382875000');
  t.is(made({ A: '2019-04-02 05:06:18.382875' }, 'time', ['A'], tai), '1554181578382875000');
  t.is(made({ A: '2019-04-02', B: '05:06:18' }, 'time', ['A', 'B'], tai), '1554181578000000000');
  t.is(made({ A: '60623.27408938669' }, 'time', ['A'], { ...tai, format: 'mjd' }), '1731134081323009729');
  for (const bad of ['2019-13-45T00:00:00', '2019-04-02', 'yesterday', ''])
    t.is(made({ A: bad }, 'time', ['A'], utc), undefined, bad);
  t.is(made({ A: 'x' }, 'time', ['A'], { ...tai, format: 'mjd' }), undefined);
});

test('later, latest, day', (t) => {
  const begin = rule('begin', 'constant', [], '1554181615382875000');
  const end = rule('end', 'later', [], { begin: 'begin', seconds: 'open' });
  t.is(all({}, begin, rule('open', 'constant', [], 0.5), end).end, '1554181615882875000');
  t.false('end' in all({}, begin, rule('open', 'constant', [], -1), end));
  t.is(all({}, begin, rule('last', 'latest', [], ['none', 'begin', 'end'])).last, '1554181615382875000');
  t.is(made({}, 'latest', [], ['none']), undefined);
  const day = (offset_s: number) => all({}, begin, rule('day', 'day', [], { time: 'begin', offset_s })).day;
  t.is(day(0), '20190402');
  t.is(day(43200), '20190401');
});

test('conditions: a keyword, any of several, a property, ranges, and several together', (t) => {
  const applies = (cards: Record<string, string | null>, condition: Condition) =>
    translate(header(cards), [
      rule('type', 'lower', ['TYPE']),
      rule('it', 'constant', [], 'yes', condition),
    ]).has('it');
  t.true(applies({ A: ' Zero ' }, { keyword: 'A', pattern: '^zero$' }));
  t.false(applies({ A: 'one' }, { keyword: 'A', pattern: '^zero$' }));
  t.true(applies({}, { keyword: 'A', pattern: '^$' }), 'what is absent is empty');
  t.true(applies({ TYPE: 'BIAS' }, { property: 'type', pattern: '^bias$' }));
  t.true(applies({ 'SIM A': '0', 'SIM B': '1' }, { keywords: '^SIM', pattern: '1' }));
  t.false(applies({ 'SIM A': '0', B: '1' }, { keywords: '^SIM', pattern: '1' }));
  const between: Condition = {
    keyword: 'ID',
    between: [
      [1, 5],
      ['9007199254740993', '9007199254740993'],
    ],
  };
  t.deepEqual(
    ['0', '1', '5', '6', '9007199254740992', '9007199254740993', 'x', ''].map((ID) =>
      applies({ ID }, between),
    ),
    [false, true, true, false, false, true, false, false],
  );
  const both: Condition = { keyword: 'A', pattern: 'a', and: { keyword: 'B', pattern: 'b' } };
  t.deepEqual([applies({ A: 'a', B: 'b' }, both), applies({ A: 'a' }, both)], [true, false]);
});

test('the first rule that applies and gives a value counts; empty text ends the search', (t) => {
  const rules = [rule('a', 'integer', ['X']), rule('a', 'text', ['Y']), rule('a', 'constant', [], 'last')];
  t.deepEqual(all({ X: '7', Y: 'y' }, ...rules), { a: '7' });
  t.deepEqual(all({ X: 'none', Y: 'y' }, ...rules), { a: 'y' });
  t.deepEqual(all({ Y: '' }, ...rules), { a: '' });
  t.deepEqual(all({}, ...rules), { a: 'last' });
});

test('recognition: one condition that holds of a keyword that is there', (t) => {
  const conditions: Condition[] = [
    { keyword: 'INSTRUME', pattern: '^cam$', and: { keyword: 'TELESCOP', pattern: 'big' } },
    { keyword: 'FILTER', pattern: 'Cam' },
  ];
  t.true(recognises(conditions, header({ INSTRUME: 'CAM', TELESCOP: 'the big one' })));
  t.false(recognises(conditions, header({ INSTRUME: 'CAM' })));
  t.true(recognises(conditions, header({ FILTER: 'g DECam' })));
  t.false(recognises([{ keyword: 'A', pattern: '' }], header({})), 'what is absent is not recognised');
});

test('rules that cannot work: properties in a circle, unknown conversions, bad arguments', (t) => {
  const failing = (...rules: Rule[]) =>
    t.throws(() => translate(header({ A: 'x' }), rules)) as Error & { hint: string };
  const circle = failing(rule('a', 'property', [], 'b'), rule('b', 'property', [], 'a'));
  t.regex(circle.message, /^InvalidQueryError: header rules of a, b need each other$/);
  const unknown = failing(rule('a', 'guess', ['A']));
  t.regex(unknown.message, /^InvalidQueryError: header rules know no conversion 'guess'/);
  t.regex(unknown.hint, /text, lower, .*day/);
  for (const bad of [
    rule('a', 'linear'),
    rule('a', 'pattern', ['A'], { pattern: '(', text: '$1' }),
    rule('a', 'text', ['A'], null, { keyword: 'A', pattern: '(' }),
    rule('a', 'text', ['A'], null, { keyword: 'B', pattern: '', and: { keyword: 'A', pattern: '[' } }),
  ])
    t.regex(failing(bad).message, /^InvalidQueryError: a header rule of a does not work: /);
});
