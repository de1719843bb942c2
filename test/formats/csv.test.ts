import { gzipSync } from 'node:zlib';
import test from 'ava';
import fc from 'fast-check';
import { openCsv } from '../../src/formats/csv.ts';
import { RecordSplitter } from '../../src/formats/csv-records.ts';
import { TypeGuess } from '../../src/formats/csv-types.ts';
import type { ElementType } from '../../src/formats/table.ts';
import { temporary } from './parquet-fixture.ts';
import { refusalOf, rowsOf } from './rows.ts';

async function read(
  text: string | Uint8Array,
): Promise<{ names: string[]; types: string[]; rows: unknown[][] }> {
  await using file = await openCsv(temporary('x.csv', text));
  const [table] = file.tables;
  const rows = await rowsOf(table);
  return { names: table.columns.map(({ name }) => name), types: table.columns.map(({ type }) => type), rows };
}

const refusal = (text: string | Uint8Array) => refusalOf(read(text));

const typeOf = (...fields: string[]) => {
  const guess = new TypeGuess();
  for (const field of fields) guess.see(field);
  return guess.type;
};

const guesses: [ElementType, string[]][] = [
  ['int64', ['1', '-5', '0', '9223372036854775807']],
  ['int64', [' 12 ', '7']],
  ['numeric', ['9223372036854775808']],
  ['numeric', ['9007199254740993', '0.5']],
  ['numeric', ['0.5', '9007199254740993']],
  ['numeric', ['1', '3.14159265358979323846']],
  ['float64', ['1', '0.5', 'nan', '-inf', '1E+5', '.5', '5.', '+29.5']],
  ['float64', ['0.026000000536441803', '291.417602']],
  ['float64', ['-0', '1']],
  ['text', ['007', '1']],
  ['text', ['1', '007']],
  ['text', ['00 01 16.37']],
  ['text', ['1', 'NA']],
  ['boolean', ['True', 'false', 'TRUE']],
  ['text', ['True', '1']],
  ['date', ['2024-02-29', '1999-12-31']],
  ['text', ['2023-02-29']],
  ['text', ['2024-02-28', '2024-02-28T00:00:00']],
  ['timestamp', ['2024-02-28T23:59:59.123456', '2024-02-28 00:00']],
  ['timestamptz', ['2024-02-28T23:59:59Z', '2024-02-28 00:00:00+01:00']],
  ['text', ['2024-02-28T23:59:59Z', '2024-02-28T23:59:59']],
  ['text', ['2024-02-28T23:59:59.1234567']],
  ['timestamp', ['2024-02-28T23:59:59.1234560']],
  ['text', []],
  ['text', ['1,5']],
];
for (const [type, fields] of guesses) {
  test(`${JSON.stringify(fields)} is ${type}`, (t) => t.is(typeOf(...fields), type));
}

test('values cross as their text, so that none is changed', async (t) => {
  const { types, rows } = await read('id,x,name\n9007199254740993,1.50,007\n-1,1e5,8\n');
  t.deepEqual(types, ['int64', 'float64', 'text']);
  t.deepEqual(rows, [
    ['9007199254740993', '1.50', '007'],
    ['-1', '1e5', '8'],
  ]);
});

test('empty and \\N are NULL; in quotes an empty text is one, and NULL among numbers', async (t) => {
  const { types, rows } = await read('n,s\n,\n\\N,\\N\n"",""\n1,"\\N"\n');
  t.deepEqual(types, ['int64', 'text']);
  t.deepEqual(rows, [
    [null, null],
    [null, null],
    [null, ''],
    ['1', '\\N'],
  ]);
});

test('a late value decides: no row is lost and the column becomes text', async (t) => {
  const numbers = Array.from({ length: 60_000 }, (_, i) => String(i));
  const { types, rows } = await read(`a,b\n${numbers.map((n) => `${n},x`).join('\n')}\nlast,x\n`);
  t.deepEqual(types, ['text', 'text']);
  t.is(rows.length, 60_001);
  t.deepEqual(rows.at(-1), ['last', 'x']);
});

for (const [name, delimiter] of [
  ['commas', ','],
  ['semicolons', ';'],
  ['tabs', '\t'],
  ['bars', '|'],
]) {
  test(`fields between ${name}`, async (t) => {
    const others = ',;\t|'.replace(delimiter, '');
    const text =
      ['ra', 'dec', 'note'].join(delimiter) +
      '\n' +
      ['1.5', '-2', `"${others}${delimiter}"`].join(delimiter) +
      '\n';
    t.deepEqual((await read(text)).rows, [['1.5', '-2', others + delimiter]]);
  });
}

test('decimal commas between semicolons are no delimiters', async (t) => {
  t.deepEqual((await read('a;b\n1,5;2,5\n3,5;4,5\n')).rows, [
    ['1,5', '2,5'],
    ['3,5', '4,5'],
  ]);
});

test('line ends of any kind, quoted line ends, doubled quotes, blanks around quotes', async (t) => {
  const { rows } = await read('a,b\r\n1,"x\r\ny"\r2,"say ""hi"""\n3 , "z" \n4,w');
  t.deepEqual(rows, [
    ['1', 'x\r\ny'],
    ['2', 'say "hi"'],
    ['3', 'z'],
    ['4', 'w'],
  ]);
});

test('a byte-order mark, blank, repeated and padded names', async (t) => {
  const { names } = await read('\ufeffra, dec ,,ra,α\nx,1,2,3,4\n');
  t.deepEqual(names, ['ra', 'dec', 'column_3', 'ra_2', 'α']);
});

test('a file without names gets them by number or from the last comment', async (t) => {
  t.deepEqual((await read('1,2.5\n3,4\n')).names, ['column_1', 'column_2']);
  const commented = await read('# made by hand\n# ra,dec\n1,2.5\n3,4\n');
  t.deepEqual(commented.names, ['ra', 'dec']);
  t.is(commented.rows.length, 2);
});

test('a header alone is a table without rows', async (t) => {
  t.deepEqual(await read('Norder,Npix\n'), { names: ['Norder', 'Npix'], types: ['text', 'text'], rows: [] });
});

test('one column needs no delimiter, and a blank line in it is a NULL', async (t) => {
  t.deepEqual((await read('mag\n1.5\n\n2.5\n')).rows, [['1.5'], [null], ['2.5']]);
});

test('blank lines between records of several fields are passed over', async (t) => {
  t.deepEqual((await read('a,b\n\n1,2\n  \n3,4\n\n')).rows, [
    ['1', '2'],
    ['3', '4'],
  ]);
});

test('a record of another length is refused by row and line', async (t) => {
  const error = await refusal('a,b\n1,2\n"x\ny",2,3\n');
  t.is(error.row, 2);
  t.regex(error.message, /line 3 has 3 fields where the header has 2/);
});

test('an open quote, zero bytes, UTF-16 and nothing at all are refused', async (t) => {
  t.regex((await refusal('a,b\n1,"x\n2,3\n')).message, /quote on line 2 is never closed/);
  t.regex((await refusal('a,b\n1,\0\n')).message, /byte 6 is zero/);
  t.regex((await refusal(Buffer.from('a,b\n1,2\n', 'utf16le'))).hint!, /UTF-16/);
  t.regex((await refusal('')).message, /no records/);
});

test('bytes that are not UTF-8 are refused by row and column', async (t) => {
  t.like(await refusal(Buffer.from('a,b\n1,x\n2,\xe9\n', 'latin1')), { row: 2, column: 'b' });
});

test('a gzipped file reads the same, and cut short is refused', async (t) => {
  const text = `a,b\n${Array.from({ length: 1000 }, (_, i) => `${i},${i * 7}`).join('\n')}\n`;
  const bytes = gzipSync(text);
  t.deepEqual(await read(bytes), await read(text));
  t.regex((await refusal(bytes.subarray(0, bytes.length / 2))).message, /gzip stream breaks off/);
});

const field = fc.string({ unit: fc.constantFrom('a', ' ', ',', '"', '\n', '\r', '#', 'ä'), maxLength: 6 });

test('records written by RFC 4180 are read back, however the bytes are cut into pieces', (t) => {
  const written = (fields: string[]) => fields.map((text) => `"${text.replaceAll('"', '""')}"`).join(',');
  fc.assert(
    fc.property(
      fc.array(fc.array(field, { minLength: 2, maxLength: 2 }), { minLength: 1 }),
      fc.integer({ min: 1, max: 7 }),
      fc.constantFrom('\n', '\r\n', '\r'),
      (records, size, end) => {
        const bytes = Buffer.from(records.map((fields) => written(fields) + end).join(''));
        const splitter = new RecordSplitter('x', { delimiter: ',', loose: false });
        const read = [];
        for (let at = 0; at < bytes.length; at += size)
          read.push(...splitter.feed(bytes.subarray(at, at + size)));
        read.push(...splitter.feed(Buffer.alloc(0), true));
        t.deepEqual(
          read.map(({ fields }) => fields.map((text) => Buffer.from(text, 'latin1').toString())),
          records,
        );
      },
    ),
  );
});
