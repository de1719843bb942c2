import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test from 'ava';
import { checkout } from '../../src/cluster/home.ts';

/** bin/node in a checkout to which no Node was brought yet; returns its folder. */
function bareCheckout(): string {
  const folder = path.join(mkdtempSync(path.join(tmpdir(), 'almagest-bin-')), 'bin');
  mkdirSync(folder);
  copyFileSync(path.join(checkout, 'bin/node'), path.join(folder, 'node'));
  return folder;
}

const system = '/usr/local/bin:/usr/bin:/bin';

function run(folder: string, searchPath: string) {
  return spawnSync(path.join(folder, 'node'), ['-p', '6 * 7'], {
    env: { PATH: searchPath },
    encoding: 'utf8',
  });
}

test('the first Node on the PATH that is new enough runs', (t) => {
  const folder = bareCheckout();
  const { stdout } = run(folder, `${system}:${path.dirname(process.execPath)}`);
  t.is(stdout.trim(), '42');
});

test('a checkout whose bin folder is on the PATH finds a Node behind itself, and behind another checkout', (t) => {
  const [one, other] = [bareCheckout(), bareCheckout()];
  const { stdout } = run(one, `${one}:${other}:${path.dirname(process.execPath)}:${system}`);
  t.is(stdout.trim(), '42');
});

test('without a Node that is new enough it says what to do', (t) => {
  const [one, other] = [bareCheckout(), bareCheckout()];
  const tools = mkdtempSync(path.join(tmpdir(), 'almagest-tools-'));
  for (const tool of ['dirname', 'readlink']) copyFileSync(`/usr/bin/${tool}`, path.join(tools, tool));
  const { status, stderr } = run(one, `${one}:${other}:${tools}`);
  t.is(status, 69);
  t.regex(stderr, /make setup/);
});
