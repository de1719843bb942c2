import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test from 'ava';
import { starIndex } from '../../src/demo/catalogue-package.ts';

const index = 'usr/share/astrometry/index-tycho2-10.littleendian.fits';

function placeIndex(root: string): string {
  const file = path.join(root, index);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, '');
  return file;
}

test('an installed package is used where it is', (t) => {
  const root = mkdtempSync(path.join(tmpdir(), 'almagest-root-'));
  const file = placeIndex(root);
  t.is(starIndex(path.join(root, 'unused'), root), file);
});

test('what was unpacked before is used again without a network', (t) => {
  const directory = mkdtempSync(path.join(tmpdir(), 'almagest-demo-'));
  const file = placeIndex(path.join(directory, 'tycho2'));
  t.is(starIndex(directory, directory), file);
});

test.serial('a catalogue that cannot be fetched is an error with a remedy', (t) => {
  const directory = mkdtempSync(path.join(tmpdir(), 'almagest-demo-'));
  const { PATH } = process.env;
  process.env.PATH = directory;
  t.teardown(() => {
    process.env.PATH = PATH;
  });
  const error = t.throws(() => starIndex(directory, directory), {
    message: /^the star catalogue could not be fetched: /,
  });
  t.regex(
    String((error as Error & { hint: string }).hint),
    /apt-get install astrometry-data-tycho2-10-19-littleendian/,
  );
});
