/**
 * A simulation that is killed again and again, with its client, its server's processes or the whole server, and taken
 * up each time by the same command. The server is one of its own, in a directory of its own.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import test, { type ExecutionContext } from 'ava';
import type pg from 'pg';
import { writePositions } from '../../src/apdb/simulate/npy.ts';
import { Random } from '../../src/apdb/simulate/random.ts';
import { makeVariables } from '../../src/apdb/simulate/variables.ts';
import { destroyServer, startServer } from '../../src/cluster/server.ts';
import { connectClient } from '../../src/db/client.ts';
import { install } from '../../src/install/install.ts';
import { database } from '../support/database.ts';

const main = path.resolve(import.meta.dirname, '../../src/cli/main.ts');
const home = mkdtempSync(path.join(tmpdir(), 'almagest-kill-'));
const sources = path.join(home, 'sources.npy');

/** As for property tests: other moments of dying by ALMAGEST_SEED=NUMBER. */
const seed = Number(process.env.ALMAGEST_SEED ?? 20261121);

const tiles = 4;

test.before(async () => {
  // The build is brought up to date as for any other test, before the server's home moves.
  await using _ = await database();
  // The server's user has to get through.
  chmodSync(home, 0o755);
  process.env.ALMAGEST_HOME = home;
  writePositions(sources, makeVariables({ perVisit: 20 }));
});

test.after.always(() => {
  if (process.env.ALMAGEST_HOME === home) destroyServer();
  rmSync(home, { recursive: true, force: true });
});

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** Starts the server, which may have to recover first; gives its URL. */
async function serverUp(): Promise<{ pid: number; url: string }> {
  for (;;) {
    try {
      const { pid, url } = startServer();
      const client = await connectClient(url!.replace('/almagest?', '/postgres?'));
      await client.end();
      return { pid: pid!, url: url!.replace('/almagest?', '/postgres?') };
    } catch (error) {
      if (
        !/still in use|lock file|in recovery|starting up|shutting down|cannot connect|terminated/.test(
          String(error),
        )
      )
        throw error;
      await sleep(100);
    }
  }
}

/** An APDB of one rule, with how it is simulated. */
interface Survey {
  readonly visits: number;
  readonly options: object;
  readonly args: readonly string[];
}

const surveys: Readonly<Record<string, Survey>> = {
  'the latest versions in a table of their own, with chunks of replication': {
    visits: 100,
    options: { dia_object_index: 'last_object_table', enable_replica: true },
    args: ['--field', '359.9,-89.9', '--field', '0,10', '--fill', 'all'],
  },
  'versions of every known object, in order of pixels': {
    visits: 40,
    options: { dia_object_index: 'pix_id_iov' },
    args: ['--field', '359.95,0.2', '--generation', '2017', '--forced-cutoff', '0.01'],
  },
};

function start(url: string, apdb: string, { visits, args }: Survey, log?: string) {
  const all = ['apdb', 'simulate', sources, '--database', url, '--apdb', apdb, '-n', String(visits)];
  const noise = ['--false-positives', '6', '--transients', '0', '--divide', '2', '--connections', '3'];
  const child = spawn(
    process.execPath,
    [main, ...all, ...noise, ...args, ...(log === undefined ? [] : ['--log', log])],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let stderr = '';
  child.stderr!.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  const finished = new Promise<{ status: number | null; stderr: string }>((resolve) => {
    child.on('close', (status) => resolve({ status, stderr }));
  });
  return { child, finished };
}

const sizeOf = (file: string): number => (existsSync(file) ? statSync(file).size : 0);

/** Waits until the program has written so many bytes more of its log, or has ended. */
async function grown(file: string, bytes: number, child: ChildProcess): Promise<void> {
  const from = sizeOf(file);
  while (sizeOf(file) < from + bytes && child.exitCode === null && child.signalCode === null) await sleep(2);
}

type Victim = 'client' | 'backend' | 'server';

async function kill(
  victim: Victim,
  child: ChildProcess,
  server: { pid: number; url: string },
): Promise<void> {
  if (victim === 'client') {
    child.kill('SIGKILL');
    return;
  }
  if (victim === 'server') {
    process.kill(server.pid, 'SIGKILL');
    while (isThere(server.pid)) await sleep(20);
    return;
  }
  const client = await connectClient(server.url);
  const { rows } = await client.query<{ pid: number }>(
    `select pid from pg_stat_activity
     where application_name = 'almagest' and pid <> pg_backend_pid() order by query_start desc limit 1`,
  );
  await client.end();
  for (const { pid } of rows) process.kill(pid, 'SIGKILL');
}

/** Runs a simulation to its end, and kills what a random number says on the way; gives what was killed. */
async function survive(apdb: string, survey: Survey, random: Random): Promise<Victim[]> {
  const log = path.join(home, `${apdb}-${survey.visits}.jsonl`);
  const killed: Victim[] = [];
  for (;;) {
    const server = await serverUp();
    const { child, finished } = start(server.url, apdb, survey, log);
    // About every eight visits; a line of the log has some 500 bytes.
    await grown(log, 500 * (1 + random.integer(2 * 8 * tiles)), child);
    await sleep(random.uniform() * 40);
    if (child.exitCode === null) {
      const victim = (['client', 'backend', 'server'] as const)[random.integer(3)];
      await kill(victim, child, server);
      killed.push(victim);
    }
    const { status, stderr } = await finished;
    if (status === 0) return killed;
    // A program that was not itself killed says that its server is gone, and nothing else.
    if (
      status !== null &&
      !/connection to the server was lost|cannot connect|recovery|starting up/.test(stderr)
    )
      throw new Error(stderr);
  }
}

async function rows(client: pg.Client, sql: string): Promise<Record<string, unknown>[]> {
  return (await client.query<Record<string, unknown>>(sql)).rows;
}

/** How many rows of a table one of two APDBs has and the other has not. */
async function differing(client: pg.Client, table: string, columns = '*'): Promise<unknown> {
  const one = (a: string, b: string) =>
    `select count(*) from (select ${columns} from ${a}.${table} except all select ${columns} from ${b}.${table}) d`;
  const [found] = await rows(
    client,
    `select (${one('killed', 'whole')}) as more, (${one('whole', 'killed')}) as less`,
  );
  return found;
}

async function same(t: ExecutionContext, client: pg.Client, hasLast: boolean): Promise<void> {
  const none = { more: 0n, less: 0n };
  for (const table of [
    '"DiaObject"',
    '"DiaSource"',
    '"DiaForcedSource"',
    ...(hasLast ? ['"DiaObjectLast"'] : []),
  ])
    t.deepEqual(await differing(client, table), none, table);
  const unit = 'visit, detector, visit_time, n_objects, n_sources, n_forced_sources';
  t.deepEqual(await differing(client, 'stored_visit', unit), none);
  if (hasLast) {
    const chunk = '"diaSourceId", apdb_replica_chunk';
    t.deepEqual(await differing(client, '"DiaSourceChunks"', chunk), none);
  }
}

test('a survey that is killed again and again ends as one that never was', async (t) => {
  t.timeout(30 * 60 * 1000);
  const { url } = await serverUp();
  const client = await connectClient(url);
  await install(client);
  await client.end();
  const random = new Random(seed, 5);
  for (const [what, survey] of Object.entries(surveys)) {
    const before = await connectClient((await serverUp()).url);
    for (const apdb of ['whole', 'killed'])
      await before.query('select apdb.create($1, $2)', [apdb, JSON.stringify(survey.options)]);
    await before.end();
    const whole = await start((await serverUp()).url, 'whole', survey).finished;
    t.is(whole.status, 0, whole.stderr);
    const killed = await survive('killed', survey, random);
    t.log(`${what}: killed ${killed.join(', ')}`);
    t.true(killed.length > 1);
    const after = await connectClient((await serverUp()).url);
    const [{ units, visits: stored }] = await rows(
      after,
      'select count(*) as units, count(distinct visit) as visits from killed.stored_visit',
    );
    t.deepEqual([stored, units], [BigInt(survey.visits), BigInt(survey.visits * tiles)]);
    await same(t, after, 'enable_replica' in survey.options);
    t.deepEqual(await rows(after, `select * from apdb.check('killed')`), []);
    for (const apdb of ['whole', 'killed']) await after.query('select apdb.drop($1)', [apdb]);
    await after.end();
  }
});
