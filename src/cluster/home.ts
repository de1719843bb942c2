/**
 * Where the embedded server lives and who runs it.
 *
 * Everything is under `.almagest/` of the checkout (or `$ALMAGEST_HOME`). PostgreSQL refuses to run as root, so
 * root runs it as the unprivileged `postgres` (else `nobody`).
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

export const checkout = path.resolve(import.meta.dirname, '../..');

/** The embedded server's files; all paths are absolute. */
export interface Home {
  readonly root: string;
  /** The private installation tree: PostgreSQL's own files by link, ours beside them. */
  readonly tree: string;
  readonly data: string;
  readonly log: string;
  /** Directory of the unix socket, short enough for a socket address. */
  readonly socket: string;
  /** Who runs the server; undefined where that is whoever calls. */
  readonly runAs: ServerUser | undefined;
}

export interface ServerUser {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/** Longest path of a unix socket on Linux is 107 bytes; `/.s.PGSQL.65535` takes 15 of them. */
const longestSocketDirectory = 107 - '/.s.PGSQL.65535'.length;

export function clusterHome(): Home {
  const wanted = process.env.ALMAGEST_HOME ?? path.join(checkout, '.almagest');
  const root = existsSync(wanted) ? realpathSync(wanted) : wanted;
  return {
    root,
    tree: path.join(root, 'pg'),
    data: path.join(root, 'data'),
    log: path.join(root, 'log', 'postgresql.log'),
    socket: socketDirectory(root),
    runAs: serverUser(),
  };
}

/** The user that runs the server: the caller, or an unprivileged one where the caller is root. */
function serverUser(): ServerUser | undefined {
  if (process.getuid?.() !== 0) return undefined;
  for (const line of ['postgres', 'nobody'].flatMap(passwdLine)) {
    const [name, , uid, gid] = line.split(':');
    return { name, uid: Number(uid), gid: Number(gid) };
  }
  throw new Error(
    'PostgreSQL does not run as root, and there is neither a user postgres nor nobody to run it',
  );
}

function passwdLine(user: string): string[] {
  return readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .filter((line) => line.startsWith(`${user}:`));
}

function socketDirectory(root: string): string {
  const inside = path.join(root, 'run');
  if (Buffer.byteLength(inside) <= longestSocketDirectory) return inside;
  const digest = createHash('sha256').update(root).digest('hex').slice(0, 12);
  return path.join(os.tmpdir(), `almagest-${digest}`);
}

/** The running server's process id, port and URL, as its own `postmaster.pid` tells; undefined where none runs. */
export function runningServer(home: Home): { pid: number; port: number; url: string } | undefined {
  const file = path.join(home.data, 'postmaster.pid');
  if (!existsSync(file)) return undefined;
  const [pid, , , port] = readFileSync(file, 'utf8').split('\n').map(Number);
  const command = `/proc/${pid}/comm`;
  if (!existsSync(command) || !readFileSync(command, 'utf8').startsWith('postgres')) return undefined;
  return { pid, port, url: databaseUrl(home, port, 'almagest') };
}

export function databaseUrl(home: Home, port: number, database: string): string {
  return `postgresql:///${database}?host=${encodeURIComponent(home.socket)}&port=${port}&user=postgres`;
}

/** `pg_config` of the newest PostgreSQL on the machine (or `$PG_CONFIG`). */
export function pgConfig(): Record<'bindir' | 'sharedir' | 'pkglibdir' | 'version', string> {
  const command = process.env.PG_CONFIG ?? newestPgConfig();
  const ask = (what: string) => execFileSync(command, [`--${what}`], { encoding: 'utf8' }).trim();
  return {
    bindir: ask('bindir'),
    sharedir: ask('sharedir'),
    pkglibdir: ask('pkglibdir'),
    version: ask('version'),
  };
}

function newestPgConfig(): string {
  for (let major = 40; major >= 14; major--) {
    const candidate = `/usr/lib/postgresql/${major}/bin/pg_config`;
    if (existsSync(candidate) && existsSync(path.join(path.dirname(candidate), 'postgres'))) return candidate;
  }
  return 'pg_config';
}
