import { execFileSync } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test from 'ava';
import { writeWholeFile } from '../../src/formats/write/whole_file.ts';

const folder = () => mkdtempSync(path.join(tmpdir(), 'almagest-whole-'));

async function* pieces(fails = false): AsyncGenerator<string> {
  yield 'one ';
  if (fails) throw new Error('no more');
  yield 'two';
}

test('a file is there when it is whole', async (t) => {
  const place = folder();
  await writeWholeFile(path.join(place, 'x'), pieces());
  t.deepEqual(readdirSync(place), ['x']);
  t.is(readFileSync(path.join(place, 'x'), 'utf8'), 'one two');
});

test('a failure leaves what was there, and nothing beside it', async (t) => {
  const place = folder();
  writeFileSync(path.join(place, 'x'), 'before');
  await t.throwsAsync(writeWholeFile(path.join(place, 'x'), pieces(true)), { message: 'no more' });
  await t.throwsAsync(writeWholeFile(path.join(place, 'y'), pieces(true)), { message: 'no more' });
  t.deepEqual(readdirSync(place), ['x']);
  t.is(readFileSync(path.join(place, 'x'), 'utf8'), 'before');
});

test('a link stays one: the file that it leads to is written', async (t) => {
  const place = folder();
  writeFileSync(path.join(place, 'x'), 'before');
  symlinkSync('x', path.join(place, 'link'));
  await writeWholeFile(path.join(place, 'link'), pieces());
  t.true(lstatSync(path.join(place, 'link')).isSymbolicLink());
  t.is(readFileSync(path.join(place, 'x'), 'utf8'), 'one two');
});

test('a pipe stays one, and is written to', async (t) => {
  const pipe = path.join(folder(), 'pipe');
  execFileSync('mkfifo', [pipe]);
  const writing = writeWholeFile(pipe, pieces());
  const reader = await open(pipe);
  const text = await reader.readFile('utf8');
  await reader.close();
  await writing;
  t.is(text, 'one two');
  t.true(existsSync(pipe) && lstatSync(pipe).isFIFO());
});

test('a folder is no file', async (t) => {
  await t.throwsAsync(writeWholeFile(folder(), pieces()), { code: 'EISDIR' });
});
