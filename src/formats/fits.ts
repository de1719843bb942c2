/**
 * FITS files (FITS Standard 4.0), plain or gzip-compressed: binary tables are readable, every other HDU is listed.
 */
import { stat } from 'node:fs/promises';
import { BinaryTable } from './fits/bintable.ts';
import { type Header, readHeader, recordBytes } from './fits/header.ts';
import { type ByteSource, openSource } from './fits/source.ts';
import { FormatError, type OpenFile, type OtherSection } from './table.ts';

/** Bytes of an HDU's data unit without padding: Standard 4.4.1.1 and, for random groups, 6.1.1. */
function dataBytes(header: Header): number {
  const axes = Array.from({ length: header.count('NAXIS') }, (_, i) => header.count(`NAXIS${i + 1}`));
  if (axes.length === 0) return 0;
  const groups = header.flag('GROUPS') && axes[0] === 0;
  const elements = (groups ? axes.slice(1) : axes).reduce((product, axis) => product * axis, 1);
  const bits = Math.abs(Number(header.bigint('BITPIX') ?? 8n));
  return (bits / 8) * header.count('GCOUNT', 1) * (header.count('PCOUNT', 0) + elements);
}

/** What an HDU is that cannot be loaded as a table. */
function describeOther(header: Header): string {
  const kind = header.index === 0 ? 'IMAGE' : (header.text('XTENSION')?.trim() ?? '');
  const axes = Array.from({ length: header.count('NAXIS') }, (_, i) => header.count(`NAXIS${i + 1}`));
  if (kind === 'TABLE') return `ASCII table, ${axes[1] ?? 0} rows`;
  if (kind === 'BINTABLE') {
    return header.flag('ZTABLE') ? 'tile-compressed table' : 'tile-compressed image';
  }
  if (kind !== 'IMAGE' && kind !== 'IUEIMAGE') return `extension of type ${kind}`;
  if (header.flag('GROUPS')) return 'random groups';
  if (axes.length === 0) return 'header without data';
  return `image ${axes.join(' x ')}, BITPIX ${header.bigint('BITPIX')}`;
}

function isReadableTable(header: Header): boolean {
  const kind = header.text('XTENSION')?.trim();
  const compressed = header.flag('ZIMAGE') || header.flag('ZTABLE');
  return header.index > 0 && (kind === 'BINTABLE' || kind === 'A3DTABLE') && !compressed;
}

/** @throws FormatError where the file ends before `end`. */
async function checkPresent(source: ByteSource, header: Header, end: number): Promise<void> {
  const reached = await source.reach(end);
  if (reached === end) return;
  throw new FormatError(
    `the file ends at byte ${reached}, inside HDU ${header.index}, whose data go on to byte ${end}`,
    { path: source.path, byte: reached, hint: 'It is truncated: fetch it again.' },
  );
}

const endOf = (header: Header) => header.dataStart + Math.ceil(dataBytes(header) / recordBytes) * recordBytes;

/**
 * The headers of all HDUs of a file, the primary first; their data may be missing.
 * @throws FormatError for what is not FITS, or ends inside a header
 */
export async function readFitsHeaders(path: string): Promise<Header[]> {
  const source = await openSource(path);
  try {
    await checkMagic(source);
    const headers: Header[] = [];
    for (let at = 0; ; at = endOf(headers.at(-1)!)) {
      if (headers.length > 0 && (await source.reach(at + 1)) <= at) return headers;
      const header = await readHeader(source, headers.length, at);
      if (header === undefined) return headers;
      headers.push(header);
    }
  } finally {
    await source.close();
  }
}

async function readHeaders(source: ByteSource): Promise<{ tables: BinaryTable[]; others: OtherSection[] }> {
  const tables: BinaryTable[] = [];
  const others: OtherSection[] = [];
  for (let index = 0, at = 0; ; index++) {
    const header = await readHeader(source, index, at);
    if (header === undefined) {
      if ((await source.reach(at + 1)) > at) {
        others.push({ name: '', index, what: `bytes from ${at} on that belong to no HDU` });
      }
      return { tables, others };
    }
    if (isReadableTable(header)) tables.push(new BinaryTable(header, source));
    else others.push({ name: header.text('EXTNAME')?.trim() ?? '', index, what: describeOther(header) });
    at = endOf(header);
    await checkPresent(source, header, at);
  }
}

/** @throws FormatError where the file does not begin as FITS does. */
async function checkMagic(source: ByteSource): Promise<void> {
  const start = (await source.read(0, 30)).toString('latin1');
  if (/^SIMPLE {2}= *T/.test(start)) return;
  const message =
    start.length < 30
      ? `the file ends at byte ${start.length}, before any FITS header`
      : /^SIMPLE {2}= *F/.test(start)
        ? 'the file says of itself that it does not conform to FITS (SIMPLE = F)'
        : 'not a FITS file: it does not begin with SIMPLE = T';
  throw new FormatError(message, { path: source.path, byte: Math.min(start.length, 30) });
}

/**
 * Opens a FITS file and reads all its headers. HDU numbers count from 0, the primary.
 *
 * How values are read: TNULL integers and logical 0 are NULL; NaN stays NaN; text loses trailing blanks and NUL
 * bytes, an empty one is '' and not NULL; unsigned integers (TZERO) get the next larger type, 64-bit ones numeric;
 * other TSCAL and TZERO give float64; bits are booleans; a complex number is an array of two.
 * @throws FormatError for what is not FITS, is damaged, or ends too early, with the byte
 */
export async function openFits(path: string): Promise<OpenFile> {
  const source = await openSource(path);
  try {
    await checkMagic(source);
    const { tables, others } = await readHeaders(source);
    const { size: bytes } = await stat(path);
    return { format: 'fits', path, bytes, tables, others, [Symbol.asyncDispose]: () => source.close() };
  } catch (error) {
    await source.close();
    throw error;
  }
}
