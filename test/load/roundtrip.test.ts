/** Random FITS tables through the loader and back out of the database, value for value. */
import test from 'ava';
import fc from 'fast-check';
import { openDatabase } from '../../src/db/pool.ts';
import { loadFile } from '../../src/load/load_file.ts';
import { loadOptionsSchema } from '../../src/load/options.ts';
import { type ColumnCards, fitsFile, workDirectory, writeFile } from '../formats/fits_files.ts';
import { database } from '../support/database.ts';

/** A kind of column: its cards, random elements, their bytes, and how the database shows them. */
interface Kind<T> {
  readonly form: string;
  readonly cards?: ColumnCards['cards'];
  readonly size: number;
  readonly element: fc.Arbitrary<T>;
  write(bytes: Buffer, at: number, value: T): void;
  /** SQL that shows one element of `x` exactly. */
  readonly shown: string;
  show(value: T): string | null;
}

function kind<T>(parts: Kind<T>): Kind<unknown> {
  return parts as Kind<unknown>;
}

const hexOf = (bytes: Buffer) => bytes.toString('hex');

function real(bytes: 4 | 8): Kind<unknown> {
  const put = (buffer: Buffer, at: number, value: number) =>
    bytes === 4 ? buffer.writeFloatBE(value, at) : buffer.writeDoubleBE(value, at);
  return kind<number>({
    form: bytes === 4 ? 'E' : 'D',
    size: bytes,
    element: bytes === 4 ? fc.float() : fc.double(),
    write: put,
    shown: `encode(float${bytes}send(x), 'hex')`,
    show: (value) => {
      const buffer = Buffer.alloc(bytes);
      put(buffer, 0, value);
      return hexOf(buffer);
    },
  });
}

const kinds: readonly Kind<unknown>[] = [
  kind<number>({
    form: 'B',
    size: 1,
    element: fc.nat(255),
    write: (bytes, at, value) => bytes.writeUInt8(value, at),
    shown: 'x::text',
    show: String,
  }),
  kind<number>({
    form: 'I',
    cards: { TZERO: 32_768 },
    size: 2,
    element: fc.nat(65_535),
    write: (bytes, at, value) => bytes.writeInt16BE(value - 32_768, at),
    shown: 'x::text',
    show: String,
  }),
  kind<number>({
    form: 'J',
    cards: { TNULL: -1 },
    size: 4,
    element: fc.oneof(fc.constant(-1), fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })),
    write: (bytes, at, value) => bytes.writeInt32BE(value, at),
    shown: 'x::text',
    show: (value) => (value === -1 ? null : String(value)),
  }),
  kind<bigint>({
    form: 'K',
    size: 8,
    element: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    write: (bytes, at, value) => bytes.writeBigInt64BE(value, at),
    shown: 'x::text',
    show: String,
  }),
  kind<bigint>({
    form: 'K',
    cards: { TZERO: 9_223_372_036_854_775_808n },
    size: 8,
    element: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
    write: (bytes, at, value) => bytes.writeBigInt64BE(value - 2n ** 63n, at),
    shown: 'x::text',
    show: String,
  }),
  kind<string>({
    form: 'L',
    size: 1,
    element: fc.constantFrom('T', 'F', '\0'),
    write: (bytes, at, value) => void bytes.write(value, at, 'latin1'),
    shown: 'x::text',
    show: (value) => ({ T: 'true', F: 'false' })[value] ?? null,
  }),
  real(4),
  real(8),
];

const trimmed = (value: string) => value.replace(/[ \0]*$/, '');

const column = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constantFrom(...kinds), repeat: fc.constantFrom(1, 1, 1, 2, 3, 7) }),
  },
  { weight: 1, arbitrary: fc.record({ text: fc.integer({ min: 0, max: 50 }) }) },
);

const printable = fc.string({
  unit: fc.integer({ min: 32, max: 126 }).map((code) => String.fromCharCode(code)),
  maxLength: 50,
});

const table = fc.array(column, { minLength: 1, maxLength: 8 }).chain((columns) =>
  fc.record({
    columns: fc.constant(columns),
    rows: fc.array(
      fc.tuple(
        ...columns.map(
          (each): fc.Arbitrary<unknown> =>
            'text' in each
              ? printable.map((value) => value.slice(0, each.text))
              : fc.array(each.kind.element, { minLength: each.repeat, maxLength: each.repeat }),
        ),
      ),
      { minLength: 0, maxLength: 300 },
    ),
  }),
);

test('every value of a random FITS table comes back as it was', async (t) => {
  await using server = await database();
  await using db = await openDatabase({ url: server.url, connections: 1 });
  const directory = workDirectory(t);
  const options = loadOptionsSchema.parse({ table: 'public.random', create: true, force: true });
  await fc.assert(
    fc.asyncProperty(table, async ({ columns, rows }) => {
      const widths = columns.map((each) => ('text' in each ? each.text : each.kind.size * each.repeat));
      const rowBytes = widths.reduce((sum, width) => sum + width, 0);
      const encoded = rows.map((row) => {
        const bytes = Buffer.alloc(rowBytes, 0x20);
        let at = 0;
        for (const [i, each] of columns.entries()) {
          if ('text' in each) bytes.write(row[i] as string, at, 'latin1');
          else
            for (const [k, value] of (row[i] as unknown[]).entries()) {
              each.kind.write(bytes, at + k * each.kind.size, value);
            }
          at += widths[i]!;
        }
        return bytes;
      });
      const path = writeFile(
        directory,
        'random.fits',
        fitsFile({
          columns: columns.map((each, i) =>
            'text' in each
              ? { name: `c${i}`, form: `${each.text}A` }
              : { name: `c${i}`, form: `${each.repeat}${each.kind.form}`, cards: each.kind.cards },
          ),
          rows: encoded,
          rowBytes,
        }),
      );
      await server.query('drop table if exists public.random');
      t.is((await loadFile(db, path, options)).rows, rows.length);
      const list = columns.map((each, i) => {
        if ('text' in each) return `array[c${i}]`;
        const source = each.repeat === 1 ? `array[c${i}]` : `c${i}`;
        return `(select array_agg(${each.kind.shown} order by n) from unnest(${source}) with ordinality as u(x, n))`;
      });
      const read = await server.query<Record<string, (string | null)[]>>(
        `select ${list.map((expression, i) => `${expression} as c${i}`).join(', ')} from public.random`,
      );
      t.deepEqual(
        read.map((row) => columns.map((_, i) => row[`c${i}`])),
        rows.map((row) =>
          columns.map((each, i) =>
            'text' in each
              ? [trimmed(row[i] as string)]
              : (row[i] as unknown[]).map((value) => each.kind.show(value)),
          ),
        ),
      );
    }),
    { numRuns: 60 },
  );
});
