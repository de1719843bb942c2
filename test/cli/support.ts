/** Calls of one command of `almagest`, through the program itself. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { ExecutionContext } from 'ava';
import { checkout } from '../../src/cluster/home.ts';
import type { TestDatabase } from '../support/database.ts';

/** @param hints whether every error of the command has a remedy */
export function callsOf(command: string, hints = true) {
  const folder = mkdtempSync(path.join(tmpdir(), `almagest-${command}-`));

  /** Writes a file for calls to read, and gives its place. */
  function file(name: string, text: string): string {
    const place = path.join(folder, name);
    writeFileSync(place, text);
    return place;
  }

  function run(db: TestDatabase | undefined, ...args: string[]) {
    const { status, stdout, stderr } = spawnSync(
      path.join(checkout, 'bin/almagest'),
      [command, ...args, ...(db ? ['--database', db.url] : [])],
      { encoding: 'utf8' },
    );
    return { status, stdout, stderr };
  }

  /** The output of a call that must do well, and say nothing else. */
  function good(t: ExecutionContext, db: TestDatabase | undefined, ...args: string[]): string {
    const { status, stdout, stderr } = run(db, ...args);
    t.deepEqual([status, stderr], [0, ''], args.join(' '));
    return stdout.trim();
  }

  /** The complaint of a call that must fail: one error, its remedy, no trace of the program. */
  function bad(t: ExecutionContext, db: TestDatabase | undefined, ...args: string[]): string {
    const { status, stdout, stderr } = run(db, ...args);
    t.deepEqual([status, stdout], [1, ''], args.join(' '));
    t.notRegex(stderr, /^\s+at .*[:(]\d+/m);
    if (hints) t.regex(stderr, /^hint: /m);
    return stderr;
  }

  return { folder, file, run, good, bad };
}
