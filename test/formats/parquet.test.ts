import { brotliCompressSync, crc32, gzipSync, zstdCompressSync } from 'node:zlib';
import test from 'ava';
import { openParquet } from '../../src/formats/parquet.ts';
import type { Column } from '../../src/formats/table.ts';
import { FormatError } from '../../src/formats/table.ts';
import type { FileParts } from './parquet-fixture.ts';
import { CONVERTED, oneColumn, parquetBytes, plain, temporary } from './parquet-fixture.ts';
import { rowsOf, valuesOf } from './rows.ts';

async function read(parts: FileParts): Promise<{ columns: readonly Column[]; rows: unknown[][] }> {
  await using file = await openParquet(temporary('x.parquet', parquetBytes(parts)), { decoder: 'own' });
  return { columns: file.tables[0].columns, rows: await rowsOf(file.tables[0]) };
}

async function readColumn(parts: FileParts): Promise<{ type: string; values: unknown[] }> {
  const { columns, rows } = await read(parts);
  const [{ type, shape }] = columns;
  return { type: shape ? `${type}[]` : type, values: rows.map(([value]) => Array.from([value])[0]) };
}

const flba = (length: number) => ({ type: 'FIXED_LEN_BYTE_ARRAY', length }) as const;

const scalars: [string, Parameters<typeof oneColumn>, string, unknown[]][] = [
  ['BOOLEAN', [{ type: 'BOOLEAN' }, [1, null, 0, 1], Buffer.from([0b101])], 'boolean', [1, null, 0, 1]],
  ['INT32', [{ type: 'INT32' }, [1, null], plain.int32(-2147483648)], 'int32', [-2147483648, null]],
  ['INT8', [{ type: 'INT32', converted: CONVERTED.INT_8 }, [1], plain.int32(-128)], 'int16', [-128]],
  ['UINT8', [{ type: 'INT32', converted: CONVERTED.UINT_8 }, [1], plain.int32(255)], 'int16', [255]],
  ['UINT16', [{ type: 'INT32', converted: CONVERTED.UINT_16 }, [1], plain.int32(65535)], 'int32', [65535]],
  ['UINT32', [{ type: 'INT32', converted: CONVERTED.UINT_32 }, [1], plain.int32(-1)], 'int64', [4294967295n]],
  [
    'INT64',
    [{ type: 'INT64' }, [1, 1], plain.int64(9007199254740993n, -(2n ** 63n))],
    'int64',
    [9007199254740993n, -(2n ** 63n)],
  ],
  [
    'UINT64',
    [{ type: 'INT64', converted: CONVERTED.UINT_64 }, [1, null], plain.int64(-1n)],
    'numeric',
    ['18446744073709551615', null],
  ],
  ['FLOAT', [{ type: 'FLOAT' }, [1, 1], plain.float(Number.NaN, 0.5)], 'float32', [Number.NaN, 0.5]],
  ['DOUBLE', [{ type: 'DOUBLE' }, [null, 1], plain.double(-Infinity)], 'float64', [null, -Infinity]],
  [
    'FLOAT16',
    [{ ...flba(2), logical: { 15: {} } }, [1, 1, 1], Buffer.from([0x00, 0x3c, 0x00, 0xfc, 0x01, 0x00])],
    'float32',
    [1, -Infinity, 2 ** -24],
  ],
  ['DATE', [{ type: 'INT32', converted: CONVERTED.DATE }, [1], plain.int32(-1)], 'date', [-1]],
  [
    'TIMESTAMP ms',
    [{ type: 'INT64', converted: CONVERTED.TIMESTAMP_MILLIS }, [1], plain.int64(-1n)],
    'timestamptz',
    [-1000n],
  ],
  [
    'TIMESTAMP us',
    [{ type: 'INT64', logical: { 8: { 1: false, 2: { 2: {} } } } }, [1], plain.int64(1n)],
    'timestamp',
    [1n],
  ],
  [
    'TIMESTAMP ns',
    [{ type: 'INT64', logical: { 8: { 1: true, 2: { 3: {} } } } }, [1, 1], plain.int64(1999n, -1n)],
    'timestamptz',
    [1n, -1n],
  ],
  [
    'TIME ms',
    [{ type: 'INT32', logical: { 7: { 1: false, 2: { 1: {} } } } }, [1], plain.int32(86399999)],
    'text',
    ['23:59:59.999000'],
  ],
  [
    'INT96',
    [{ type: 'INT96' }, [1], Buffer.concat([plain.int64(3600_000_000_000n), plain.int32(2440589)])],
    'timestamp',
    [90_000_000_000n],
  ],
  [
    'DECIMAL of int32',
    [{ type: 'INT32', converted: CONVERTED.DECIMAL, scale: 2, precision: 9 }, [1, 1], plain.int32(-5, 12345)],
    'numeric',
    ['-0.05', '123.45'],
  ],
  [
    'DECIMAL of bytes',
    [
      { type: 'BYTE_ARRAY', converted: CONVERTED.DECIMAL, scale: 3, precision: 38 },
      [1, 1],
      plain.bytes(Buffer.from('ff', 'hex'), Buffer.from('0123456789abcdef0123', 'hex')),
    ],
    'numeric',
    ['-0.001', '5373003642731685151.011'],
  ],
  [
    'STRING',
    [{ type: 'BYTE_ARRAY', converted: CONVERTED.UTF8 }, [1, null, 1], plain.bytes('', 'α Cen')],
    'text',
    ['', null, 'α Cen'],
  ],
  ['ENUM', [{ type: 'BYTE_ARRAY', logical: { 4: {} } }, [1], plain.bytes('g')], 'text', ['g']],
  [
    'JSON',
    [{ type: 'BYTE_ARRAY', converted: CONVERTED.JSON }, [1], plain.bytes('{"id":9007199254740993}')],
    'jsonb',
    ['{"id":9007199254740993}'],
  ],
  [
    'UUID',
    [{ ...flba(16), logical: { 14: {} } }, [1], Buffer.from('00112233445566778899aabbccddeeff', 'hex')],
    'uuid',
    ['00112233-4455-6677-8899-aabbccddeeff'],
  ],
  [
    'INTERVAL',
    [{ ...flba(12), converted: CONVERTED.INTERVAL }, [1], plain.int32(1, 2, 3004)],
    'text',
    ['P1M2DT3.004S'],
  ],
  [
    'BYTE_ARRAY',
    [{ type: 'BYTE_ARRAY' }, [1], plain.bytes(Buffer.from([0, 255]))],
    'bytea',
    [new Uint8Array([0, 255])],
  ],
  [
    'the null type',
    [{ type: 'INT32', logical: { 11: {} } }, [null, null], Buffer.alloc(0)],
    'text',
    [null, null],
  ],
];

for (const [name, [field, values, body], type, expected] of scalars) {
  for (const version of [1, 2] as const) {
    test(`${name} in a version ${version} page`, async (t) => {
      const column = await readColumn(oneColumn(field, values, body, version));
      t.is(column.type, type);
      t.deepEqual(
        column.values.map((value) => (Buffer.isBuffer(value) ? new Uint8Array(value) : value)),
        expected,
      );
    });
  }
}

test('a required column is not null', async (t) => {
  const { columns } = await read(oneColumn({ type: 'INT32', repetition: 'REQUIRED' }, [1], plain.int32(7)));
  t.false(columns[0].nullable);
});

test('nanoseconds are declared to be dropped', async (t) => {
  const { columns } = await read(
    oneColumn({ type: 'INT64', logical: { 8: { 1: true, 2: { 3: {} } } } }, [1], plain.int64(1n)),
  );
  t.regex(columns[0].note!, /microsecond/);
});

const codecs: [FileParts['codec'], (bytes: Buffer) => Buffer][] = [
  ['GZIP', (bytes) => gzipSync(bytes)],
  ['BROTLI', (bytes) => brotliCompressSync(bytes)],
  ['ZSTD', (bytes) => zstdCompressSync(bytes)],
  ['SNAPPY', (bytes) => Buffer.concat([Buffer.from([bytes.length, 0xf0, bytes.length - 1]), bytes])],
  ['LZ4_RAW', (bytes) => Buffer.concat([Buffer.from([0xf0, bytes.length - 15]), bytes])],
];
for (const [codec, compress] of codecs) {
  test(`pages compressed with ${codec}`, async (t) => {
    const parts = oneColumn({ type: 'INT64', repetition: 'REQUIRED' }, [1, 2, 3], plain.int64(1n, 2n, 3n));
    t.deepEqual((await readColumn({ ...parts, codec, compress })).values, [1n, 2n, 3n]);
  });
}

test('a dictionary column that falls back to plain pages, over several pages and row groups', async (t) => {
  const field = { name: 'x', type: 'BYTE_ARRAY', converted: CONVERTED.UTF8 } as const;
  const dictionary = { body: plain.bytes('g', 'r', 'i'), entries: 3 };
  const pages = [
    // Width 2, one bit-packed run of eight: 2 1 0 2 and four of padding.
    {
      encoding: 'RLE_DICTIONARY',
      body: Buffer.from([2, 3, 0b10_00_01_10, 0]),
      entries: 5,
      definition: [1, 1, 0, 1, 1],
    },
    { body: plain.bytes('z'), entries: 2, definition: [0, 1] },
    { body: Buffer.alloc(0), entries: 2, definition: [0, 0] },
  ];
  const chunk = { path: ['x'], type: 'BYTE_ARRAY', pages, dictionary } as const;
  const groups = [
    { rows: 9, chunks: [chunk] },
    { rows: 0, chunks: [{ ...chunk, pages: [] }] },
    { rows: 9, chunks: [chunk] },
  ];
  const once = ['i', 'r', null, 'g', 'i', null, 'z', null, null];
  t.deepEqual((await readColumn({ fields: [field], groups })).values, [...once, ...once]);
});

test('a dictionary index outside the dictionary is refused', async (t) => {
  const parts = oneColumn({ type: 'INT32', repetition: 'REQUIRED' }, [1], Buffer.from([2, 2, 3]));
  const [group] = parts.groups;
  const chunk = {
    ...group.chunks[0],
    dictionary: { body: plain.int32(1, 2), entries: 2 },
    pages: [{ ...group.chunks[0].pages[0], encoding: 'RLE_DICTIONARY' }],
  };
  await t.throwsAsync(read({ ...parts, groups: [{ rows: 1, chunks: [chunk] }] }), {
    instanceOf: FormatError,
    message: /dictionary index 3 of 2/,
  });
});

/** optional group x (LIST) { repeated group list { optional double element } } */
const listField = {
  name: 'x',
  converted: CONVERTED.LIST,
  children: [{ name: 'list', repetition: 'REPEATED', children: [{ name: 'element', type: 'DOUBLE' }] }],
} as const;

test('a list is a ragged array: null, empty, with nulls, and of full length', async (t) => {
  const page = {
    body: plain.double(1.5, Number.NaN, 3),
    definition: [3, 2, 3, 0, 1, 3],
    repetition: [0, 1, 1, 0, 0, 0],
    entries: 6,
  };
  for (const version of [1, 2] as const) {
    const chunk = { path: ['x', 'list', 'element'], type: 'DOUBLE', pages: [{ ...page, version }] } as const;
    const { type, values } = await readColumn({
      fields: [listField],
      groups: [{ rows: 4, chunks: [chunk] }],
    });
    t.is(type, 'float64[]');
    t.deepEqual(
      values.map((value) => value && Array.from(value as number[])),
      [[1.5, null, Number.NaN], null, [], [3]],
    );
  }
});

test('a list may go on in the next page', async (t) => {
  const pages = [
    { body: plain.double(1, 2), definition: [3, 3], repetition: [0, 1], entries: 2 },
    { body: plain.double(3, 4), definition: [3, 3], repetition: [1, 0], entries: 2 },
  ];
  const chunk = { path: ['x', 'list', 'element'], type: 'DOUBLE', pages } as const;
  const { values } = await readColumn({ fields: [listField], groups: [{ rows: 2, chunks: [chunk] }] });
  t.deepEqual(
    values.map((value) => Array.from(value as number[])),
    [[1, 2, 3], [4]],
  );
});

test('a repeated field without annotation is a list of what it repeats', async (t) => {
  const chunk = {
    path: ['x'],
    type: 'INT32',
    pages: [{ body: plain.int32(1, 2), definition: [1, 1, 0], repetition: [0, 1, 0], entries: 3 }],
  } as const;
  const { type, values } = await readColumn({
    fields: [{ name: 'x', type: 'INT32', repetition: 'REPEATED' }],
    groups: [{ rows: 2, chunks: [chunk] }],
  });
  t.is(type, 'int32[]');
  t.deepEqual(
    values.map((value) => Array.from(value as number[])),
    [[1, 2], []],
  );
});

test('a list of structs is JSON with every digit, NaN as text, absent parts as null', async (t) => {
  const fields = [
    {
      name: 'x',
      converted: CONVERTED.LIST,
      children: [
        {
          name: 'list',
          repetition: 'REPEATED',
          children: [
            {
              name: 'element',
              children: [
                { name: 'id', type: 'INT64' },
                { name: 'mag', type: 'DOUBLE' },
              ],
            },
          ],
        },
      ],
    },
  ] as const;
  const levels = { repetition: [0, 1, 1, 0, 0], entries: 5 };
  const id = {
    path: ['x', 'list', 'element', 'id'],
    type: 'INT64',
    pages: [{ ...levels, definition: [4, 4, 2, 1, 0], body: plain.int64(9007199254740993n, -1n) }],
  } as const;
  const mag = {
    path: ['x', 'list', 'element', 'mag'],
    type: 'DOUBLE',
    pages: [{ ...levels, definition: [4, 3, 2, 1, 0], body: plain.double(Number.NaN) }],
  } as const;
  const { type, values } = await readColumn({ fields, groups: [{ rows: 3, chunks: [id, mag] }] });
  t.is(type, 'jsonb');
  t.deepEqual(values, ['[{"id":9007199254740993,"mag":"NaN"},{"id":-1,"mag":null},null]', '[]', null]);
});

test('a map is a JSON object and a list of lists a JSON array', async (t) => {
  const map = {
    name: 'm',
    converted: CONVERTED.MAP,
    children: [
      {
        name: 'key_value',
        repetition: 'REPEATED',
        children: [
          { name: 'key', type: 'INT32', repetition: 'REQUIRED' },
          { name: 'value', type: 'BYTE_ARRAY' },
        ],
      },
    ],
  } as const;
  const outer = {
    name: 'n',
    converted: CONVERTED.LIST,
    children: [{ name: 'list', repetition: 'REPEATED', children: [{ ...listField, name: 'element' }] }],
  } as const;
  const chunks = [
    {
      path: ['m', 'key_value', 'key'],
      type: 'INT32',
      pages: [{ body: plain.int32(1, 2), definition: [2, 2, 1], repetition: [0, 1, 0], entries: 3 }],
    },
    {
      path: ['m', 'key_value', 'value'],
      type: 'BYTE_ARRAY',
      pages: [
        { body: plain.bytes(Buffer.from([255])), definition: [3, 2, 1], repetition: [0, 1, 0], entries: 3 },
      ],
    },
    {
      path: ['n', 'list', 'element', 'list', 'element'],
      type: 'DOUBLE',
      pages: [
        { body: plain.double(1, 2, 3), definition: [5, 5, 5, 3, 0], repetition: [0, 2, 1, 1, 0], entries: 5 },
      ],
    },
  ] as const;
  const { rows } = await read({ fields: [map, outer], groups: [{ rows: 2, chunks }] });
  t.deepEqual(rows, [
    ['{"1":"\\\\xff","2":null}', '[[1,2],[3],[]]'],
    ['{}', null],
  ]);
});

test('columns are read by name in the order asked for, an unknown one is refused', async (t) => {
  const chunk = (name: string, value: number) =>
    ({ path: [name], type: 'INT32', pages: [{ body: plain.int32(value), entries: 1 }] }) as const;
  const field = (name: string) => ({ name, type: 'INT32', repetition: 'REQUIRED' }) as const;
  const bytes = parquetBytes({
    fields: [field('a'), field('b')],
    groups: [{ rows: 1, chunks: [chunk('a', 1), chunk('b', 2)] }],
  });
  await using file = await openParquet(temporary('x.parquet', bytes));
  t.deepEqual(await rowsOf(file.tables[0], ['b', 'a']), [[2, 1]]);
  await t.throwsAsync(rowsOf(file.tables[0], ['c']), { message: /no column "c"/ });
});

test('rows come in batches that number them', async (t) => {
  const values = Array.from({ length: 40_000 }, (_, i) => BigInt(i) * 3n);
  const parts = oneColumn({ type: 'INT64', repetition: 'REQUIRED' }, values, plain.int64(...values));
  await using file = await openParquet(temporary('x.parquet', parquetBytes(parts)), { decoder: 'own' });
  t.is(file.tables[0].rowCount, 40_000);
  let next = 0;
  let batches = 0;
  for await (const { firstRow, rows } of file.tables[0].batches()) {
    t.is(firstRow, next);
    next += rows;
    batches++;
  }
  t.true(batches > 1);
  t.deepEqual(await valuesOf(file), values);
});

test('units and descriptions come from the copy of an ECSV header', async (t) => {
  const yaml =
    'datatype:\n- {name: x, unit: deg, datatype: int32, description: position, meta: {ucd: pos.eq.ra}}\nmeta: {description: stars}\n';
  const bytes = parquetBytes({
    ...oneColumn({ type: 'INT32' }, [1], plain.int32(7)),
    keyValues: { table_meta_yaml: yaml },
  });
  await using file = await openParquet(temporary('x.parquet', bytes));
  t.like(file.tables[0].columns[0], { unit: 'deg', ucd: 'pos.eq.ra', description: 'position' });
  t.is(file.tables[0].description, 'stars');
});

test('units, UCDs and descriptions come from the header of VOParquet', async (t) => {
  const votable = `<?xml version="1.0"?><VOTABLE><RESOURCE><!-- <TABLE><FIELD name="x" unit="no"/></TABLE> -->
    <TABLE name="t"><DESCRIPTION>bright &amp; near</DESCRIPTION>
      <FIELD ucd='pos.eq.ra;meta.main' name="x" unit="deg" datatype="int"><DESCRIPTION>a &gt; b
        <![CDATA[<c>]]></DESCRIPTION><VALUES null="-1"/></FIELD>
      <FIELD name="y" datatype="double"/></TABLE>
    <TABLE><FIELD name="x" unit="wrong"/></TABLE></RESOURCE></VOTABLE>`;
  const parts = oneColumn({ type: 'INT32' }, [1], plain.int32(7));
  const keyValues = { 'IVOA.VOTable-Parquet.version': '1.0', 'IVOA.VOTable-Parquet.content': votable };
  await using file = await openParquet(temporary('x.parquet', parquetBytes({ ...parts, keyValues })));
  const [{ columns, description }] = file.tables;
  t.like(columns[0], { unit: 'deg', ucd: 'pos.eq.ra;meta.main', description: 'a > b <c>' });
  t.is(description, 'bright & near');
});

test('a header for people that cannot be read is passed over', async (t) => {
  const parts = oneColumn({ type: 'INT32' }, [1], plain.int32(7));
  for (const [key, value] of [
    ['IVOA.VOTable-Parquet.content', '<VOTABLE><TABLE>'],
    ['table_meta_yaml', 'a: ['],
  ]) {
    await using file = await openParquet(
      temporary('x.parquet', parquetBytes({ ...parts, keyValues: { [key]: value } })),
    );
    t.is(file.tables[0].columns[0].unit, undefined);
  }
});

test('text that is not UTF-8 is refused by row and column, in plain and dictionary pages', async (t) => {
  const field = { type: 'BYTE_ARRAY', converted: CONVERTED.UTF8 } as const;
  const body = plain.bytes('good', Buffer.from([0xff, 0xfe]));
  await t.throwsAsync(read(oneColumn(field, [1, null, 1], body)), {
    instanceOf: FormatError,
    message: /text that is not UTF-8/,
  });
  const chunk = {
    path: ['x'],
    type: 'BYTE_ARRAY',
    dictionary: { body, entries: 2 },
    pages: [
      { encoding: 'RLE_DICTIONARY', body: Buffer.from([1, 4, 0, 2, 1]), definition: [1, 1, 1], entries: 3 },
    ],
  } as const;
  const error = await t.throwsAsync<FormatError>(
    read({ fields: [{ name: 'x', ...field }], groups: [{ rows: 3, chunks: [chunk] }] }),
  );
  t.like(error, { row: 3, column: 'x' });
});

test('the replacement character itself is good text', async (t) => {
  const { values } = await readColumn(
    oneColumn({ type: 'BYTE_ARRAY', converted: CONVERTED.UTF8 }, [1], plain.bytes('\ufffd')),
  );
  t.deepEqual(values, ['\ufffd']);
});

test('a page that does not match its checksum is refused', async (t) => {
  const body = plain.int32(7);
  const parts = (crc: number) => {
    const whole = oneColumn({ type: 'INT32', repetition: 'REQUIRED' }, [7], body);
    const [{ rows, chunks }] = whole.groups;
    return {
      ...whole,
      groups: [{ rows, chunks: [{ ...chunks[0], pages: [{ ...chunks[0].pages[0], crc }] }] }],
    };
  };
  t.deepEqual((await readColumn(parts(crc32(body)))).values, [7]);
  await t.throwsAsync(readColumn(parts(1)), { instanceOf: FormatError, message: /checksum/ });
});

test('the index of a dataset is refused with the name of a file that has the rows', async (t) => {
  const parts = oneColumn({ type: 'INT32' }, [1], plain.int32(7));
  const groups = [
    { rows: 1, chunks: [{ ...parts.groups[0].chunks[0], filePath: 'Norder=0/Npix=4.parquet' }] },
  ];
  const error = await t.throwsAsync<FormatError>(read({ ...parts, groups }));
  t.regex(error!.message, /index of a dataset/);
  t.regex(error!.hint!, /Norder=0\/Npix=4\.parquet/);
});

test('encrypted and foreign files are refused by name', async (t) => {
  const bytes = parquetBytes(oneColumn({ type: 'INT32' }, [1], plain.int32(7)));
  const encrypted = Buffer.concat([bytes.subarray(0, -4), Buffer.from('PARE')]);
  await t.throwsAsync(openParquet(temporary('x.parquet', encrypted)), { message: /encrypted/ });
  await t.throwsAsync(openParquet(temporary('x.parquet', 'not a parquet file')), { message: /PAR1/ });
});

function sample(): Buffer {
  const strings = ['a', null, 'ccc'];
  const text = { name: 's', type: 'BYTE_ARRAY', converted: CONVERTED.UTF8 } as const;
  const list = {
    path: ['x', 'list', 'element'],
    type: 'DOUBLE',
    pages: [{ body: plain.double(1, 2), definition: [3, 3, 0, 1], repetition: [0, 1, 0, 0], entries: 4 }],
  } as const;
  const column = {
    path: ['s'],
    type: 'BYTE_ARRAY',
    dictionary: { body: plain.bytes('a', 'ccc'), entries: 2 },
    pages: [
      {
        encoding: 'RLE_DICTIONARY',
        body: Buffer.from([1, 2, 0, 2, 1]),
        definition: strings.map((s) => (s ? 1 : 0)),
        entries: 3,
      },
    ],
  } as const;
  return parquetBytes({ fields: [text, listField], groups: [{ rows: 3, chunks: [column, list] }] });
}

async function readThrough(bytes: Uint8Array): Promise<number> {
  await using file = await openParquet(temporary('cut.parquet', bytes), { decoder: 'own' });
  return (await rowsOf(file.tables[0])).length;
}

test('a file cut off after any byte is refused as cut short', async (t) => {
  const bytes = sample();
  t.is(await readThrough(bytes), 3);
  for (let length = 0; length < bytes.length; length++) {
    const error = await t.throwsAsync<FormatError>(
      readThrough(bytes.subarray(0, length)),
      { instanceOf: FormatError },
      `cut at ${length}`,
    );
    t.truthy(error!.hint);
  }
});

test('a file with any byte changed is read or refused, and nothing else', async (t) => {
  const bytes = sample();
  for (let at = 0; at < bytes.length; at++) {
    for (const change of [0x01, 0x80, 0xff]) {
      const damaged = Buffer.from(bytes);
      damaged[at] ^= change;
      try {
        await readThrough(damaged);
      } catch (error) {
        t.true(error instanceof FormatError, `byte ${at} ^ ${change}: ${error}`);
      }
    }
  }
  t.pass();
});
