/** Whatever is given as an expression: a tree, or an error of ours that shows its place; never anything else. */
import test, { type ExecutionContext } from 'ava';
import fc from 'fast-check';
import { Parameters } from '../../../plv8/butler/statement.ts';
import { parseBind } from '../../../plv8/butler/where/bind.ts';
import { compileWhere } from '../../../plv8/butler/where/compile.ts';
import { parse } from '../../../plv8/butler/where/parser.ts';
import { print } from '../../../plv8/butler/where/print.ts';
import { parseTime, TimeError } from '../../../plv8/butler/where/times.ts';
import { Failure } from '../../../plv8/failure.ts';
import { arbitraryCondition, arbitraryText, BIND, CANARY } from './arbitrary.ts';
import { analysed, column } from './support.ts';

const RUNS = { numRuns: 2000 };

/** Runs it, and says whether it went well; any error but a named one with a place fails the test. */
function survives(t: ExecutionContext, text: string, run: () => void): boolean {
  try {
    run();
    t.pass();
    return true;
  } catch (error) {
    if (
      !(error instanceof Failure) ||
      !/^(InvalidQueryError|UnimplementedQueryError): /.test(error.message) ||
      !/^Line \d+, column \d+:\n.*\n *\^+$/.test(error.detail ?? '')
    )
      t.fail(`${JSON.stringify(text)}: ${(error as Error).stack}`);
    return false;
  }
}

/** SQL of a predicate holds nothing but our own words, columns and numbered parameters. */
const OWN = new RegExp(
  [
    String.raw`\(\$1\)\[\d+\]::(?:int8range|int8|float8|numeric|text|uuid|bool)(?:\[\])?`,
    String.raw`::numeric|sky\.region_overlaps_base64|sky\.region_contains|sky\.region_from_base64|butler\._(?:shown|stored)_timespan`,
    String.raw`<column>|'&'|\|\||&&|@>|!=|<=|>=|[-+*/%=<>(),01]`,
    String.raw`\b(?:and|or|not|is|null|true|false|between|any|like|lower|upper|nullif|div|mod)\b`,
    String.raw`\s+`,
  ].join('|'),
  'g',
);

function compiles(t: ExecutionContext, text: string): boolean {
  return survives(t, text, () => {
    const parameters = new Parameters();
    const sql = compileWhere(
      analysed(text, { bind: BIND, datasetTypes: ['raw'] }),
      (reference) => {
        t.regex(column(reference), /^[a-z_0-9.]+$/);
        return '<column>';
      },
      parameters,
    );
    t.is(sql.replace(OWN, ''), '', sql);
    t.false(sql.includes(CANARY));
  });
}

test('whatever text is given, it is an expression or refused by name', (t) => {
  fc.assert(
    fc.property(arbitraryText, (text) => {
      survives(t, text, () => parse(text));
    }),
    RUNS,
  );
});

test('the canonical text of whatever is an expression is canonical', (t) => {
  fc.assert(
    fc.property(arbitraryText, (text) => {
      let first = 'None';
      survives(t, text, () => {
        first = print(parse(text));
      });
      if (first !== 'None') t.is(print(parse(first)), first);
    }),
    RUNS,
  );
  fc.assert(
    fc.property(arbitraryCondition, (text) => {
      const first = print(parse(text));
      t.is(print(parse(first)), first);
    }),
    RUNS,
  );
});

test('whatever is an expression compiles to words of ours alone, or is refused by name', (t) => {
  let made = 0;
  fc.assert(
    fc.property(fc.oneof(arbitraryText, arbitraryCondition), (text) => {
      if (compiles(t, text)) made += 1;
    }),
    { numRuns: 5000 },
  );
  t.true(made > 500, `only ${made} compiled`);
});

test('changed expressions are expressions, or refused by name', (t) => {
  const change = fc.record({
    at: fc.nat(),
    take: fc.nat({ max: 4 }),
    give: fc.oneof(
      fc.string({ unit: 'binary', maxLength: 3 }),
      fc.constantFrom(
        "'",
        "''",
        '"',
        '(',
        ')',
        ';',
        '--',
        '/*',
        ',',
        '..',
        ':',
        "T'",
        '\0',
        '\ud800',
        '$1',
        '\\',
        '☉',
      ),
    ),
  });
  fc.assert(
    fc.property(arbitraryCondition, fc.array(change, { minLength: 1, maxLength: 4 }), (text, changes) => {
      let changed = text;
      for (const { at, take, give } of changes) {
        const place = at % (changed.length + 1);
        changed = changed.slice(0, place) + give + changed.slice(place + take);
      }
      compiles(t, changed);
    }),
    { numRuns: 5000 },
  );
});

test('attempts to break out of a string stay strings', (t) => {
  for (const text of [
    `instrument = '${CANARY}'`,
    `instrument = '${CANARY}; drop table canary; --'`,
    `instrument in ('","', '{}', '$1', '($1)[1]')`,
    `glob(instrument, '%${CANARY}*_')`,
    `instrument = :quote and instrument in (:list)`,
  ])
    t.true(compiles(t, text), text);
  for (const text of [
    `instrument = '\\'; drop table canary; --'`,
    `instrument = 'x' ; drop table canary`,
    `instrument = 'x'; --`,
    `instrument = 'x' -- `,
    `instrument = 'x' /* `,
    `instrument = $1`,
    `instrument = 'x'::text`,
    `pg_sleep(1)`,
    `instrument = E'x'`,
    `"instrument" = 'x'`,
    `exposure."obs_id" = 'x'`,
    `visit = (select 1)`,
    `instrument = 'x' or true`,
    `visit = 1 or 1 = 1; `,
    `visit.id; drop = 1`,
    `exposure = 1 union select 1`,
  ])
    t.false(compiles(t, text), text);
});

test('bound values are values, or refused by name', (t) => {
  const member = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.integer(),
    fc.double(),
    fc.boolean(),
    fc.constant(null),
  );
  const object = fc.dictionary(
    fc.constantFrom(
      '$time',
      '$timespan',
      '$lonlat',
      '$uuid',
      '$region',
      'polygon_lonlat_deg',
      'scale',
      'sphgeom_hex',
      'begin',
    ),
    fc.oneof(member, fc.array(member), fc.dictionary(fc.constantFrom('begin', 'end', 'begin_ns'), member)),
  );
  const json = fc
    .oneof(
      fc.json(),
      fc
        .dictionary(fc.string(), fc.oneof(member, fc.array(fc.oneof(member, object)), object))
        .map((o) => JSON.stringify(o)),
    )
    .chain((text) =>
      fc.oneof(
        fc.constant(text),
        fc.nat().map((at) => text.slice(0, at % (text.length + 1))),
      ),
    );
  fc.assert(
    fc.property(json, (text) => {
      try {
        parseBind(text);
      } catch (error) {
        t.true(
          error instanceof Failure && error.message.startsWith('InvalidQueryError: '),
          `${text}: ${error}`,
        );
      }
    }),
    RUNS,
  );
});

test('whatever is given as a time is one, or refused', (t) => {
  const digits = fc.string({ unit: fc.constantFrom(...'0123456789-:T ./+eE'), maxLength: 30 });
  const parts = fc.constantFrom(
    'mjd',
    'jd',
    'iso',
    'fits',
    'yday',
    'unix',
    'gps',
    'utc',
    'tai',
    'tt',
    'x',
    '',
  );
  fc.assert(
    fc.property(
      fc.oneof(
        digits,
        fc.string({ unit: 'binary' }),
        fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
      ),
      fc.option(parts),
      fc.option(parts),
      (time, before, after) => {
        const text = [before, time, after].filter((part) => part !== null).join('/');
        try {
          const parsed = parseTime(text);
          t.deepEqual(parseTime(parsed.text), parsed, text);
        } catch (error) {
          t.true(error instanceof TimeError, `${text}: ${error}`);
        }
      },
    ),
    { numRuns: 5000 },
  );
});
