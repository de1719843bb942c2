import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test from 'ava';
import { fitsTable } from '../../src/demo/fits-table.ts';
import { directions, readStarTree } from '../../src/demo/star-tree.ts';

const range = { least: [-1, -1, -1], scale: 2 ** 31 };

function quantised(vectors: readonly (readonly number[])[]): Buffer {
  const bytes = Buffer.alloc(vectors.length * 12);
  for (const [row, vector] of vectors.entries())
    for (const [axis, x] of vector.entries())
      bytes.writeUInt32LE(Math.min(2 ** 32 - 1, Math.round((x + 1) * range.scale)), row * 12 + axis * 4);
  return bytes;
}

function unit(ra: number, decl: number): number[] {
  const [a, d] = [(ra * Math.PI) / 180, (decl * Math.PI) / 180];
  return [Math.cos(d) * Math.cos(a), Math.cos(d) * Math.sin(a), Math.sin(d)];
}

test('quantised unit vectors become right ascensions in [0, 360) and declinations', (t) => {
  const places = [
    [213.918, 19.187],
    [0.001, -0.001],
    [359.999, 45],
    [180, -89.9],
    [90, 89.9],
  ];
  const { ra, decl } = directions(quantised(places.map(([a, d]) => unit(a, d))), range);
  for (const [row, [expectedRa, expectedDecl]] of places.entries()) {
    t.true(ra[row] >= 0 && ra[row] < 360);
    t.true(Math.abs(ra[row] - expectedRa) < 1e-4, `ra ${ra[row]}`);
    t.true(Math.abs(decl[row] - expectedDecl) < 1e-6, `decl ${decl[row]}`);
  }
});

test('a FITS file that is no index is refused by what it lacks', async (t) => {
  const file = path.join(mkdtempSync(path.join(tmpdir(), 'almagest-tree-')), 'plain.fits');
  const column = { name: 'ra', form: 'D', ucd: 'pos.eq.ra', description: 'ra', values: [1] } as const;
  writeFileSync(file, fitsTable({ name: 'T', history: [], columns: [column] }));
  await t.throwsAsync(readStarTree(file), {
    message: /no table of the file has a column "kdtree_range_stars"/,
  });
});
