/** The star catalogue's files: where Debian's package put them, else unpacked from it without installing it. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';

export const starPackage = 'astrometry-data-tycho2-10-19-littleendian';
const indexFile = 'usr/share/astrometry/index-tycho2-10.littleendian.fits';

/** A catalogue that is not here and cannot be fetched, with what to do about it. */
export class CatalogueError extends Error {
  readonly hint: string;

  constructor(message: string, hint: string) {
    super(message);
    this.name = 'CatalogueError';
    this.hint = hint;
  }
}

interface Outcome {
  readonly done: boolean;
  readonly said: string;
}

function run(command: string, args: readonly string[], directory: string): Outcome {
  const { status, error, stderr } = spawnSync(command, args, {
    cwd: directory,
    stdio: ['ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
  });
  const reason = (error?.message ?? stderr)
    .split('\n')
    .find((line) => /^(E: |W: Failed|error|.*ENOENT)/.test(line));
  return { done: status === 0, said: reason?.replace(/^[EW]: /, '').trim() ?? '' };
}

/** Lists of packages of our own, for whoever may not refresh the machine's. */
function ownLists(directory: string): string[] {
  const lists = path.join(directory, 'lists');
  const cache = path.join(directory, 'cache');
  mkdirSync(path.join(lists, 'partial'), { recursive: true });
  mkdirSync(path.join(cache, 'archives', 'partial'), { recursive: true });
  return ['-o', `Dir::State::Lists=${lists}`, '-o', `Dir::Cache=${cache}`];
}

/** Downloads the package into the directory, first by the machine's package lists, then by fresh ones of our own. */
function download(directory: string): Outcome {
  // apt's own unprivileged user could not write here.
  const asCaller = ['-q', '-o', 'APT::Sandbox::User='];
  const first = run('apt-get', [...asCaller, 'download', starPackage], directory);
  if (first.done) return first;
  const fresh = [...asCaller, ...ownLists(directory)];
  const update = run('apt-get', [...fresh, 'update'], directory);
  const second = run('apt-get', [...fresh, 'download', starPackage], directory);
  return second.done ? second : { done: false, said: update.said || first.said || second.said };
}

/**
 * Path of the index of Tycho-2 stars: the machine's where the package is installed (below `systemRoot`), else one
 * under `directory`, fetched there the first time. No root is needed.
 * @throws CatalogueError where it cannot be had
 */
export function starIndex(directory: string, systemRoot = '/'): string {
  const installed = path.join(systemRoot, indexFile);
  if (existsSync(installed)) return installed;
  const unpacked = path.join(directory, 'tycho2');
  const file = path.join(unpacked, indexFile);
  if (existsSync(file)) return file;
  const work = path.join(directory, 'fetch');
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work, { recursive: true });
  const fetched = download(work);
  const archive = readdirSync(work).find((name) => name.startsWith(starPackage) && name.endsWith('.deb'));
  if (!fetched.done || archive === undefined)
    throw new CatalogueError(
      `the star catalogue could not be fetched: ${fetched.said || 'apt-get gave no reason'}`,
      `connect to a Debian mirror and run 'make demo' again, or install the package as root: apt-get install ${starPackage}`,
    );
  const extracted = run('dpkg-deb', ['-x', archive, unpacked], work);
  if (!extracted.done || !existsSync(file)) {
    rmSync(unpacked, { recursive: true, force: true });
    throw new CatalogueError(
      `${archive} could not be unpacked: ${extracted.said || `it holds no ${indexFile}`}`,
      `install the package as root: apt-get install ${starPackage}`,
    );
  }
  rmSync(work, { recursive: true, force: true });
  return file;
}
