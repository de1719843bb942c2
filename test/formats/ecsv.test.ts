import { gzipSync } from 'node:zlib';
import test from 'ava';
import { openEcsv } from '../../src/formats/ecsv.ts';
import type { Column, ElementType } from '../../src/formats/table.ts';
import { FormatError } from '../../src/formats/table.ts';
import { temporary } from './parquet-fixture.ts';
import { refusalOf, rowsOf } from './rows.ts';

function ecsv(yaml: string, data: string): string {
  const header = ['%ECSV 1.0', '---', ...yaml.trimEnd().split('\n')];
  return `${header.map((line) => `# ${line}`).join('\n')}\n${data}`;
}

async function read(text: string | Uint8Array): Promise<{ columns: readonly Column[]; rows: unknown[][] }> {
  await using file = await openEcsv(temporary('x.ecsv', text));
  return { columns: file.tables[0].columns, rows: await rowsOf(file.tables[0]) };
}

const refusal = (text: string | Uint8Array) => refusalOf(read(text));

const one = (type: string, ...values: string[]) =>
  ecsv(`datatype:\n- {name: x, ${type}}`, `x\n${values.join('\n')}\n`);

test('every datatype becomes the type that holds its range, with its extremes', async (t) => {
  const expected: [string, ElementType, string[], unknown[]][] = [
    ['bool', 'boolean', ['True', 'False', '1', 'false'], [1, 0, 1, 0]],
    ['int8', 'int16', ['-128', '127'], [-128, 127]],
    ['uint8', 'int16', ['0', '255'], [0, 255]],
    ['int16', 'int16', ['-32768'], [-32768]],
    ['uint16', 'int32', ['65535'], [65535]],
    ['int32', 'int32', ['-2147483648'], [-2147483648]],
    ['uint32', 'int64', ['4294967295'], [4294967295n]],
    ['int64', 'int64', ['9007199254740993', '-9223372036854775808'], [9007199254740993n, -(2n ** 63n)]],
    ['uint64', 'numeric', ['18446744073709551615'], ['18446744073709551615']],
    ['float16', 'float32', ['0.5'], [0.5]],
    ['float32', 'float32', ['nan', '-inf', '1e3'], [Number.NaN, -Infinity, 1000]],
    ['float64', 'float64', ['0.1', '.5', '5.', '+Infinity'], [0.1, 0.5, 5, Infinity]],
    ['float128', 'numeric', ['3.14159265358979323846'], ['3.14159265358979323846']],
    ['string', 'text', ['007', 'α'], ['007', 'α']],
    ['complex128', 'text', ['(1+2j)'], ['(1+2j)']],
  ];
  for (const [datatype, type, fields, values] of expected) {
    const { columns, rows } = await read(one(`datatype: ${datatype}`, ...fields));
    t.is(columns[0].type, type);
    t.deepEqual(
      rows,
      values.map((value) => [value]),
      datatype,
    );
  }
});

test('a value outside its datatype is refused by row and column', async (t) => {
  for (const [datatype, field] of [
    ['int8', '128'],
    ['uint8', '-1'],
    ['int64', '9223372036854775808'],
    ['int32', '1.0'],
    ['float64', '1,5'],
    ['bool', 'yes'],
  ]) {
    const error = await refusal(one(`datatype: ${datatype}`, '1', field));
    t.like(error, { row: 2, column: 'x' }, `${field} as ${datatype}`);
    t.true(error.message.includes(field));
  }
});

test('an empty field is NULL for every type, in quotes or not', async (t) => {
  const { rows } = await read(
    ecsv(
      "delimiter: ','\ndatatype:\n- {name: a, datatype: int64}\n- {name: b, datatype: string}",
      'a,b\n,""\n"",\n',
    ),
  );
  t.deepEqual(rows, [
    [null, null],
    [null, null],
  ]);
});

test('units, UCDs and descriptions are read; a name or unit may look like anything', async (t) => {
  const { columns } = await read(
    ecsv(
      "datatype:\n-\n  name: 1.0\n  datatype: float64\n  unit: '%'\n  description: 'a: \"b\"'\n  meta:\n    ucd: phot.mag\n- {name: null, datatype: int8, unit: 1e3}",
      '1.0 null\n',
    ),
  );
  t.like(columns[0], { name: '1.0', unit: '%', description: 'a: "b"', ucd: 'phot.mag' });
  t.like(columns[1], { name: 'null', unit: '1e3' });
});

test('a table description comes from the metadata, plain or ordered', async (t) => {
  for (const meta of ['meta: {description: hello}', 'meta: !!omap\n- {description: hello}']) {
    await using file = await openEcsv(
      temporary('x.ecsv', ecsv(`datatype:\n- {name: x, datatype: int8}\n${meta}`, 'x\n')),
    );
    t.is(file.tables[0].description, 'hello');
    t.deepEqual(await rowsOf(file.tables[0]), []);
  }
});

const time = (attributes: string) => `meta: !!omap
- __serialized_columns__:
    x:
      __class__: astropy.time.core.Time
      in_subfmt: '*'
      ${attributes}
      value: !astropy.table.SerializedColumn {name: x}`;

test('a Time in UTC is timestamptz to the microsecond, its leap second the next minute', async (t) => {
  const text = ecsv(
    `datatype:\n- {name: x, datatype: string}\n${time('format: isot\n      precision: 9\n      scale: utc')}`,
    'x\n2021-01-01T00:00:00.123456789\n"2016-12-31 23:59:60"\n1969-12-31T23:59:59.5\n""\n',
  );
  const { columns, rows } = await read(text);
  t.is(columns[0].type, 'timestamptz');
  t.regex(columns[0].note!, /microsecond/);
  t.deepEqual(rows, [[1609459200123456n], [1483228800000000n], [-500000n], [null]]);
});

test('a Time of another scale has no zone and says its scale; one in numbers stays a number', async (t) => {
  const tai = await read(
    ecsv(
      `datatype:\n- {name: x, datatype: string, description: start}\n${time('format: iso\n      scale: tai')}`,
      'x\n2021-01-01\n',
    ),
  );
  t.like(tai.columns[0], { type: 'timestamp', description: 'start (time scale tai)' });
  const mjd = await read(
    ecsv(
      `datatype:\n- {name: x, datatype: float64}\n${time('format: mjd\n      scale: tai')}`,
      'x\n51544.5\n',
    ),
  );
  t.like(mjd.columns[0], { type: 'float64', description: 'Time in format mjd, scale tai' });
});

test('a day that is not in the calendar is refused', async (t) => {
  for (const day of ['2021-02-30T00:00:00', '2021-01-01T25:00:00', 'yesterday']) {
    const error = await refusal(
      ecsv(
        `datatype:\n- {name: x, datatype: string}\n${time('format: isot\n      scale: utc')}`,
        `x\n${day}\n`,
      ),
    );
    t.like(error, { row: 1, column: 'x' });
  }
});

test('a mask column makes NULLs, is no column itself, and lets empty text be text', async (t) => {
  const yaml = `datatype:
- {name: s, datatype: string}
- {name: s.mask, datatype: bool}
meta: !!omap
- __serialized_columns__:
    s:
      __class__: astropy.table.column.MaskedColumn
      data: !astropy.table.SerializedColumn {name: s}
      mask: !astropy.table.SerializedColumn {name: s.mask}`;
  const { columns, rows } = await read(ecsv(yaml, 's s.mask\n"" False\nb True\nc False\n'));
  t.deepEqual(
    columns.map(({ name }) => name),
    ['s'],
  );
  t.deepEqual(rows, [[''], [null], ['c']]);
});

test('the parts of a SkyCoord and of a Quantity are columns with units', async (t) => {
  const yaml = `datatype:
- {name: sc.ra, unit: deg, datatype: float64}
- {name: sc.dec, unit: deg, datatype: float64}
meta: !!omap
- __serialized_columns__:
    sc:
      __class__: astropy.coordinates.sky_coordinate.SkyCoord
      dec: !astropy.table.SerializedColumn
        __class__: astropy.coordinates.angles.Latitude
        unit: &id001 !astropy.units.Unit {unit: deg}
        value: !astropy.table.SerializedColumn {name: sc.dec}
      frame: icrs
      ra: !astropy.table.SerializedColumn
        __class__: astropy.coordinates.angles.Longitude
        unit: *id001
        value: !astropy.table.SerializedColumn {name: sc.ra}`;
  const { columns, rows } = await read(ecsv(yaml, 'sc.ra sc.dec\n1.0 -2.5\n'));
  t.deepEqual(
    columns.map(({ name, unit }) => [name, unit]),
    [
      ['sc.ra', 'deg'],
      ['sc.dec', 'deg'],
    ],
  );
  t.deepEqual(rows, [[1, -2.5]]);
});

test('arrays keep their shape, their nulls, NaN and every digit', async (t) => {
  const fixed = await read(
    one("datatype: string, subtype: 'int64[2,2]'", '[[9007199254740993,1],[null,-2]]'),
  );
  t.like(fixed.columns[0], { type: 'int64', shape: [2, 2] });
  t.deepEqual(fixed.rows, [
    [
      [
        [9007199254740993n, 1n],
        [null, -2n],
      ],
    ],
  ]);
  const ragged = await read(one("datatype: string, subtype: 'float64[null]'", '[NaN,1.5]', '[]'));
  t.like(ragged.columns[0], { type: 'float64', shape: 'ragged' });
  t.deepEqual(ragged.rows, [[[Number.NaN, 1.5]], [[]]]);
  const text = await read(one("datatype: string, subtype: 'string[2]'", '"[""a, b"",""12""]"'));
  t.deepEqual(text.rows, [[['a, b', '12']]]);
  t.is(
    (await read(one("datatype: string, subtype: 'float64[2,null]'", '[[1.0],[2.0,3.0]]'))).columns[0].type,
    'jsonb',
  );
});

test('an array of another length or type is refused', async (t) => {
  for (const field of ['[1]', '[1,2,3]', '[1,true]', '[1,2.5]', '{}', '[[1,2],[3,4]]']) {
    t.like(
      await refusal(one("datatype: string, subtype: 'int64[2]'", field)),
      { row: 1, column: 'x' },
      field,
    );
  }
});

test('a JSON column is jsonb with its digits, null is NULL and NaN a string', async (t) => {
  const { columns, rows } = await read(
    one(
      'datatype: string, subtype: json',
      '"{""id"":9007199254740993}"',
      'null',
      '[NaN,-Infinity]',
      '"""NaN"""',
    ),
  );
  t.is(columns[0].type, 'jsonb');
  t.deepEqual(rows, [['{"id":9007199254740993}'], [null], ['["NaN","-Infinity"]'], ['"NaN"']]);
  t.like(await refusal(one('datatype: string, subtype: json', '{bad')), { row: 1, column: 'x' });
});

test('quotes, doubled quotes, line ends in quotes, blanks between fields, comments and blank lines', async (t) => {
  const yaml = 'datatype:\n- {name: a, datatype: string}\n- {name: b, datatype: string}';
  const data = 'a b\n x   y \n"  x "  "#z"\n\n#c d\n"q""r" "s\nt"\r\ne f';
  t.deepEqual((await read(ecsv(yaml, data))).rows, [
    ['x', 'y'],
    ['  x ', '#z'],
    ['q"r', 's\nt'],
    ['e', 'f'],
  ]);
});

test('a record of another length is refused by row and line', async (t) => {
  const error = await refusal(
    ecsv('datatype:\n- {name: a, datatype: int8}\n- {name: b, datatype: int8}', 'a b\n1 2\n3\n'),
  );
  t.is(error.row, 2);
  t.regex(error.message, /line 8 has 1 fields where the header has 2/);
});

test('headers that are not ECSV are refused with what is wrong', async (t) => {
  const bad: [string, RegExp][] = [
    ['a b\n1 2\n', /first line/],
    ['# %ECSV 1.0\n# ---\n# datatype: []\na\n', /no list of columns/],
    ['# %ECSV 1.0\n# ---\n# datatype: [{name: a\na\n', /cannot be read/],
    [ecsv('datatype:\n- {name: a}', 'a\n'), /lacks its name or datatype/],
    [ecsv('datatype:\n- {name: a, datatype: float}', 'a\n'), /"a" has the datatype float/],
    [ecsv("delimiter: ';'\ndatatype:\n- {name: a, datatype: int8}", 'a\n'), /delimiter is ";"/],
    [ecsv('datatype:\n- {name: a, datatype: int8}', 'b\n1\n'), /not the header's/],
    [ecsv('datatype:\n- {name: a, datatype: int8}', ''), /ends before/],
  ];
  for (const [text, message] of bad) t.regex((await refusal(text)).message, message);
});

test('a gzipped file reads the same, and cut short is refused', async (t) => {
  const text = one('datatype: int32', ...Array.from({ length: 1000 }, (_, i) => String(i)));
  const bytes = gzipSync(text);
  t.is((await read(bytes)).rows.length, 1000);
  t.regex((await refusal(bytes.subarray(0, bytes.length - 20))).message, /gzip stream breaks off/);
});

test('bytes that are not UTF-8 are refused by row and column', async (t) => {
  const error = await refusal(Buffer.from(one('datatype: string', 'good', 'b\xe9d'), 'latin1'));
  t.like(error, { row: 2, column: 'x' });
});

test('a file cut off after any byte is read up to there or refused', async (t) => {
  const text = Buffer.from(
    ecsv(
      "datatype:\n- {name: a, datatype: int64}\n- {name: b, datatype: string, subtype: 'float64[2]'}",
      'a b\n1 [1.0,2.0]\n2 "[3.0,4.0]"\n',
    ),
  );
  for (let length = 0; length < text.length; length++) {
    const outcome = await read(text.subarray(0, length)).then(
      ({ rows }) => rows.length,
      (error: unknown) => error,
    );
    t.true(typeof outcome === 'number' || outcome instanceof FormatError, `cut at ${length}: ${outcome}`);
  }
});
