/** What the tests of loading share: running the command, and small files to load. */
import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import { openDatabase } from '../../src/db/pool.ts';
import { type LoadResult, loadFile } from '../../src/load/load_file.ts';
import { type LoadOptionsInput, loadOptionsSchema } from '../../src/load/options.ts';
import { fitsFile, float64, int64, text } from '../formats/fits_files.ts';

const main = path.resolve(import.meta.dirname, '../../src/cli/main.ts');

export interface Finished {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts `almagest load` as a program of its own. */
export function startLoad(
  url: string,
  args: readonly string[],
): { child: ChildProcess; finished: Promise<Finished> } {
  const child = spawn(process.execPath, [main, 'load', '--database', url, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => {
    output.stdout += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    output.stderr += chunk.toString();
  });
  const finished = new Promise<Finished>((resolve) => {
    child.on('close', (status) => resolve({ status, ...output }));
  });
  return { child, finished };
}

export function runLoad(url: string, ...args: readonly string[]): Promise<Finished> {
  return startLoad(url, args).finished;
}

/** Loads one file in this process. */
export async function load(url: string, file: string, options: LoadOptionsInput): Promise<LoadResult> {
  await using db = await openDatabase({ url, connections: 1 });
  return await loadFile(db, file, loadOptionsSchema.parse(options));
}

export interface Star {
  readonly id: bigint;
  readonly name: string;
  readonly mag: number;
}

/** A FITS table of stars: ID 1K, Name 8A, MAG_V 1D. */
export function starFile(stars: readonly Star[]): Buffer {
  return fitsFile({
    columns: [
      { name: 'ID', form: '1K', cards: { TUCD: 'meta.id;meta.main', TCOMM: 'identifier' } },
      { name: 'Name', form: '8A' },
      { name: 'MAG_V', form: '1D', cards: { TUNIT: 'mag', TUCD: 'phot.mag;em.opt.V', TCOMM: 'V magnitude' } },
    ],
    rows: stars.map(({ id, name, mag }) => Buffer.concat([int64(id), text(name, 8), float64(mag)])),
  });
}

export function stars(count: number, from = 0): Star[] {
  return Array.from({ length: count }, (_, i) => ({
    id: 9_007_199_254_740_993n + BigInt(from + i),
    name: `star ${(from + i) % 1000}`,
    mag: (from + i) / 8,
  }));
}
