/** Python's formats and conversions, value by value, against what Python itself answered. */
import test from 'ava';
import fc from 'fast-check';
import { checkTemplate, compileFormat, pathsOf } from '../../plv8/obscore/format/compile.ts';
import { convert, pythonFloat, pythonInt } from '../../plv8/obscore/format/convert.ts';
import { parseTemplate } from '../../plv8/obscore/format/template.ts';
import { formatValue, representation } from '../../plv8/obscore/format/value.ts';
import { cases, lookup, parsedValue } from './format_support.ts';

/** A result, or an error's message. */
function outcome<T>(body: () => T): { is: T } | { error: string } {
  try {
    return { is: body() };
  } catch (error) {
    return { error: (error as Error).message };
  }
}

test('a value under a specification is what Python makes of it, or fails with its words', (t) => {
  t.true(cases.value.length > 900);
  for (const [kind, text, spec, answer, error] of cases.value)
    t.deepEqual(
      outcome(() => formatValue(parsedValue(kind, text), kind, spec)),
      error === null ? { is: answer } : { error },
      `${kind} ${text} ${spec}`,
    );
});

test('repr and ascii of texts are those of Python', (t) => {
  for (const [text, repr, ascii] of cases.text) {
    t.is(representation(text, 'str', false), repr);
    t.is(representation(text, 'str', true), ascii);
  }
});

test('texts are whole numbers and floats where they are in Python', (t) => {
  for (const [text, int, float] of cases.number) {
    const whole = pythonInt(text);
    // Beyond 64 bits the cases have none.
    const stored = whole === null || BigInt.asIntN(64, whole) !== whole ? null : String(whole);
    t.is(stored, int, JSON.stringify(text));
    const number = pythonFloat(text);
    t.is(number === null ? null : formatValue(number, 'float', ''), float, JSON.stringify(text));
  }
});

test('templates that Python refuses are refused', (t) => {
  for (const [template, error] of cases.template)
    t.is(checkTemplate(template) === null, error === null, `${template}: ${error}`);
});

test('a complaint about a template is in the words of Python', (t) => {
  const complaints: Record<string, string | null> = {
    '': null,
    'no fields': null,
    '{{{visit}}}': null,
    '{': "Single '{' encountered in format string",
    '}': "Single '}' encountered in format string",
    '{visit': "expected '}' before end of string",
    '{vi{sit}': "unexpected '{' in field name",
    '{visit:{run}': "unmatched '{' in format spec",
    '{visit!}': "unmatched '{' in format spec",
    '{visit!x}': "Unknown conversion specifier 'x'",
    '{visit!ss}': "expected ':' after conversion specifier",
    '{visit:{run:{id}}}': 'Max string recursion exceeded',
    '{records[visit]name}': "Only '.' or '[' may follow ']' in format field specifier",
    '{records[visit].}': 'Empty attribute in format string',
    '{}': 'a field needs a name, and {} has none: only keys are known here',
    '{0}': 'a field needs a name, and {0} has none: only keys are known here',
    '{visit.real}': '{visit.real}: visit is a plain value, without parts',
    '{run[0]}': '{run[0]}: run is a plain value, without parts',
    '{records[visit]}': '{records[visit]} should have the form {records[dimension].field}',
    '{records}': '{records} should have the form {records[dimension].field}',
    'a\0b': 'a character of code 0 cannot be stored',
  };
  for (const [template, complaint] of Object.entries(complaints))
    t.is(checkTemplate(template), complaint, template);
});

test('the keys of a template are found wherever they stand', (t) => {
  t.deepEqual(pathsOf('{{no}}{visit:{width}}-{records[visit.x].name!r}'), [
    { name: 'visit' },
    { name: 'width' },
    { record: 'visit.x', field: 'name' },
  ]);
});

test('braces that are doubled are text, whatever text is around them', (t) => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      t.deepEqual(parseTemplate(text.replace(/[{}]/g, '$&$&')).join(''), text);
    }),
  );
});

test('so many digits of a double are its exact value, rounded half to even', (t) => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.nat(30), (x, places) => {
      // Seventeen digits read back as the same double.
      t.true(Object.is(Number(formatValue(x, 'float', '.16e')), x));
      // ECMAScript's are exact too, but round half away from zero.
      if (Math.abs(x) < 1e21 && !/[5]0*$/.test(formatValue(x, 'float', '.1100f').replace(/0+$/, ''))) {
        t.is(
          formatValue(x, 'float', `.${places}f`),
          Object.is(x, -0) ? `-${x.toFixed(places)}` : x.toFixed(places),
        );
      }
    }),
    { numRuns: 200 },
  );
  t.is(formatValue(0.125, 'float', '.2f'), '0.12');
  t.is(formatValue(0.375, 'float', '.2f'), '0.38');
  t.is(formatValue(2.5, 'float', '.0f'), '2');
  t.is(formatValue(1e23, 'float', '.16g'), '9.999999999999999e+22');
  t.is(formatValue(9.5, 'float', '.0e'), '1e+01');
});

test('whole numbers are exact to the last digit', (t) => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (value) => {
      t.is(formatValue(value, 'int', ''), String(value));
      t.is(BigInt(formatValue(value, 'int', '_').replaceAll('_', '')), value);
      const size = value < 0n ? -value : value;
      t.is(BigInt(formatValue(size, 'int', '#x')), size);
      t.is(formatValue(value, 'int', '025').length, 25);
    }),
  );
});

test('constant parts are folded, keys whose value is None included', (t) => {
  const compiled = compileFormat("{dataset_type}/{calib_level:03d}'s {o_ucd!r:>6}", lookup);
  t.like(compiled, { sql: `'raw/002''s   None'::text`, fails: null, constant: "raw/002's   None" });
  t.like(convert({ sql: '', fails: null, constant: ' 1_0 ' }, 'int', 'bigint'), {
    sql: `'10'::int8`,
    fails: null,
  });
  t.like(convert({ sql: '', fails: null, constant: '-inf' }, 'float', 'double precision'), {
    sql: `'-Infinity'::float8`,
    fails: null,
  });
  t.like(convert({ sql: '', fails: null, constant: 'no' }, 'bool', 'boolean'), {
    sql: 'null::bool',
    fails: `'invalid literal for int() with base 10: ''no'''::text`,
  });
  t.like(convert({ sql: '', fails: null, constant: 'né𝄞' }, 'string', 'character varying(3)'), {
    constant: 'né𝄞',
  });
  t.like(convert({ sql: '', fails: null, constant: 'né𝄞s' }, 'string', 'character varying(3)'), {
    fails: `'value of 4 characters is too long: the column has 3'::text`,
  });
});

test('a common template is plain SQL', (t) => {
  const plain = (template: string) => {
    const compiled = compileFormat(template, lookup);
    return 'sql' in compiled && !compiled.sql.includes('python_') ? compiled.fails : 'no';
  };
  t.is(plain('{run}/{det:03d}/{id}/{dataset_type:>5}/{name!s:.3}'), null);
  t.is(
    plain('{visit:08d}'),
    `case when r.visit is null then 'unsupported format string passed to NoneType.__format__' end`,
  );
  t.is(plain('{visit:x}'), 'no');
});

test('a key that is not there is told, and so is what no row can have', (t) => {
  t.deepEqual(compileFormat('{run}{records[visit].name}', lookup), { missing: 'records[visit].name' });
  t.deepEqual(compileFormat('{name:d}', lookup), {
    invalid: "Unknown format code 'd' for object of type 'str'",
  });
  t.deepEqual(compileFormat('{id:>40}', lookup), {
    invalid: 'unsupported format string passed to UUID.__format__',
  });
  t.deepEqual(compileFormat('{o_ucd:>4}', lookup), {
    invalid: 'unsupported format string passed to NoneType.__format__',
  });
  t.deepEqual(
    compileFormat('{records[visit].nosuch}', () => ({ invalid: 'visit has no nosuch' })),
    { invalid: 'visit has no nosuch' },
  );
});
