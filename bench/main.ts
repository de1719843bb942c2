/**
 * Runs the benchmarks: every program of this folder in turn, or the one named. Each is a program of its own that
 * prints a table of ratios against a named rival measured in the same run; a rival that is not installed is said
 * to be missing, not failed.
 *
 *   make bench               all of them
 *   make bench BENCH=cone    bench/cone.ts alone
 */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pgConfig } from '../src/cluster/home.ts';

const folder = import.meta.dirname;
const own = path.basename(import.meta.filename);

/** A program is a file directly in the folder; what several share lies in folders below. */
function programs(): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.ts') && name !== own)
    .map((name) => name.slice(0, -'.ts'.length))
    .sort();
}

function kernel(): string {
  try {
    const [, name] = /PRETTY_NAME="(.*)"/.exec(readFileSync('/etc/os-release', 'utf8')) ?? [];
    return `${name ?? os.type()}, Linux ${os.release()}`;
  } catch {
    return `${os.type()} ${os.release()}`;
  }
}

/** What a reader needs to judge the figures by. */
function machineFacts(): string {
  const cpus = os.cpus();
  const gibibytes = (os.totalmem() / 2 ** 30).toFixed(1);
  const load = os.loadavg().map((value) => value.toFixed(1));
  return [
    `processor   ${cpus.length} x ${cpus[0]?.model ?? os.arch()}`,
    `memory      ${gibibytes} GiB`,
    `system      ${kernel()}`,
    `PostgreSQL  ${pgConfig().version.replace('PostgreSQL ', '')}`,
    `Node        ${process.versions.node}`,
    `load        ${load.join(' ')} (1, 5, 15 minutes)`,
    `date        ${new Date().toISOString().slice(0, 16)}Z`,
  ].join('\n');
}

/** Runs one program and says whether it ended well. */
function run(name: string): boolean {
  console.log(`\n== ${name}`);
  const started = performance.now();
  const { status, error } = spawnSync(process.execPath, [path.join(folder, `${name}.ts`)], {
    stdio: 'inherit',
  });
  const seconds = ((performance.now() - started) / 1000).toFixed(0);
  if (status === 0) console.log(`-- ${name}: ${seconds} s`);
  else console.error(`error: ${name} ended with ${error?.message ?? `status ${status}`} after ${seconds} s`);
  return status === 0;
}

const wanted = process.argv.slice(2);
const known = programs();
const unknown = wanted.filter((name) => !known.includes(name));
if (unknown.length > 0) {
  console.error(`error: there is no benchmark ${unknown.join(', ')}\nhint: there are: ${known.join(', ')}`);
  process.exit(2);
}
console.log(machineFacts());
const failed = (wanted.length > 0 ? wanted : known).filter((name) => !run(name));
if (failed.length > 0) {
  console.error(`\nerror: ${failed.length} of the benchmarks failed: ${failed.join(', ')}`);
  process.exitCode = 1;
}
