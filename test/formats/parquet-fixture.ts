/** Writes small Parquet files from their parts (Apache parquet-format, thrift compact protocol), to test the reader with. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** Thrift values by field number: numbers are i32, bigints i64. */
export type Struct = { readonly [field: number]: Thrift | undefined };
export type Thrift = number | bigint | boolean | string | Buffer | readonly Thrift[] | Struct;

const PHYSICAL = [
  'BOOLEAN',
  'INT32',
  'INT64',
  'INT96',
  'FLOAT',
  'DOUBLE',
  'BYTE_ARRAY',
  'FIXED_LEN_BYTE_ARRAY',
] as const;
const REPETITION = ['REQUIRED', 'OPTIONAL', 'REPEATED'] as const;
const CODECS = ['UNCOMPRESSED', 'SNAPPY', 'GZIP', 'LZO', 'BROTLI', 'LZ4', 'ZSTD', 'LZ4_RAW'] as const;
const ENCODINGS: Record<string, number> = {
  PLAIN: 0,
  RLE: 3,
  DELTA_BINARY_PACKED: 5,
  DELTA_LENGTH_BYTE_ARRAY: 6,
  RLE_DICTIONARY: 8,
  BYTE_STREAM_SPLIT: 9,
};
/** Converted types by number. */
export const CONVERTED = {
  UTF8: 0,
  MAP: 1,
  LIST: 3,
  DECIMAL: 5,
  DATE: 6,
  TIMESTAMP_MILLIS: 9,
  UINT_8: 11,
  UINT_16: 12,
  UINT_32: 13,
  UINT_64: 14,
  INT_8: 15,
  INT_16: 16,
  JSON: 19,
  INTERVAL: 21,
};

export interface Field {
  readonly name: string;
  readonly type?: (typeof PHYSICAL)[number];
  readonly length?: number;
  readonly repetition?: (typeof REPETITION)[number];
  readonly converted?: number;
  readonly scale?: number;
  readonly precision?: number;
  /** The LogicalType union. */
  readonly logical?: Struct;
  readonly children?: readonly Field[];
}

export interface PageParts {
  readonly version?: 1 | 2;
  readonly encoding?: string;
  readonly definition?: readonly number[];
  readonly repetition?: readonly number[];
  /** Values that are not null, encoded. */
  readonly body: Buffer;
  /** Values and nulls together. */
  readonly entries: number;
  readonly crc?: number;
}

export interface ChunkParts {
  readonly path: readonly string[];
  readonly type: (typeof PHYSICAL)[number];
  readonly pages: readonly PageParts[];
  readonly dictionary?: { readonly body: Buffer; readonly entries: number };
  readonly filePath?: string;
}

export interface FileParts {
  readonly fields: readonly Field[];
  readonly groups: readonly { readonly rows: number; readonly chunks: readonly ChunkParts[] }[];
  readonly codec?: (typeof CODECS)[number];
  readonly compress?: (bytes: Buffer) => Buffer;
  readonly keyValues?: Readonly<Record<string, string>>;
}

function varint(value: bigint): Buffer {
  const bytes: number[] = [];
  let rest = value;
  do {
    bytes.push(Number(rest & 0x7fn) | (rest > 0x7fn ? 0x80 : 0));
    rest >>= 7n;
  } while (rest > 0n);
  return Buffer.from(bytes);
}

const zigzag = (value: bigint) => varint(value >= 0n ? value << 1n : (-value << 1n) - 1n);

function typeOf(value: Thrift): number {
  if (typeof value === 'boolean') return value ? 1 : 2;
  if (typeof value === 'number') return 5;
  if (typeof value === 'bigint') return 6;
  if (typeof value === 'string' || Buffer.isBuffer(value)) return 8;
  return Array.isArray(value) ? 9 : 12;
}

function element(value: Thrift): Buffer {
  if (typeof value === 'boolean') return Buffer.alloc(0);
  if (typeof value === 'number' || typeof value === 'bigint') return zigzag(BigInt(value));
  if (typeof value === 'string' || Buffer.isBuffer(value)) {
    const bytes = Buffer.from(value as string);
    return Buffer.concat([varint(BigInt(bytes.length)), bytes]);
  }
  if (!Array.isArray(value)) return struct(value as Struct);
  const items = value as readonly Thrift[];
  const size =
    items.length < 15
      ? Buffer.from([(items.length << 4) | typeOf(items[0] ?? 0)])
      : Buffer.concat([Buffer.from([0xf0 | typeOf(items[0])]), varint(BigInt(items.length))]);
  return Buffer.concat([size, ...items.map(element)]);
}

function struct(fields: Struct): Buffer {
  const parts: Buffer[] = [];
  for (const [field, value] of Object.entries(fields)) {
    if (value === undefined) continue;
    parts.push(Buffer.from([typeOf(value)]), zigzag(BigInt(field)), element(value));
  }
  return Buffer.concat([...parts, Buffer.from([0])]);
}

/** Levels as runs of one. */
function levels(values: readonly number[]): Buffer {
  return Buffer.from(values.flatMap((level) => [2, level]));
}

function prefixed(bytes: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(bytes.length);
  return Buffer.concat([length, bytes]);
}

function schemaElements(fields: readonly Field[]): Struct[] {
  return fields.flatMap((field) => [
    {
      ...(field.type ? { 1: PHYSICAL.indexOf(field.type) } : {}),
      ...(field.length === undefined ? {} : { 2: field.length }),
      3: REPETITION.indexOf(field.repetition ?? 'OPTIONAL'),
      4: field.name,
      ...(field.children ? { 5: field.children.length } : {}),
      ...(field.converted === undefined ? {} : { 6: field.converted }),
      ...(field.scale === undefined ? {} : { 7: field.scale }),
      ...(field.precision === undefined ? {} : { 8: field.precision }),
      ...(field.logical ? { 10: field.logical } : {}),
    },
    ...schemaElements(field.children ?? []),
  ]);
}

function pageBytes(page: PageParts, compress: (bytes: Buffer) => Buffer): Buffer {
  const encoding = ENCODINGS[page.encoding ?? 'PLAIN'];
  const definition = page.definition && levels(page.definition);
  const repetition = page.repetition && levels(page.repetition);
  const crc = page.crc === undefined ? {} : { 4: page.crc | 0 };
  if (page.version === 2) {
    const heads = [repetition, definition].map((bytes) => bytes ?? Buffer.alloc(0));
    const plain = heads[0].length + heads[1].length + page.body.length;
    const body = Buffer.concat([...heads, compress(page.body)]);
    const nulls =
      page.entries -
      (page.definition?.filter((level) => level === Math.max(...page.definition!)).length ?? page.entries);
    const rows = page.repetition?.filter((level) => level === 0).length ?? page.entries;
    const header = {
      1: 3,
      2: plain,
      3: body.length,
      ...crc,
      8: { 1: page.entries, 2: nulls, 3: rows, 4: encoding, 5: heads[1].length, 6: heads[0].length },
    };
    return Buffer.concat([struct(header), body]);
  }
  const plain = Buffer.concat([
    ...[repetition, definition].flatMap((bytes) => (bytes ? [prefixed(bytes)] : [])),
    page.body,
  ]);
  const body = compress(plain);
  const header = {
    1: 0,
    2: plain.length,
    3: body.length,
    ...crc,
    5: { 1: page.entries, 2: encoding, 3: 3, 4: 3 },
  };
  return Buffer.concat([struct(header), body]);
}

/** The bytes of a Parquet file of these parts. */
export function parquetBytes({
  fields,
  groups,
  codec = 'UNCOMPRESSED',
  compress = (bytes) => bytes,
  keyValues,
}: FileParts): Buffer {
  const parts: Buffer[] = [Buffer.from('PAR1')];
  let offset = 4;
  const put = (bytes: Buffer) => {
    parts.push(bytes);
    offset += bytes.length;
  };
  const rowGroups = groups.map(({ rows, chunks }) => {
    const columns = chunks.map((chunk) => {
      const start = offset;
      if (chunk.dictionary) {
        const body = compress(chunk.dictionary.body);
        put(
          Buffer.concat([
            struct({
              1: 2,
              2: chunk.dictionary.body.length,
              3: body.length,
              7: { 1: chunk.dictionary.entries, 2: 0 },
            }),
            body,
          ]),
        );
      }
      const data = offset;
      for (const page of chunk.pages) put(pageBytes(page, compress));
      const meta = {
        1: PHYSICAL.indexOf(chunk.type),
        2: [0],
        3: chunk.path,
        4: CODECS.indexOf(codec),
        5: BigInt(chunk.pages.reduce((sum, page) => sum + page.entries, 0)),
        6: BigInt(offset - start),
        7: BigInt(offset - start),
        9: BigInt(data),
        ...(chunk.dictionary ? { 11: BigInt(start) } : {}),
      };
      return { ...(chunk.filePath ? { 1: chunk.filePath } : {}), 2: 0n, 3: meta };
    });
    return { 1: columns, 2: 0n, 3: BigInt(rows) };
  });
  const footer = struct({
    1: 1,
    2: [{ 4: 'schema', 5: fields.length }, ...schemaElements(fields)],
    3: BigInt(groups.reduce((sum, { rows }) => sum + rows, 0)),
    4: rowGroups,
    ...(keyValues ? { 5: Object.entries(keyValues).map(([key, value]) => ({ 1: key, 2: value })) } : {}),
    6: 'test',
  });
  const tail = Buffer.alloc(4);
  tail.writeUInt32LE(footer.length);
  return Buffer.concat([...parts, footer, tail, Buffer.from('PAR1')]);
}

/** Values that are not null, as PLAIN bytes. */
export const plain = {
  int32: (...values: number[]) => Buffer.from(Int32Array.from(values).buffer),
  int64: (...values: bigint[]) => Buffer.from(BigInt64Array.from(values).buffer),
  float: (...values: number[]) => Buffer.from(Float32Array.from(values).buffer),
  double: (...values: number[]) => Buffer.from(Float64Array.from(values).buffer),
  bytes: (...values: (string | Buffer)[]) =>
    Buffer.concat(values.map((value) => prefixed(Buffer.from(value as string)))),
};

/** A file of one column and one page, in a flat schema, with nulls where the values say null. */
export function oneColumn(
  field: Omit<Field, 'name'>,
  values: readonly unknown[],
  body: Buffer,
  version: 1 | 2 = 1,
): FileParts {
  const isOptional = field.repetition !== 'REQUIRED';
  const definition = isOptional ? { definition: values.map((value) => (value === null ? 0 : 1)) } : {};
  const page = { version, body, entries: values.length, ...definition };
  return {
    fields: [{ name: 'x', ...field }],
    groups: [{ rows: values.length, chunks: [{ path: ['x'], type: field.type!, pages: [page] }] }],
  };
}

const directory = mkdtempSync(path.join(tmpdir(), 'almagest-formats-'));
process.once('exit', () => rmSync(directory, { recursive: true, force: true }));
let files = 0;

/** Writes a file to a temporary place and gives its path. */
export function temporary(name: string, bytes: string | Uint8Array): string {
  const file = path.join(directory, `${files++}-${name}`);
  writeFileSync(file, bytes);
  return file;
}
