/** The embedded PostgreSQL server: start, stop, ask, remove. */
import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { clusterHome, type Home, runningServer } from './home.ts';
import { ensureTree, installEngine, type Tree } from './tree.ts';

export interface ServerStatus {
  readonly running: boolean;
  readonly pid?: number;
  readonly url?: string;
  readonly data: string;
  readonly log: string;
}

/** Starts the server, making it first where there is none; returns its status. A running server is left as it is. */
export function startServer(options: { port?: number } = {}): ServerStatus {
  const home = clusterHome();
  const status = serverStatus();
  if (status.running) return status;
  const tree = ensureTree(home);
  installEngine(tree);
  for (const directory of [home.data, path.dirname(home.log), home.socket]) ownedDirectory(home, directory);
  if (!existsSync(path.join(home.data, 'PG_VERSION'))) initialise(home, tree);
  writeFileSync(path.join(home.data, 'almagest.conf'), configuration(home, options.port));
  run(home, tree, 'pg_ctl', ['start', '-w', '-t', '300', '-s', '-D', home.data, '-l', home.log]);
  return serverStatus();
}

/** Stops the server (fast: open transactions are rolled back); false where none was running. */
export function stopServer(): boolean {
  const home = clusterHome();
  if (!serverStatus().running) return false;
  run(home, ensureTree(home), 'pg_ctl', ['stop', '-w', '-t', '300', '-s', '-m', 'fast', '-D', home.data]);
  return true;
}

/** Stops the server and removes its data and log for good. */
export function destroyServer(): void {
  const home = clusterHome();
  stopServer();
  for (const directory of [home.data, path.dirname(home.log), home.socket])
    rmSync(directory, { recursive: true, force: true });
}

export function serverStatus(): ServerStatus {
  const home = clusterHome();
  const server = runningServer(home);
  return {
    running: server !== undefined,
    pid: server?.pid,
    url: server?.url,
    data: home.data,
    log: home.log,
  };
}

function initialise(home: Home, tree: Tree): void {
  run(home, tree, 'initdb', [
    ...['-D', home.data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C.UTF-8'],
    '--no-instructions',
  ]);
  const include = "\ninclude 'almagest.conf'\n";
  writeFileSync(path.join(home.data, 'postgresql.conf'), include, { flag: 'a' });
  writeFileSync(path.join(home.data, 'pg_hba.conf'), hostAccess);
}

/** The socket's directory is the server user's alone, so whoever reaches it may in; TCP, where asked for, wants a password. */
const hostAccess = `# TYPE  DATABASE  USER  ADDRESS       METHOD
local   all       all                 trust
host    all       all   127.0.0.1/32  scram-sha-256
host    all       all   ::1/128       scram-sha-256
`;

/** Settings for bulk loads and large scans on one machine; durability stays as PostgreSQL ships it. */
function configuration(home: Home, port: number | undefined): string {
  const gigabytes = os.totalmem() / 2 ** 30;
  const sharedBuffers = Math.max(128, Math.min(4096, Math.round(gigabytes * 1024 * 0.125)));
  return `# Written by 'almagest cluster up' at every start.
listen_addresses = '${port === undefined ? '' : 'localhost'}'
port = ${port ?? 5432}
unix_socket_directories = '${home.socket}'
unix_socket_permissions = 0700
shared_preload_libraries = 'plv8'
max_connections = 400
shared_buffers = ${sharedBuffers}MB
effective_cache_size = ${Math.round(gigabytes * 1024 * 0.5)}MB
work_mem = 64MB
maintenance_work_mem = 512MB
max_wal_size = 8GB
checkpoint_timeout = 15min
wal_compression = on
random_page_cost = 1.1
jit = off
max_locks_per_transaction = 256
log_timezone = UTC
timezone = UTC
log_line_prefix = '%m [%p] %u@%d '
`;
}

function ownedDirectory(home: Home, directory: string): void {
  mkdirSync(directory, { recursive: true });
  if (home.runAs) chownSync(directory, home.runAs.uid, home.runAs.gid);
  chmodSync(directory, 0o700);
}

/** Runs one of the tree's executables as the server's user; an error carries what it printed. */
function run(home: Home, tree: Tree, executable: string, args: readonly string[]): void {
  const result = spawnSync(path.join(tree.bin, executable), args, {
    cwd: '/',
    uid: home.runAs?.uid,
    gid: home.runAs?.gid,
    env: { PATH: process.env.PATH, HOME: home.root, LC_ALL: 'C.UTF-8', TZ: 'UTC' },
    stdio: ['ignore', executable === 'pg_ctl' ? 'ignore' : 'pipe', 'pipe'],
    encoding: 'utf8',
  });
  if (result.error) throw result.error;
  if (result.status === 0) return;
  const log = existsSync(home.log) ? readFileSync(home.log, 'utf8').split('\n').slice(-12).join('\n') : '';
  throw new Error(`${executable} failed:\n${result.stderr}${log}`);
}
