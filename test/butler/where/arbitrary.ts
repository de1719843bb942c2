/** Arbitrary expressions: well-formed ones, tokens in any order, and bytes. */
import fc from 'fast-check';

/** A word that no SQL of ours has. */
export const CANARY = 'xcanaryx';

/** What the expressions here have bound. */
export const BIND = JSON.stringify({
  one: 1,
  half: 0.5,
  name: 'DECam',
  quote: `'"; drop table ${CANARY}; --`,
  list: ['a', "'", '"', '\\', '{', '}', ',', null, CANARY],
  ids: [1, 2, 2 ** 53],
  none: [],
  no: null,
  yes: true,
  time: { $time: '2019-04-02' },
  span: { $timespan: { begin: '2019-04-02', end: null } },
  place: { $lonlat: [10, 20] },
  area: { $region: 'CIRCLE 10 20 1' },
});

const TOKENS = [
  ...['and', 'OR', 'not', 'In', 'overlaps', 'null', 'true'],
  ...['=', '!=', '<', '<=', '>', '>=', '+', '-', '*', '/', '%', '(', ')', '(', ')', ','],
  ...[
    'instrument',
    'visit',
    'exposure',
    'exposure.seq_num',
    'visit.region',
    'tract.region',
    'raw.run',
    'seq_num',
  ],
  ...[
    'visit.timespan',
    'visit.timespan.begin',
    'visit.exposure_time',
    'exposure.can_see_sky',
    'band',
    'nope',
    'a.b.c',
  ],
  ...['1', '0', '-5', '1.5', '.5e3', '1e999', '99999999999999999999', '1..5', '5..1', '-3..9:2', '1..2:0'],
  ...["'DECam'", "''", `'${CANARY}'`, "'", "T'2019-04-02'", "T'58575.5/tai'", "T'nonsense'", "T'"],
  ...[
    ':one',
    ':half',
    ':name',
    ':quote',
    ':list',
    ':ids',
    ':none',
    ':no',
    ':yes',
    ':time',
    ':span',
    ':place',
    ':area',
    ':nope',
  ],
  ...['glob(', 'uuid(', 'point(', 'circle(', 'box(', 'polygon(', 'region(', 'foo('],
  ...[
    "UUID('00000000000000000000000000000000')",
    'point(1, 2)',
    "region('CIRCLE 1 2 3')",
    "glob(raw.run, 'a*')",
  ],
  ...[';', '--', '/*', '"', '$1', '\\', '\0', '\ud800', '🙂', '::', '..', '.'],
] as const;

const soup = fc
  .array(fc.tuple(fc.constantFrom(...TOKENS), fc.constantFrom('', ' ', ' ', ' ', '\n')), { maxLength: 30 })
  .map((tokens) => tokens.flat().join(''));

/** Integers, floats, strings and times: what may be compared with its kind. */
const { condition } = fc.letrec<{
  condition: string;
  int: string;
  float: string;
  string: string;
  time: string;
  timespan: string;
}>((tie) => {
  const tuple = (...parts: (string | fc.Arbitrary<string>)[]) =>
    fc
      .tuple(...parts.map((part) => (typeof part === 'string' ? fc.constant(part) : part)))
      .map((all) => all.join(''));
  const comparison = fc.constantFrom(' = ', '!=', ' < ', '<=', '>', ' >= ');
  const list = (member: fc.Arbitrary<string>) =>
    fc.array(member, { minLength: 1, maxLength: 5 }).map((members) => `(${members.join(', ')})`);
  const numbers = fc.integer().map((n) => (n < 0 ? `(${n})` : String(n)));
  const quoted = fc
    .string({ unit: 'grapheme' })
    .filter((text) => !/['\0\p{Cs}]/u.test(text))
    .map((text) => `'${text}'`);
  const range = fc
    .tuple(fc.integer({ min: -100, max: 100 }), fc.nat({ max: 50 }), fc.integer({ min: 1, max: 9 }))
    .map(([begin, length, stride]) => `${begin}..${begin + length}:${stride}`);
  const membership = fc.constantFrom(' in ', ' NOT IN ');
  const region = fc.oneof(
    tuple(
      'circle(',
      fc.nat({ max: 360 }).map(String),
      ', ',
      fc.integer({ min: -90, max: 90 }).map(String),
      ', 1.5)',
    ),
    fc.constantFrom(
      'point(1, 2)',
      ':place',
      ':area',
      'box(1, 2, 3, 4)',
      'polygon(0, 0, 1, 0, 1, 1, 0.5, 0.5)',
    ),
  );
  return {
    condition: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      tuple(tie('int'), comparison, fc.oneof(tie('int'), tie('float'))),
      tuple(tie('float'), comparison, tie('float')),
      tuple(tie('string'), comparison, tie('string')),
      tuple(tie('time'), comparison, tie('time')),
      tuple(tie('timespan'), ' overlaps ', fc.oneof(tie('timespan'), tie('time'))),
      tuple(
        tie('int'),
        membership,
        list(fc.oneof(fc.nat().map(String), range, fc.constantFrom(':one', ':ids', 'ids', ':none'))),
      ),
      tuple(tie('string'), membership, list(fc.oneof(quoted, fc.constantFrom(':name', ':list', 'NULL')))),
      tuple('glob(', tie('string'), ', ', quoted, ')'),
      tuple(tie('int'), fc.constantFrom(' = null', ' != NULL')),
      fc.constantFrom('exposure.can_see_sky', ':yes', 'visit.region overlaps tract.region'),
      tuple('visit.region overlaps ', region),
      tuple(tie('condition'), fc.constantFrom(' and ', ' OR '), tie('condition')),
      tuple('not ', tie('condition')),
      tuple('(', tie('condition'), ')'),
    ) as fc.Arbitrary<string>,
    int: fc.oneof(
      { maxDepth: 3 },
      fc.constantFrom(
        'visit',
        'exposure.seq_num',
        'seq_num',
        'detector.id',
        ':one',
        'one',
        '9223372036854775807',
      ),
      numbers,
      tuple('(', tie('int'), fc.constantFrom(' + ', ' - ', '*', '/', '%'), tie('int'), ')'),
      tuple('- ', tie('int')),
    ) as fc.Arbitrary<string>,
    float: fc.oneof(
      { maxDepth: 3 },
      fc.constantFrom('visit.exposure_time', 'exposure.dark_time', ':half', '1.5e3', '0.0', '1e300'),
      tuple('(', tie('float'), fc.constantFrom(' + ', ' - ', '*', '/'), tie('float'), ')'),
      tuple('- ', tie('float')),
    ) as fc.Arbitrary<string>,
    string: fc.oneof(
      fc.constantFrom('instrument', 'band', 'exposure.obs_id', 'visit.name', ':name', ':quote'),
      quoted,
    ),
    time: fc.constantFrom(
      'visit.timespan.begin',
      'exposure.timespan.end',
      "T'2019-04-02'",
      "T'58575.5/tai'",
      ':time',
    ),
    timespan: fc.constantFrom(
      ...[
        'visit.timespan',
        'exposure.timespan',
        ':span',
        "(T'2019-04-01', T'2019-04-03')",
        "(NULL, T'2019-04-03')",
      ],
    ),
  };
});

/** Well-formed, and mostly of fitting types; its names are those of a query for exposures. */
export const arbitraryCondition: fc.Arbitrary<string> = condition;

export const arbitraryText: fc.Arbitrary<string> = fc.oneof(
  soup,
  fc.string({ unit: 'binary', maxLength: 50 }),
  fc.array(fc.nat({ max: 0xffff }), { maxLength: 50 }).map((units) => String.fromCharCode(...units)),
);
