/**
 * Runs every test, or those under the folder named, and closes with one line: `N passed, N failed, N skipped`.
 * Tests of the engine run where this machine uses ours.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { checkout, pgConfig } from '../../src/cluster/home.ts';
import { startServer } from '../../src/cluster/server.ts';

interface Tally {
  passed: number;
  failed: number;
  skipped: number;
}

const total: Tally = { passed: 0, failed: 0, skipped: 0 };
/** The first lines of every failure, shown again at the end: a long log is often cut at its head. */
const failures: string[] = [];
const linesShownAgain = 12;

function fail(line: string): void {
  total.failed++;
  failures.push(line);
  console.log(line);
}

/** Runs a program, hands each line of its output on, and returns its exit status. */
async function run(
  command: string,
  args: readonly string[],
  onLine: (line: string) => void,
): Promise<number> {
  const child = spawn(command, args, { cwd: checkout, stdio: ['ignore', 'pipe', 'inherit'] });
  const exit = new Promise<number>((resolve) => child.on('close', (status) => resolve(status ?? 1)));
  for await (const line of createInterface({ input: child.stdout })) onLine(line);
  return exit;
}

/** ava, whose TAP lines are one a test; failures are shown with their reason, passes are only counted. */
async function runAva(pattern: string): Promise<void> {
  let showing = false;
  let again = 0;
  let counted = 0;
  const before = total.failed;
  const status = await run('bin/node', ['node_modules/ava/entrypoints/cli.js', '--tap', pattern], (line) => {
    const result = /^(not )?ok \d+ - (.*)$/.exec(line);
    if (result) {
      counted++;
      const [, not, title] = result;
      const skipped = /# SKIP/i.test(title);
      showing = Boolean(not) && !skipped;
      again = linesShownAgain;
      if (skipped) total.skipped++;
      else if (!not) total.passed++;
      if (showing) fail(`failed: ${title}`);
      else if (skipped) console.log(`skipped: ${title.replace(/# SKIP.*/i, '')}`);
      else if (counted % 250 === 0) console.log(`… ${counted} tests`);
    } else if (showing && !/^# /.test(line)) {
      console.log(line);
      if (again-- > 0) failures.push(line);
    }
  });
  if (counted === 0 || (status !== 0 && total.failed === before)) {
    fail(`failed: ava ended with status ${status} after ${counted} tests`);
  }
}

/** The engine's own regression files, against the embedded server. */
async function runEngine(): Promise<void> {
  const { sharedir } = pgConfig();
  if (existsSync(path.join(sharedir, 'extension', 'plv8.control'))) {
    console.log('skipped: engine (the server has its own PL/v8)');
    total.skipped++;
    return;
  }
  const url = new URL(startServer().url!);
  process.env.PGHOST = url.searchParams.get('host')!;
  process.env.PGPORT = url.searchParams.get('port')!;
  process.env.PGUSER = url.searchParams.get('user')!;
  let closing: RegExpExecArray | null = null;
  const status = await run('engine/test/run', [], (line) => {
    closing = /^(\d+) passed, (\d+) failed$/.exec(line) ?? closing;
    if (!/^ok /.test(line)) console.log(line);
    if (/^not ok /.test(line)) failures.push(line);
  });
  const [, passed, failed] = closing ?? ['', '0', '1'];
  total.passed += Number(passed);
  total.failed += Number(failed);
  if (status !== 0 && Number(failed) === 0) total.failed++;
}

const folder = process.argv[2];
if (folder === undefined) await runEngine();
await runAva(folder === undefined ? 'test/**/*.test.ts' : `test/${folder}/**/*.test.ts`);
if (failures.length > 0) console.log(['', 'What failed:', ...failures, ''].join('\n'));
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exitCode = total.failed === 0 ? 0 : 1;
