import test from 'ava';
import fc from 'fast-check';
import { describeTarget, parseTableName } from '../../src/db/catalog.ts';
import { copyHeader, copyTrailer, type Refusal, RowEncoder } from '../../src/db/copy/encoder.ts';
import { type Database, openDatabase, sql } from '../../src/db/pool.ts';
import type { Column, ElementType, Vector } from '../../src/formats/table.ts';
import { database, type TestDatabase } from '../support/database.ts';

let server: TestDatabase;
let db: Database;
let tables = 0;

test.before(async () => {
  server = await database();
  db = await openDatabase({ url: server.url });
  await server.query(`create domain public.short as varchar(5) check (value <> 'bad');
                      create type public.mood as enum ('calm', 'wild')`);
});

test.after.always(async () => {
  await db?.end();
  await server?.close();
});

interface Trial {
  readonly type: ElementType;
  readonly shape?: Column['shape'];
  readonly into: string;
  readonly vector: Vector;
  readonly rows: number;
  readonly textual?: boolean;
}

/** Copies one column into a table of one column and reads it back as the server's text. */
async function copied({
  type,
  shape,
  into,
  vector,
  rows,
  textual,
}: Trial): Promise<{ values: (string | null)[]; refusals: Refusal[] }> {
  const name = `t${++tables}`;
  await server.query(`create table public.${name} (n int generated always as identity, x ${into})`);
  const target = await describeTarget(db, 'public', name);
  const column: Column = { name: 'X', type, shape, nullable: true, storedAs: 'test' };
  const encoder = new RowEncoder([{ column, target: target!.columns[1]! }], textual);
  const refusals: Refusal[] = [];
  async function* source(): AsyncGenerator<Buffer> {
    yield copyHeader;
    for (const block of encoder.blocks({ firstRow: 0, rows, vectors: [vector] })) {
      refusals.push(...block.refusals);
      yield block.bytes;
    }
    yield copyTrailer;
  }
  await db.copyIn(
    sql.unsafe`copy ${sql.identifier(['public', name])} (x) from stdin (format binary)`,
    source(),
  );
  const read = await server.query<{ x: string | null }>(`select x::text from public.${name} order by n`);
  return { values: read.map(({ x }) => x), refusals };
}

const values = (...list: readonly unknown[]): { vector: Vector; rows: number } => ({
  vector: { layout: 'values', values: list },
  rows: list.length,
});

async function reasons(trial: Trial): Promise<string[]> {
  const { refusals } = await copied(trial);
  return refusals.map(({ reason }) => reason);
}

test.serial('integers widen freely and narrow only where they fit', async (t) => {
  const numbers = Int32Array.of(1, -40_000, 32_767);
  for (const into of ['integer', 'bigint', 'double precision', 'numeric']) {
    const { values: read } = await copied({
      type: 'int32',
      into,
      vector: { layout: 'typed', values: numbers },
      rows: 3,
    });
    t.deepEqual(read, ['1', '-40000', '32767'], into);
  }
  const narrow = await copied({
    type: 'int32',
    into: 'smallint',
    vector: { layout: 'typed', values: numbers },
    rows: 3,
  });
  t.deepEqual(narrow.values, ['1', '32767']);
  t.deepEqual(narrow.refusals, [
    { row: 2, column: 'X', reason: '-40000 is out of range for smallint; make the column integer' },
  ]);
});

test.serial('64-bit integers never pass through a double', async (t) => {
  const big = [9_007_199_254_740_993n, -(2n ** 63n), 2n ** 63n - 1n];
  const typed: Vector = { layout: 'typed', values: BigInt64Array.from(big) };
  const bytes = Buffer.alloc(24);
  for (const [i, value] of big.entries()) bytes.writeBigInt64BE(value, 8 * i);
  const strided: Vector = { layout: 'strided', bytes, offset: 0, stride: 8, width: 8 };
  for (const vector of [typed, strided, values(...big).vector]) {
    for (const into of ['bigint', 'numeric']) {
      const { values: read } = await copied({ type: 'int64', into, vector, rows: 3 });
      t.deepEqual(read, big.map(String));
    }
  }
  t.deepEqual(
    await reasons({ type: 'int64', into: 'double precision', ...values(9_007_199_254_740_993n, 5n) }),
    ['9007199254740993 cannot be held exactly by double precision; make the column bigint'],
  );
});

test.serial('doubles go into real and integers only where nothing is lost', async (t) => {
  const list = [0.5, 0.1, Number.NaN, Number.POSITIVE_INFINITY, -0, 3];
  const typed: Vector = { layout: 'typed', values: Float64Array.from(list) };
  const whole = await copied({ type: 'float64', into: 'double precision', vector: typed, rows: 6 });
  t.deepEqual(whole.values, ['0.5', '0.1', 'NaN', 'Infinity', '-0', '3']);
  const single = await copied({ type: 'float64', into: 'real', vector: typed, rows: 6 });
  t.deepEqual(single.values, ['0.5', 'NaN', 'Infinity', '-0', '3']);
  t.is(single.refusals[0]!.reason, '0.1 cannot be held exactly by real; make the column double precision');
  const integer = await copied({ type: 'float64', into: 'integer', vector: typed, rows: 6 });
  t.deepEqual(integer.values, ['0', '3']);
  t.is(integer.refusals.length, 4);
});

test.serial('numerics keep their digits and scale, and are refused where they do not fit', async (t) => {
  const list = [
    '0',
    '1.50',
    '-123456789012345678901234567890.000001',
    '1e-20',
    '1e30',
    '10000',
    '0.00010000',
    'NaN',
  ];
  const { values: read } = await copied({ type: 'numeric', into: 'numeric', ...values(...list) });
  t.deepEqual(read, [
    '0',
    '1.50',
    list[2]!,
    '0.00000000000000000001',
    `1${'0'.repeat(30)}`,
    '10000',
    '0.00010000',
    'NaN',
  ]);
  const bounded = await copied({
    type: 'numeric',
    into: 'numeric(5,2)',
    ...values('999.99', '1000', '0.125', '12.300'),
  });
  t.deepEqual(bounded.values, ['999.99', '12.30']);
  t.deepEqual(
    bounded.refusals.map(({ row }) => row),
    [2, 3],
  );
  t.deepEqual(
    (await copied({ type: 'numeric', into: 'bigint', ...values('9007199254740993', '18446744073709551615') }))
      .values,
    ['9007199254740993'],
  );
});

test.serial('any numeric arrives digit for digit', async (t) => {
  const digits = fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: 1, maxLength: 30 });
  const decimal = fc
    .tuple(fc.constantFrom('', '-'), digits, fc.option(digits))
    .map(([sign, whole, fraction]) => sign + whole + (fraction === null ? '' : `.${fraction}`));
  await fc.assert(
    fc.asyncProperty(fc.array(decimal, { minLength: 1, maxLength: 50 }), async (list) => {
      const { values: read } = await copied({ type: 'numeric', into: 'numeric', ...values(...list) });
      const wanted = await server.query<{ x: string }>(
        'select x::numeric::text as x from unnest($1::text[]) with ordinality as u(x, n) order by n',
        [list],
      );
      t.deepEqual(
        read,
        wanted.map(({ x }) => x),
      );
    }),
    { numRuns: 20 },
  );
});

test.serial('text is checked for NUL, UTF-8 and length, with the place', async (t) => {
  const list = ['plain', 'αβγδε', 'a\0b', 'too long', '\ud800', ''];
  const { values: read, refusals } = await copied({ type: 'text', into: 'varchar(5)', ...values(...list) });
  t.deepEqual(read, ['plain', 'αβγδε', '']);
  t.deepEqual(
    refusals.map(({ row, reason }) => [row, reason]),
    [
      [3, 'NUL byte at position 2, which text cannot hold'],
      [4, '8 characters do not fit character varying(5); make the column text'],
      [5, 'text with half a surrogate pair is not Unicode'],
    ],
  );
});

test.serial(
  'padded text loses its padding, and bytes that are not UTF-8 are refused by position',
  async (t) => {
    const bytes = Buffer.from('ab    c\0\0\0\0\0é     \xff     x\0y   ', 'latin1');
    const utf8 = Buffer.concat([bytes.subarray(0, 12), Buffer.from('é    '), bytes.subarray(18)]);
    const { values: read, refusals } = await copied({
      type: 'text',
      into: 'text',
      vector: { layout: 'strided', bytes: utf8, offset: 0, stride: 6, width: 6 },
      rows: 5,
    });
    t.deepEqual(read, ['ab', 'c', 'é']);
    t.deepEqual(
      refusals.map(({ reason }) => reason),
      ['byte 0xFF at position 1 is not valid UTF-8', 'NUL byte at position 2, which text cannot hold'],
    );
    const raw = await copied({
      type: 'text',
      into: 'bytea',
      vector: { layout: 'strided', bytes: utf8, offset: 6, stride: 6, width: 6 },
      rows: 1,
    });
    t.deepEqual(raw.values, ['\\x630000000000']);
  },
);

test.serial(
  'NULLs arrive as NULL and are refused where the column, or its domain, is NOT NULL',
  async (t) => {
    const vector: Vector = {
      layout: 'typed',
      values: Float64Array.of(1, 2, 3),
      nulls: Uint8Array.of(0, 1, 0),
    };
    t.deepEqual((await copied({ type: 'float64', into: 'float8', vector, rows: 3 })).values, [
      '1',
      null,
      '3',
    ]);
    const strict = await copied({ type: 'float64', into: 'float8 not null', vector, rows: 3 });
    t.deepEqual(strict.values, ['1', '3']);
    t.deepEqual(strict.refusals, [{ row: 2, column: 'X', reason: 'NULL in "x", which is NOT NULL' }]);
    t.deepEqual((await copied({ type: 'text', into: 'text', ...values('a', null, undefined) })).values, [
      'a',
      null,
      null,
    ]);
  },
);

test.serial('dates and times cross from text, days, milliseconds and microseconds', async (t) => {
  await server.query(`set timezone to 'UTC'`);
  t.deepEqual((await copied({ type: 'date', into: 'date', ...values(0, -1, '2026-11-21') })).values, [
    '1970-01-01',
    '1969-12-31',
    '2026-11-21',
  ]);
  const moments = [
    new Date('2026-01-02T03:04:05.678Z'),
    1_234_567n,
    '1999-12-31T23:59:60',
    '2026-01-02 03:04:05.123456+02:00',
  ];
  t.deepEqual((await copied({ type: 'timestamptz', into: 'timestamptz', ...values(...moments) })).values, [
    '2026-01-02 03:04:05.678+00',
    '1970-01-01 00:00:01.234567+00',
    '2000-01-01 00:00:00+00',
    '2026-01-02 01:04:05.123456+00',
  ]);
  const typed: Vector = { layout: 'typed', values: BigInt64Array.of(-1n, 0n) };
  t.deepEqual((await copied({ type: 'timestamp', into: 'timestamp', vector: typed, rows: 2 })).values, [
    '1969-12-31 23:59:59.999999',
    '1970-01-01 00:00:00',
  ]);
  t.deepEqual(await reasons({ type: 'timestamp', into: 'timestamp(0)', ...values(1_500_000n, 2_000_000n) }), [
    '1500000 has more digits than timestamp(0) without time zone keeps',
  ]);
  t.deepEqual(
    await reasons({
      type: 'text',
      into: 'timestamptz',
      ...values('2026-02-30', 'soon', '2026-01-01T00:00:00.1234567'),
    }),
    [
      '"2026-02-30" is not a date or time that exists',
      '"soon" is not an ISO 8601 date or time',
      '"2026-01-01T00:00:00.1234567" has digits below the microsecond',
    ],
  );
});

test.serial('booleans, bytes, uuids and JSON are themselves', async (t) => {
  t.deepEqual(
    (
      await copied({
        type: 'boolean',
        into: 'boolean',
        vector: { layout: 'typed', values: Uint8Array.of(1, 0) },
        rows: 2,
      })
    ).values,
    ['true', 'false'],
  );
  t.deepEqual((await copied({ type: 'bytea', into: 'bytea', ...values(Buffer.from([0, 255])) })).values, [
    '\\x00ff',
  ]);
  const id = '123e4567-e89b-12d3-a456-426614174000';
  t.deepEqual(
    (await copied({ type: 'uuid', into: 'uuid', ...values(id, Buffer.from(id.replaceAll('-', ''), 'hex')) }))
      .values,
    [id, id],
  );
  t.deepEqual(
    (await copied({ type: 'jsonb', into: 'jsonb', ...values('{"a": 9007199254740993}', '[1.50]') })).values,
    ['{"a": 9007199254740993}', '[1.50]'],
  );
  t.deepEqual((await copied({ type: 'jsonb', into: 'json', ...values('{"a":1}') })).values, ['{"a":1}']);
  t.regex((await reasons({ type: 'jsonb', into: 'jsonb', ...values('{') }))[0]!, /^not JSON/);
});

test.serial('arrays keep their shape; ragged ones are refused, NULL elements are kept', async (t) => {
  const matrix: Vector = { layout: 'typed', values: Int16Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12) };
  for (const into of ['smallint[]', 'bigint[]', 'real[]', 'numeric[]']) {
    const { values: read } = await copied({ type: 'int16', shape: [2, 3], into, vector: matrix, rows: 2 });
    t.deepEqual(read, ['{{1,2,3},{4,5,6}}', '{{7,8,9},{10,11,12}}'], into);
  }
  const nested = await copied({
    type: 'float64',
    shape: 'ragged',
    into: 'float8[]',
    ...values(
      [],
      [1, null],
      Float64Array.of(2.5),
      null,
      [
        [1, 2],
        [3, 4],
      ],
      [[1], [2, 3]],
    ),
  });
  t.deepEqual(nested.values, ['{}', '{1,NULL}', '{2.5}', null, '{{1,2},{3,4}}']);
  t.regex(nested.refusals[0]!.reason, /inner arrays differ in length/);
  const bytes = Buffer.from('ab cd ef ');
  const texts: Vector = { layout: 'strided', bytes, offset: 0, stride: 9, width: 3 };
  t.deepEqual(
    (await copied({ type: 'text', shape: [3], into: 'public.short[]', vector: texts, rows: 1 })).values,
    ['{ab,cd,ef}'],
  );
  t.deepEqual(
    (
      await copied({
        type: 'float64',
        shape: [0],
        into: 'float8[]',
        vector: { layout: 'typed', values: new Float64Array(0) },
        rows: 2,
      })
    ).values,
    ['{}', '{}'],
  );
  t.deepEqual(
    await reasons({
      type: 'int32',
      shape: [2],
      into: 'smallint[]',
      vector: { layout: 'typed', values: Int32Array.of(1, 70_000) },
      rows: 1,
    }),
    ['element 2: 70000 is out of range for smallint; make the column integer'],
  );
});

test.serial('bits become a bit string of the target’s length', async (t) => {
  const vector: Vector = { layout: 'typed', values: Uint8Array.of(1, 0, 1) };
  t.deepEqual((await copied({ type: 'boolean', shape: [3], into: 'bit(3)', vector, rows: 1 })).values, [
    '101',
  ]);
  t.deepEqual(
    (await copied({ type: 'boolean', shape: [3], into: 'bit varying(8)', vector, rows: 1 })).values,
    ['101'],
  );
  t.deepEqual(await reasons({ type: 'boolean', shape: [3], into: 'bit(4)', vector, rows: 1 }), [
    '3 bits do not fit bit(4); make the column bit(3)',
  ]);
});

test.serial('domains and enums are written as their base types, and their own rules hold', async (t) => {
  t.deepEqual((await copied({ type: 'text', into: 'public.short', ...values('ok') })).values, ['ok']);
  t.deepEqual(await reasons({ type: 'text', into: 'public.short', ...values('longer') }), [
    '6 characters do not fit character varying(5); make the column text',
  ]);
  await t.throwsAsync(copied({ type: 'text', into: 'public.short', ...values('bad') }), {
    message: /violates check constraint/,
  });
  t.deepEqual((await copied({ type: 'text', into: 'public.mood', ...values('calm') })).values, ['calm']);
  await t.throwsAsync(copied({ type: 'text', into: 'public.mood', ...values('sad') }), {
    message: /invalid input value for enum/,
  });
});

test.serial('types that do not go together are refused before any row', async (t) => {
  const pairs: [ElementType, Column['shape'], string][] = [
    ['text', undefined, 'integer'],
    ['float64', undefined, 'text'],
    ['int32', undefined, 'boolean'],
    ['int32', [2], 'integer'],
    ['int32', undefined, 'integer[]'],
    ['text', undefined, 'point'],
  ];
  for (const [type, shape, into] of pairs) {
    const trial = copied({ type, shape, into, ...values() });
    const error = await t.throwsAsync(trial, {
      name: 'TypeMismatch',
      message: /column "X" \(test\) cannot be loaded into "x" of type/,
    });
    t.regex((error as Error & { hint: string }).hint, /Make the column .*or leave it out by --columns/);
  }
});

test.serial('values that a file holds as text are read as the target’s type', async (t) => {
  const textual = true;
  const read = async (type: ElementType, into: string, ...list: readonly unknown[]) =>
    (await copied({ type, into, textual, ...values(...list) })).values;
  t.deepEqual(await read('int64', 'text', '007', '1.50'), ['007', '1.50']);
  t.deepEqual(await read('float64', 'numeric', '1.50', 'nan', '1e3'), ['1.50', 'NaN', '1000']);
  t.deepEqual(await read('float64', 'float8', '0.1', 'NaN', '-inf', '1e400', '12345678901234567890'), [
    '0.1',
    'NaN',
    '-Infinity',
    '1.2345678901234567e+19',
  ]);
  t.deepEqual(await read('int64', 'bigint', '9007199254740993', ' 5', '1e3', '5.5'), [
    '9007199254740993',
    '5',
    '1000',
  ]);
  t.deepEqual(await read('boolean', 'boolean', 'True', 'f', '0', 'maybe'), ['true', 'false', 'false']);
  t.deepEqual(await read('text', 'date', '2026-11-21'), ['2026-11-21']);
  t.deepEqual(await read('text', 'real', '0.1'), ['0.1']);
});

test.serial('a refused row is left out whole, beside rows with NULLs and texts', async (t) => {
  await server.query('create table public.mixed (a smallint, b text, c float8[] not null)');
  const target = await describeTarget(db, 'public', 'mixed');
  const column = (name: string, type: ElementType, shape?: Column['shape']): Column => ({
    name,
    type,
    shape,
    nullable: true,
    storedAs: 'test',
  });
  const columns = [column('a', 'int32'), column('b', 'text'), column('c', 'float64', [2])];
  const encoder = new RowEncoder(columns.map((each, i) => ({ column: each, target: target!.columns[i]! })));
  const vectors: Vector[] = [
    { layout: 'typed', values: Int32Array.of(1, 99_999, 3, 4), nulls: Uint8Array.of(0, 0, 0, 1) },
    { layout: 'values', values: ['one', 'two', 'x\0', null] },
    { layout: 'typed', values: Float64Array.of(1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5) },
  ];
  const blocks = [...encoder.blocks({ firstRow: 10, rows: 4, vectors })];
  async function* source(): AsyncGenerator<Buffer> {
    yield* [copyHeader, ...blocks.map(({ bytes }) => bytes), copyTrailer];
  }
  t.is(await db.copyIn(sql.unsafe`copy public.mixed from stdin (format binary)`, source()), 2);
  t.deepEqual(await server.query('select a, b, c from public.mixed'), [
    { a: 1, b: 'one', c: [1, 1.5] },
    { a: null, b: null, c: [4, 4.5] },
  ]);
  t.deepEqual(
    blocks.flatMap(({ refusals }) => refusals.map(({ row, column: name }) => [row, name])),
    [
      [12, 'a'],
      [13, 'b'],
    ],
  );
});

test.serial('names of tables are read as SQL reads them', (t) => {
  t.deepEqual(parseTableName('Survey.Object'), { schema: 'survey', name: 'object' });
  t.deepEqual(parseTableName('"My ""Schema"."x.y"'), { schema: 'My "Schema', name: 'x.y' });
  t.deepEqual(parseTableName('star'), { schema: undefined, name: 'star' });
  t.throws(() => parseTableName('a.b.c'), { instanceOf: RangeError });
});
