/** What the two load benchmarks share: the rows, a server to load them into, and the clock. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type pg from 'pg';
import { pgConfig } from '../../src/cluster/home.ts';
import { connectClient } from '../../src/db/client.ts';
import { copyHeader, copyTrailer } from '../../src/db/copy/encoder.ts';
import { database } from '../../test/support/database.ts';

export const rows = Number(process.env.ALMAGEST_BENCH_ROWS ?? 1_000_000);
export const repeats = 5;
export const integers = 5;
export const reals = 15;
const rowBytes = 8 * (integers + reals);
const rowsPerBlock = 1 << 12;

export const columnNames: readonly string[] = [
  ...Array.from({ length: integers }, (_, i) => `id${i + 1}`),
  ...Array.from({ length: reals }, (_, i) => `value${i + 1}`),
];

/** The rows block by block, big-endian, ids above 2^53 among them. */
export function* blocks(): Generator<DataView> {
  for (let first = 0; first < rows; first += rowsPerBlock) {
    const count = Math.min(rowsPerBlock, rows - first);
    const view = new DataView(new ArrayBuffer(count * rowBytes));
    for (let row = 0, at = 0; row < count; row++) {
      const number = first + row;
      for (let i = 0; i < integers; i++, at += 8) {
        view.setInt32(at, (number * 7919 + i * 104_729) & 0x7fff_ffff);
        view.setInt32(at + 4, (number * 1_000_003 + i) | 0);
      }
      for (let i = 0; i < reals; i++, at += 8) view.setFloat64(at, Math.sin(number * 0.37 + i) * 360);
    }
    yield view;
  }
}

/** Writes the rows as psql's ready-made binary file. */
export async function writeCopyFile(file: string): Promise<void> {
  const columns = integers + reals;
  const outRow = 2 + columns * 12;
  const handle = await open(file, 'w');
  await handle.write(copyHeader);
  for (const view of blocks()) {
    const count = view.byteLength / rowBytes;
    const out = new DataView(new ArrayBuffer(count * outRow));
    for (let row = 0, from = 0, to = 0; row < count; row++) {
      out.setInt16(to, columns);
      to += 2;
      for (let i = 0; i < columns; i++, from += 8, to += 12) {
        out.setInt32(to, 8);
        out.setInt32(to + 4, view.getInt32(from));
        out.setInt32(to + 8, view.getInt32(from + 4));
      }
    }
    await handle.write(new Uint8Array(out.buffer));
  }
  await handle.write(copyTrailer);
  await handle.close();
}

export interface Bench extends AsyncDisposable {
  readonly url: string;
  readonly client: pg.Client;
  readonly directory: string;
}

/** A database with Almagest in it (`ALMAGEST_BENCH_DATABASE`: that one) and a directory, both gone at the end. */
export async function setUp(): Promise<Bench> {
  const given = process.env.ALMAGEST_BENCH_DATABASE;
  const own = given === undefined ? await database() : undefined;
  const url = given ?? own!.url;
  const client = await connectClient(url);
  const directory = mkdtempSync(path.join(os.tmpdir(), 'almagest-bench-'));
  await client.query('drop schema if exists bench cascade; create schema bench');
  return {
    url,
    client,
    directory,
    [Symbol.asyncDispose]: async () => {
      rmSync(directory, { recursive: true });
      await client.query('drop schema if exists bench cascade').catch(() => {});
      await client.query(`delete from almagest.load_log where target like 'bench.%'`).catch(() => {});
      await client.end();
      await own?.close();
    },
  };
}

export async function makeTable(client: pg.Client): Promise<void> {
  const columns = columnNames.map(
    (name, i) => `${name} ${i < integers ? 'bigint' : 'double precision'} not null`,
  );
  await client.query(`create table bench.star (${columns.join(', ')}) with (autovacuum_enabled = off)`);
}

interface Run {
  readonly wall: number;
  readonly client: number;
  readonly server: number;
}

const ticksPerSecond = 100;

/** CPU seconds of all the server's processes that have ended: the postmaster counts its children's. */
async function endedBackendsCpu(client: pg.Client): Promise<number> {
  const { rows: found } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
  const fieldsOf = (pid: number) =>
    readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /, '')
      .split(' ');
  const postmaster = fieldsOf(Number(fieldsOf(found[0]!.pid)[1]));
  return (Number(postmaster[13]) + Number(postmaster[14])) / ticksPerSecond;
}

/** Runs a program to its end; bash's `time` tells what it took. */
async function timed(client: pg.Client, command: readonly string[]): Promise<Run> {
  await client.query('checkpoint');
  const before = await endedBackendsCpu(client);
  const script = `TIMEFORMAT='time %R %U %S'; time "$@"`;
  const child = spawn('bash', ['-c', script, 'bash', ...command], { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (text: Buffer) => (output += text.toString()));
  const status = await new Promise<number | null>((resolve) => child.on('close', resolve));
  const [, wall, user, system] = /time ([\d.]+) ([\d.]+) ([\d.]+)\s*$/.exec(output) ?? [];
  if (status !== 0) throw new Error(`${command.join(' ')} ended with status ${status}: ${output}`);
  // The backend ends a moment after its client.
  await new Promise((resolve) => setTimeout(resolve, 300));
  const server = (await endedBackendsCpu(client)) - before;
  return { wall: Number(wall), client: Number(user) + Number(system), server };
}

const median = (values: readonly number[]) =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;

export interface Contender {
  readonly name: string;
  /** Brings the table into the state that the run begins with. */
  prepare(client: pg.Client): Promise<void>;
  readonly command: readonly string[];
}

export function almagest(...args: readonly string[]): string[] {
  return [process.execPath, path.resolve(import.meta.dirname, '../../src/cli/main.ts'), ...args];
}

export function psqlCopy({ url }: Bench, file: string): Contender {
  const psql = path.join(pgConfig().bindir, 'psql');
  return {
    name: 'psql \\copy … binary',
    prepare: emptyTable,
    command: [psql, '-X', '-q', '-d', url, '-c', `\\copy bench.star from '${file}' (format binary)`],
  };
}

export async function emptyTable(client: pg.Client): Promise<void> {
  await client.query('drop table if exists bench.star');
  await makeTable(client);
}

/** Runs the contenders in turns and prints their medians against the first one's. */
export async function compare(bench: Bench, contenders: readonly Contender[]): Promise<void> {
  const runs = new Map<Contender, Run[]>(contenders.map((contender) => [contender, []]));
  for (let repeat = 0; repeat < repeats; repeat++) {
    for (const contender of contenders) {
      await contender.prepare(bench.client);
      runs.get(contender)!.push(await timed(bench.client, contender.command));
      const { rows: counted } = await bench.client.query<{ count: bigint }>(
        'select count(*) from bench.star',
      );
      if (counted[0]!.count !== BigInt(rows))
        throw new Error(`${contender.name} loaded ${counted[0]!.count} rows`);
    }
  }
  console.log(`${rows} rows x ${columnNames.length} columns, median of ${repeats} runs in turns, seconds`);
  console.log(
    '                                      wall  client CPU  backend CPU  krows/s  wall ratio (each turn)',
  );
  const rivals = runs.get(contenders[0]!)!;
  for (const [{ name }, own] of runs) {
    const of = (field: keyof Run) => median(own.map((run) => run[field]));
    const ratios = own.map((run, i) => run.wall / rivals[i]!.wall);
    console.log(
      [
        name.padEnd(34),
        of('wall').toFixed(2).padStart(8),
        of('client').toFixed(2).padStart(11),
        of('server').toFixed(2).padStart(12),
        (rows / 1000 / of('wall')).toFixed(0).padStart(8),
        median(ratios).toFixed(2).padStart(7),
        `(${ratios.map((ratio) => ratio.toFixed(2)).join(' ')})`,
      ].join(' '),
    );
  }
}
