import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import test from 'ava';
import { checkout } from '../../src/cluster/home.ts';
import { version } from '../../src/version.ts';
import { database } from '../support/database.ts';

test('the npm package installs Almagest into a database from its compiled files', async (t) => {
  await using db = await database({ installed: false });
  const directory = mkdtempSync(path.join(os.tmpdir(), 'almagest-package-'));
  try {
    const run = (command: string, args: readonly string[], cwd: string) =>
      execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
    run('make', ['--silent', 'package'], checkout);
    run('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', directory], checkout);
    run('tar', ['xzf', `almagest-${version}.tgz`], directory);
    const installed = path.join(directory, 'package');
    symlinkSync(path.join(checkout, 'node_modules'), path.join(installed, 'node_modules'));
    const almagest = (...args: string[]) =>
      run(
        path.join(checkout, 'bin/node'),
        [path.join(installed, 'dist/src/cli/main.js'), ...args],
        directory,
      );
    t.is(almagest('--version').trim(), version);
    t.regex(almagest('install', '--method', 'sql', '--database', db.url), /installed as plain SQL/);
    t.regex(almagest('status', '--database', db.url), new RegExp(`Almagest +${version}, as plain SQL`));
    t.throws(() => almagest('cluster', 'up'), { message: /needs a checkout/ });
    t.deepEqual(await db.query('select almagest.version() as v'), [{ v: version }]);
  } finally {
    rmSync(directory, { recursive: true });
  }
});
