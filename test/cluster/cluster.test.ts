import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { checkout } from '../../src/cluster/home.ts';
import { database } from '../support/database.ts';

interface Cli {
  (...args: string[]): { status: number | null; output: string };
  readonly home: string;
}

/** The command line on a server of its own, which is destroyed at the end; `name` lengthens the path of its home. */
async function cli(t: ExecutionContext, name = 'home'): Promise<Cli> {
  // Brings build and engine up to date, one test process at a time.
  await using db = await database({ installed: false });
  await db.close();
  const scratch = mkdtempSync(path.join(os.tmpdir(), 'almagest-cluster-'));
  spawnSync('chmod', ['755', scratch]);
  const home = path.join(scratch, name);
  const environment = Object.fromEntries(
    Object.entries(process.env).filter(([variable]) => !variable.startsWith('PG')),
  );
  const run = (...args: string[]) => {
    const { status, stdout, stderr } = spawnSync(
      path.join(checkout, 'bin/node'),
      [path.join(checkout, 'src/cli/main.ts'), ...args],
      { env: { ...environment, ALMAGEST_HOME: home }, encoding: 'utf8' },
    );
    return { status, output: stdout + stderr };
  };
  t.teardown(() => {
    run('cluster', 'destroy', '--yes');
    rmSync(scratch, { recursive: true, force: true });
  });
  return Object.assign(run, { home });
}

test('a server goes up, answers, keeps its data over a restart, and goes', async (t) => {
  const almagest = await cli(t);
  t.is(almagest('cluster', 'status').status, 3);
  t.is(almagest('cluster', 'up').status, 0);
  t.is(almagest('cluster', 'up').status, 0, 'up on a running server');
  t.is(almagest('cluster', 'status').status, 0);
  t.regex(almagest('install').output, /Almagest [\d.]+ is installed/);
  const made = almagest('cluster', 'psql', '--', '-c', 'create table public.kept as select 42 as answer');
  t.is(made.status, 0, made.output);
  t.regex(almagest('cluster', 'down').output, /stopped/);
  t.regex(almagest('cluster', 'down').output, /no server was running/);
  t.is(almagest('cluster', 'up').status, 0);
  t.is(almagest('cluster', 'psql', '--', '-Atc', 'select answer from public.kept').output.trim(), '42');
  t.is(almagest('cluster', 'destroy').status, 1, 'destroying wants a yes');
  t.is(almagest('cluster', 'destroy', '--yes').status, 0);
  t.is(almagest('cluster', 'status').status, 3);
});

test('only the server’s user reaches its data and socket, and nothing listens on TCP', async (t) => {
  const almagest = await cli(t);
  almagest('cluster', 'up');
  for (const directory of ['data', 'run', 'log'])
    t.is(statSync(path.join(almagest.home, directory)).mode & 0o077, 0, directory);
  const answer = almagest('cluster', 'psql', '--', '-Atc', 'show listen_addresses');
  t.is(answer.output.trim(), '');
  t.is(answer.status, 0);
});

test('--port opens localhost, for those with a password', async (t) => {
  const almagest = await cli(t);
  const port = 20000 + (process.pid % 20000);
  almagest('cluster', 'up', '--port', String(port));
  const enter = (url: string) => spawnSync('psql', ['-w', '-Atc', 'select 1', url], { encoding: 'utf8' });
  t.not(enter(`postgresql://postgres@127.0.0.1:${port}/almagest`).status, 0);
  almagest('cluster', 'psql', '--', '-c', `create role guest login password 'orion'`);
  t.is(enter(`postgresql://guest:orion@127.0.0.1:${port}/almagest`).stdout.trim(), '1');
  t.is(almagest('cluster', 'up', '--port', 'many').status, 1);
});

test('a home whose path is too long for a socket has its socket elsewhere', async (t) => {
  const almagest = await cli(t, 'a'.repeat(100));
  const up = almagest('cluster', 'up');
  t.is(up.status, 0, up.output);
  t.is(almagest('cluster', 'psql', '--', '-Atc', 'select 1').output.trim(), '1');
});

test('a server that was killed is started again, and its log says so', async (t) => {
  const almagest = await cli(t);
  almagest('cluster', 'up');
  almagest('cluster', 'psql', '--', '-c', 'create table public.kept as select 42 as answer');
  const pid = Number(readFileSync(path.join(almagest.home, 'data/postmaster.pid'), 'utf8').split('\n')[0]);
  process.kill(pid, 'SIGKILL');
  while (almagest('cluster', 'status').status === 0) await new Promise((resolve) => setTimeout(resolve, 50));
  const up = almagest('cluster', 'up');
  t.is(up.status, 0, up.output);
  t.is(almagest('cluster', 'psql', '--', '-Atc', 'select answer from public.kept').output.trim(), '42');
});
