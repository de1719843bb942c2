/** Where exported rows go: a file whose name says its format, or standard output. */
import { extname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { writeWholeFile } from '../../formats/write/whole_file.ts';
import { type ExportFormat, exportFormats } from '../../obscore/export.ts';
import { UsageError } from '../options.ts';

const extensions: Readonly<Record<string, ExportFormat>> = {
  '.csv': 'csv',
  '.parquet': 'parquet',
  '.parq': 'parquet',
  '.vot': 'votable',
  '.votable': 'votable',
  '.xml': 'votable',
};

/** The format that was asked for, or that a file's name says. */
export function formatOf(file: string | undefined, given: ExportFormat | undefined): ExportFormat {
  const format = given ?? (file === undefined ? undefined : extensions[extname(file).toLowerCase()]);
  if (format !== undefined) return format;
  throw new UsageError(
    file === undefined ? 'in which format?' : `the name ${file} does not say its format`,
    `Say --format ${exportFormats.join(', ')}, or name a file *${Object.keys(extensions).join(', *')}.`,
  );
}

/** Writes a file whole or not at all; to standard output where none is named. */
export async function writeOut(
  file: string | undefined,
  pieces: AsyncIterable<string | Uint8Array>,
): Promise<void> {
  if (file !== undefined) {
    await writeWholeFile(file, pieces);
    return;
  }
  try {
    await pipeline(pieces, process.stdout, { end: false });
  } catch (error) {
    // Whoever reads has seen enough, as `head` does.
    if ((error as NodeJS.ErrnoException).code !== 'EPIPE') throw error;
  }
}
