import { statSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import test from 'ava';
import { openFits } from '../../src/formats/fits.ts';
import { FormatError } from '../../src/formats/table.ts';
import {
  binaryTable,
  card,
  fitsFile,
  float32,
  float64,
  header,
  int16,
  int32,
  int64,
  primary,
  readColumns,
  text,
  workDirectory,
  writeFile,
} from './fits_files.ts';

async function columnsOf(path: string, index = 1) {
  await using file = await openFits(path);
  return file.tables.find((table) => table.index === index)!.columns;
}

test('every scalar format is read as the type that holds all its values', async (t) => {
  const row = Buffer.concat([
    Buffer.from('T'),
    Buffer.from([200]),
    int16(-7),
    int32(70_000),
    int64(9_007_199_254_740_993n),
    text('M 31', 6),
    float32(1.5),
    float64(Math.PI),
    float32(1, -2),
    float64(3, -4),
    Buffer.from([0b1010_0000]),
  ]);
  const forms = ['L', 'B', 'I', '1J', 'K', '6A', 'E', 'D', 'C', 'M', 'X'];
  const path = writeFile(
    workDirectory(t),
    'a.fits',
    fitsFile({ columns: forms.map((form) => ({ name: `c_${form}`, form })), rows: [row] }),
  );
  const columns = await columnsOf(path);
  t.deepEqual(
    columns.map(({ type }) => type),
    [
      'boolean',
      'int16',
      'int16',
      'int32',
      'int64',
      'text',
      'float32',
      'float64',
      'float32',
      'float64',
      'boolean',
    ],
  );
  t.deepEqual(columns[8]!.shape, [2]);
  t.deepEqual(
    (await readColumns(path)).map(([value]) => value),
    [true, 200, -7, 70_000, 9_007_199_254_740_993n, 'M 31', 1.5, Math.PI, [1, -2], [3, -4], true],
  );
});

test('TZERO makes unsigned and signed integers of the next type that fits, exactly', async (t) => {
  const rows = [
    Buffer.concat([Buffer.from([0]), int16(-32_768), int32(-2_147_483_648), int64(-(2n ** 63n))]),
    Buffer.concat([Buffer.from([255]), int16(32_767), int32(2_147_483_647), int64(2n ** 63n - 1n)]),
  ];
  const path = writeFile(
    workDirectory(t),
    'a.fits',
    fitsFile({
      columns: [
        { name: 'b', form: 'B', cards: { TZERO: -128 } },
        { name: 'i', form: 'I', cards: { TZERO: 32_768 } },
        { name: 'j', form: 'J', cards: { TSCAL: 1, TZERO: 2_147_483_648 } },
        { name: 'k', form: 'K', cards: { TZERO: 9_223_372_036_854_775_808n } },
      ],
      rows,
    }),
  );
  t.deepEqual(
    (await columnsOf(path)).map(({ type }) => type),
    ['int16', 'int32', 'int64', 'numeric'],
  );
  t.deepEqual(await readColumns(path), [
    [-128, 127],
    [0, 65_535],
    [0n, 4_294_967_295n],
    ['0', '18446744073709551615'],
  ]);
});

test('TSCAL gives doubles; TNULL is compared with what is stored and gives NULL', async (t) => {
  const rows = [1, -99, 3].map((value) =>
    Buffer.concat([int16(value), int32(value), int64(BigInt(value)), Buffer.from([value & 0xff])]),
  );
  const path = writeFile(
    workDirectory(t),
    'a.fits',
    fitsFile({
      columns: [
        { name: 'i', form: 'I', cards: { TSCAL: 0.5, TZERO: 10, TNULL: -99 } },
        { name: 'j', form: 'J', cards: { TNULL: -99 } },
        { name: 'k', form: 'K', cards: { TNULL: -99 } },
        { name: 'b', form: 'B', cards: { TNULL: 3 } },
      ],
      rows,
    }),
  );
  t.deepEqual(await readColumns(path), [
    [10.5, null, 11.5],
    [1, null, 3],
    [1n, null, 3n],
    [1, 157, null],
  ]);
  t.true((await columnsOf(path)).every(({ nullable }) => nullable));
});

test('a TNULL that the stored type cannot hold matches nothing', async (t) => {
  const path = writeFile(
    workDirectory(t),
    'a.fits',
    fitsFile({ columns: [{ name: 'i', form: 'I', cards: { TNULL: 999_999 } }], rows: [int16(16_959)] }),
  );
  t.deepEqual(await readColumns(path), [[16_959]]);
});

test('repeat counts and TDIM give arrays, slowest axis first; TNULL inside them gives NULL elements', async (t) => {
  const path = writeFile(
    workDirectory(t),
    'a.fits',
    fitsFile({
      columns: [
        { name: 'matrix', form: '6J', cards: { TDIM: '(3,2)' } },
        { name: 'row', form: '2E', cards: { TDIM: '(2)' } },
        { name: 'gappy', form: '4I', cards: { TDIM: '(2,2)', TNULL: 0 } },
        { name: 'flags', form: '11X' },
        { name: 'maybe', form: '3L' },
      ],
      rows: [
        Buffer.concat([
          int32(1, 2, 3, 4, 5, 6),
          float32(0.5, 0.25),
          int16(1, 0, 3, 4),
          Buffer.from([0b1000_0001, 0b0110_0000]),
          Buffer.from('TF\0'),
        ]),
      ],
    }),
  );
  t.deepEqual(
    (await columnsOf(path)).map(({ shape }) => shape),
    [[2, 3], [2], [2, 2], [11], [3]],
  );
  const bits = [...'10000001011'].map((bit) => bit === '1');
  t.deepEqual(
    (await readColumns(path)).map(([value]) => value),
    [
      [1, 2, 3, 4, 5, 6],
      [0.5, 0.25],
      [
        [1, null],
        [3, 4],
      ],
      bits,
      [true, false, null],
    ],
  );
});

test('strings lose trailing blanks and NUL bytes; TDIM and rAw split them', async (t) => {
  const path = writeFile(
    workDirectory(t),
    'a.fits',
    fitsFile({
      columns: [
        { name: 'plain', form: '8A' },
        { name: 'split', form: '12A', cards: { TDIM: '(4,3)' } },
        { name: 'old', form: '6A3' },
        { name: 'nothing', form: '0A' },
      ],
      rows: [Buffer.from('ab  \0\0\0\0one two fouraaab  ', 'latin1')],
    }),
  );
  t.deepEqual(
    (await columnsOf(path)).map(({ shape, maxLength }) => [shape, maxLength]),
    [
      [undefined, 8],
      [[3], 4],
      [[2], 3],
      [undefined, 0],
    ],
  );
  t.deepEqual(
    (await readColumns(path)).map(([value]) => value),
    ['ab', ['one', 'two', 'four'], ['aaa', 'b'], ''],
  );
});

test('names are kept, made unique without regard to case, and made up where there are none', async (t) => {
  const path = writeFile(
    workDirectory(t),
    'a.fits',
    fitsFile({
      columns: [
        { name: 'Flux', form: 'B' },
        { name: 'FLUX', form: 'B' },
        { form: 'B' },
        { name: 'flux', form: 'B' },
      ],
      rows: [Buffer.from([1, 2, 3, 4])],
    }),
  );
  t.deepEqual(
    (await columnsOf(path)).map(({ name }) => name),
    ['Flux', 'FLUX_2', 'col3', 'flux_3'],
  );
});

test('units, UCDs and descriptions come from their cards; what writers say of every column does not', async (t) => {
  const path = writeFile(
    workDirectory(t),
    'a.fits',
    fitsFile({
      columns: [
        {
          name: 'ra',
          form: 'D',
          cards: { TUNIT: 'deg', TUCD: 'pos.eq.ra;meta.main', TCOMM: "Right ascension, 'mean'" },
        },
        { name: 'dec', form: 'D', comment: 'declination at the epoch' },
        { name: 'mag', form: 'D', comment: 'label for field   3' },
      ],
      rows: [float64(1, 2, 3)],
    }),
  );
  const [ra, dec, mag] = await columnsOf(path);
  t.like(ra, { unit: 'deg', ucd: 'pos.eq.ra;meta.main', description: "Right ascension, 'mean'" });
  t.is(dec!.description, 'declination at the epoch');
  t.is(mag!.description, undefined);
});

test('long strings go on in CONTINUE cards', async (t) => {
  const extra = [
    `TCOMM1  = 'a description that is too long &'`,
    `CONTINUE  'for one card, and goes on &' / with a comment`,
    `CONTINUE  'for two more'`,
  ];
  const path = writeFile(
    workDirectory(t),
    'a.fits',
    fitsFile({ columns: [{ name: 'x', form: 'B' }], rows: [Buffer.from([1])], extra }),
  );
  t.is(
    (await columnsOf(path))[0]!.description,
    'a description that is too long for one card, and goes on for two more',
  );
});

test('arrays of varying length come from the heap by 32- and 64-bit descriptors, with a gap before it', async (t) => {
  const heap = Buffer.concat([
    int16(1, 2, 3),
    float64(0.5),
    Buffer.from('longer text'),
    int32(-1, 7),
    Buffer.from([0b1010_0000]),
  ]);
  const rows = [
    Buffer.concat([int32(3, 0), int64(1n, 6n), int32(11, 14), int32(2, 25), int32(3, 33)]),
    Buffer.concat([int32(0, 0), int64(0n, 0n), int32(0, 0), int32(0, 0), int32(0, 0)]),
  ];
  const columns = [
    { name: 'p', form: '1PI(3)' },
    { name: 'q', form: 'QD' },
    { name: 's', form: '1PA(11)' },
    { name: 'n', form: 'PJ', cards: { TNULL: -1 } },
    { name: 'x', form: 'PX' },
  ];
  const directory = workDirectory(t);
  const bytes = fitsFile({ columns, rows, heap, gap: 5 });
  for (const path of [
    writeFile(directory, 'a.fits', bytes),
    writeFile(directory, 'a.fits.gz', gzipSync(bytes)),
  ]) {
    t.deepEqual(
      (await columnsOf(path)).map(({ type, shape }) => [type, shape]),
      [
        ['int16', 'ragged'],
        ['float64', 'ragged'],
        ['text', undefined],
        ['int32', 'ragged'],
        ['boolean', 'ragged'],
      ],
    );
    const [p, q, s, n, x] = await readColumns(path);
    t.deepEqual(p, [Int16Array.of(1, 2, 3), new Int16Array(0)]);
    t.deepEqual(q, [Float64Array.of(0.5), new Float64Array(0)]);
    t.deepEqual(
      s!.map((value) => String(value)),
      ['longer text', ''],
    );
    t.deepEqual(
      n!.map((value) => Array.from(value as Int32Array)),
      [[null, 7] as unknown as number[], []],
    );
    t.deepEqual(x, [[true, false, true], []]);
  }
});

test('an array descriptor that leaves the heap is an error with row and column', async (t) => {
  const path = writeFile(
    workDirectory(t),
    'a.fits',
    fitsFile({
      columns: [{ name: 'p', form: 'PJ' }],
      rows: [int32(1, 0), int32(2, 0)],
      heap: int32(5),
    }),
  );
  const error = await t.throwsAsync(readColumns(path), {
    instanceOf: FormatError,
    message: /leaves the heap of 4 bytes/,
  });
  t.like(error, { row: 2, column: 'p', byte: 2880 * 2 + 8 });
});

test('tables without rows, without width and without columns are read', async (t) => {
  const directory = workDirectory(t);
  const empty = writeFile(
    directory,
    'a.fits',
    fitsFile({ columns: [{ name: 'x', form: 'J' }], rows: [], rowBytes: 4 }),
  );
  t.deepEqual(await readColumns(empty), [[]]);
  const narrow = writeFile(
    directory,
    'b.fits',
    fitsFile({
      columns: [
        { name: 'a', form: '0A' },
        { name: 'd', form: '0D' },
      ],
      rows: [Buffer.alloc(0), Buffer.alloc(0)],
    }),
  );
  t.deepEqual(await readColumns(narrow), [
    ['', ''],
    [[], []],
  ]);
  const none = writeFile(directory, 'c.fits', fitsFile({ columns: [], rows: [] }));
  t.deepEqual(await readColumns(none), []);
});

test('only the columns asked for are read, in the order asked', async (t) => {
  const path = writeFile(
    workDirectory(t),
    'a.fits',
    fitsFile({
      columns: ['a', 'b', 'c'].map((name) => ({ name, form: 'B' })),
      rows: [Buffer.from([1, 2, 3])],
    }),
  );
  t.deepEqual(await readColumns(path, 1, ['c', 'a']), [[3], [1]]);
  await using file = await openFits(path);
  await t.throwsAsync(file.tables[0]!.batches(['z'])[Symbol.asyncIterator]().next(), {
    message: /no column "z"/,
  });
});

test('images, compressed images, ASCII tables and unknown extensions are listed with what they are', async (t) => {
  const image = Buffer.concat([
    header([
      ...[
        card('XTENSION', 'IMAGE'),
        card('BITPIX', -32),
        card('NAXIS', 2),
        card('NAXIS1', 3),
        card('NAXIS2', 2),
      ],
      ...[card('PCOUNT', 0), card('GCOUNT', 1), card('EXTNAME', 'SCI')],
    ]),
    Buffer.alloc(2880),
  ]);
  const compressed = binaryTable({
    columns: [{ name: 'COMPRESSED_DATA', form: '1PB(1)' }],
    rows: [int32(1, 0)],
    heap: Buffer.from([1]),
    extra: [card('ZIMAGE', true)],
  });
  const ascii = Buffer.concat([
    header([
      ...[
        card('XTENSION', 'TABLE'),
        card('BITPIX', 8),
        card('NAXIS', 2),
        card('NAXIS1', 4),
        card('NAXIS2', 2),
      ],
      ...[card('PCOUNT', 0), card('GCOUNT', 1), card('TFIELDS', 1), card('TBCOL1', 1), card('TFORM1', 'I4')],
    ]),
    Buffer.alloc(2880, 0x20),
  ]);
  const path = writeFile(workDirectory(t), 'a.fits', Buffer.concat([primary, image, compressed, ascii]));
  await using file = await openFits(path);
  t.deepEqual(file.tables, []);
  t.deepEqual(
    file.others.map(({ index, name, what }) => [index, name, what]),
    [
      [0, '', 'header without data'],
      [1, 'SCI', 'image 3 x 2, BITPIX -32'],
      [2, '', 'tile-compressed image'],
      [3, '', 'ASCII table, 2 rows'],
    ],
  );
});

test('many rows come in blocks, plain and gzip-compressed, and are the same', async (t) => {
  const rows = Array.from({ length: 40_000 }, (_, i) =>
    Buffer.concat([int64(2n ** 60n + BigInt(i)), float64(i / 7)]),
  );
  const bytes = fitsFile({
    columns: [
      { name: 'id', form: 'K' },
      { name: 'x', form: 'D' },
    ],
    rows,
  });
  const directory = workDirectory(t);
  const plain = await readColumns(writeFile(directory, 'a.fits', bytes));
  t.is(plain[0]!.length, 40_000);
  t.is(plain[0]![39_999], 2n ** 60n + 39_999n);
  t.deepEqual(await readColumns(writeFile(directory, 'a.fits.gz', gzipSync(bytes))), plain);
});

test('a byte that is no logical value is an error with row, column and byte', async (t) => {
  const path = writeFile(
    workDirectory(t),
    'a.fits',
    fitsFile({ columns: [{ name: 'ok', form: 'L' }], rows: [Buffer.from('T'), Buffer.from('x')] }),
  );
  const error = await t.throwsAsync(readColumns(path), {
    instanceOf: FormatError,
    message: /byte 0x78 is not a logical value/,
  });
  t.like(error, { row: 2, column: 'ok', byte: 5761 });
});

test('a file cut at any byte is refused with the byte at which it ends', async (t) => {
  const bytes = fitsFile({
    columns: [
      { name: 'id', form: 'K' },
      { name: 's', form: 'PA' },
    ],
    rows: [Buffer.concat([int64(1n), int32(3, 0)])],
    heap: Buffer.from('abc'),
  });
  const directory = workDirectory(t);
  for (let length = 0; length < bytes.length; length++) {
    const path = writeFile(directory, 'cut.fits', bytes.subarray(0, length));
    const error = await t.throwsAsync(readAll(path), { instanceOf: FormatError }, `${length} bytes`);
    t.is(error?.byte, length);
    t.regex(error!.message, new RegExp(`\\b${length}\\b`));
  }
});

/** Opens a file and reads its table; one without any is refused as the loader would. */
async function readAll(path: string): Promise<void> {
  await using file = await openFits(path);
  const { size } = statSync(path);
  if (file.tables.length === 0) throw new FormatError(`no table in ${size} bytes`, { path, byte: size });
  for (const table of file.tables) for await (const _ of table.batches());
}

test('a gzip-compressed file cut at any byte is refused', async (t) => {
  const bytes = gzipSync(
    fitsFile({ columns: [{ name: 'id', form: 'K' }], rows: [int64(1n), int64(2n), int64(3n)] }),
  );
  const directory = workDirectory(t);
  for (let length = 0; length < bytes.length; length++) {
    const path = writeFile(directory, 'cut.fits.gz', bytes.subarray(0, length));
    await t.throwsAsync(readAll(path), { instanceOf: FormatError }, `${length} bytes`);
  }
});

test('headers that contradict themselves are refused by HDU', async (t) => {
  const directory = workDirectory(t);
  const broken: [string, Buffer, RegExp][] = [
    ['not.fits', Buffer.from('GIF89a'.padEnd(2880)), /not a FITS file/],
    ['false.fits', header([card('SIMPLE', false), card('BITPIX', 8), card('NAXIS', 0)]), /SIMPLE = F/],
    [
      'form.fits',
      fitsFile({ columns: [{ name: 'x', form: 'Z' }], rows: [Buffer.from([1])] }),
      /HDU 1 .*TFORM1 = 'Z'/,
    ],
    [
      'width.fits',
      fitsFile({ columns: [{ name: 'x', form: 'D' }], rows: [Buffer.from([1])] }),
      /columns take 8 bytes, NAXIS1 gives a row 1/,
    ],
    [
      'count.fits',
      fitsFile({ columns: [{ name: 'x', form: '1PP' }], rows: [int32(0, 0)] }),
      /elements' type/,
    ],
  ];
  for (const [name, bytes, message] of broken) {
    await t.throwsAsync(
      openFits(writeFile(directory, name, bytes)),
      { instanceOf: FormatError, message },
      name,
    );
  }
});
