import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createGunzip } from 'node:zlib';
import { openCsv, startsWithGzip } from './csv.ts';
import { openFits } from './fits.ts';
import type { OpenFile } from './table.ts';
import { FormatError } from './table.ts';

type Format = OpenFile['format'];

const READERS: Record<Format, (path: string) => Promise<OpenFile>> = {
  fits: openFits,
  // Decompressors and YAML take longer to load than most files.
  parquet: async (path) => (await import('./parquet.ts')).openParquet(path),
  ecsv: async (path) => (await import('./ecsv.ts')).openEcsv(path),
  csv: openCsv,
};

const CONTENTS: readonly (readonly [Format, RegExp])[] = [
  ['fits', /^SIMPLE {2}=/],
  ['parquet', /^PAR[1E]/],
  ['ecsv', /^(\xef\xbb\xbf)?# %ECSV/],
];

const EXTENSIONS: readonly (readonly [Format, RegExp])[] = [
  ['fits', /\.(fits?|fts)(\.gz)?$/i],
  ['parquet', /\.(parquet|parq|pq)$/i],
  ['ecsv', /\.ecsv(\.gz)?$/i],
  ['csv', /\.(csv|tsv|tab|psv)(\.gz)?$/i],
];

/** What a file that is none of ours looks like, to say so. */
const OTHERS: readonly (readonly [string, string | RegExp])[] = [
  ['Avro', 'Obj\u0001'],
  ['a VOTable', /^(\xef\xbb\xbf)?\s*<[^>]*>?[\s\S]*<VOTABLE/i],
  ['XML', /^(\xef\xbb\xbf)?\s*<\?xml/i],
  ['HDF5', '\u0089HDF'],
  ['Arrow IPC (Feather)', 'ARROW1'],
  ['a zip archive', 'PK\u0003\u0004'],
  ['bzip2', 'BZh'],
  ['xz', '\u00fd7zXZ'],
  ['zstd', '\u0028\u00b5\u002f\u00fd'],
  ['JSON', /^(\xef\xbb\xbf)?\s*[[{]/],
];

const HINT =
  'Almagest reads FITS, Parquet, ECSV and CSV (.csv, .tsv, .tab, .psv); FITS, ECSV and CSV also gzipped.';

/**
 * Opens a file of any format that Almagest reads, told by its first bytes, and by its name where they say nothing.
 * Raises FormatError where the file cannot be read or is of no such format.
 */
export async function openFile(path: string): Promise<OpenFile> {
  const { head, isGzip } = await readHead(path);
  const byContent = CONTENTS.find(([, pattern]) => pattern.test(head))?.[0];
  if (byContent === 'parquet' && isGzip) {
    throw new FormatError('the file is Parquet inside gzip', { path, hint: 'Unpack it with gunzip first.' });
  }
  // A foreign signature outweighs a name, but CSV may begin with anything that text does.
  const other = OTHERS.find(([, sign]) =>
    typeof sign === 'string' ? head.startsWith(sign) : sign.test(head),
  )?.[0];
  const byName = EXTENSIONS.find(([, pattern]) => pattern.test(path))?.[0];
  const format = byContent ?? (other && byName !== 'csv' ? undefined : byName);
  if (format) return READERS[format](path);
  if (head === '') throw new FormatError('the file is empty', { path, hint: HINT });
  throw new FormatError(
    other ? `the file is ${other}, which is not read` : 'the format of the file is not known',
    { path, hint: HINT },
  );
}

async function readHead(path: string): Promise<{ head: string; isGzip: boolean }> {
  try {
    if ((await stat(path)).isDirectory()) {
      throw new FormatError('it is a directory, not a file', { path, hint: 'Name the files in it.' });
    }
    const isGzip = await startsWithGzip(path);
    return { isGzip, head: (await firstBytes(path, isGzip)).toString('latin1') };
  } catch (error) {
    if (error instanceof FormatError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    const reason =
      code === 'ENOENT' ? 'there is no such file' : code === 'EACCES' ? 'it may not be read' : String(error);
    throw Object.assign(new FormatError(reason, { path }), { cause: error });
  }
}

async function firstBytes(path: string, isGzip: boolean): Promise<Buffer> {
  const file = createReadStream(path, { end: 4095 });
  const source = isGzip ? file.pipe(createGunzip()) : file;
  const pieces: Buffer[] = [];
  try {
    for await (const piece of source as AsyncIterable<Buffer>) pieces.push(piece);
  } catch (error) {
    // The stream is cut on purpose; whatever came out before that is the answer.
    if (!isGzip) throw error;
  } finally {
    file.destroy();
  }
  return Buffer.concat(pieces).subarray(0, 4096);
}
