import test from 'ava';
import { htmIndex } from '../../plv8/sky/htm.ts';
import { fromDegrees } from '../../plv8/sky/vector.ts';
import { smoothDensity } from '../../src/plot/density.ts';

const first = 8 * 4 ** 3;

test('a star in every pixel gives a density that varies no more than the pixels’ areas do', (t) => {
  const level3 = Array.from({ length: first }, (_, index) => ({ pixel: first + index, count: 1 }));
  const densities = smoothDensity(level3, 8).map(({ density }) => density);
  const mean = first / 41252.96;
  t.true(Math.max(...densities) < 1.7 * mean);
  t.true(Math.min(...densities) > 0.6 * mean);
});

test('a crowd of stars raises the density around it and nowhere else', (t) => {
  const pixels = smoothDensity([{ pixel: htmIndex(fromDegrees(83, -5), 3), count: 1000 }], 4);
  t.is(pixels.length, first);
  const at = (ra: number, decl: number) => pixels[htmIndex(fromDegrees(ra, decl), 3) - first].density;
  t.true(at(83, -5) > 1);
  t.is(at(263, 5), 0);
  t.is(at(83, 60), 0);
});

test('corners are the pixels’ own, counter-clockwise', (t) => {
  const [pixel] = smoothDensity([{ pixel: 8, count: 1 }], 10);
  const rounded = pixel.corners.map(([ra, decl]) => [Math.round(ra), Math.round(decl)]);
  t.deepEqual([rounded[0], rounded[1][1], rounded[2]], [[0, 0], -90, [90, 0]]);
});

test('no counts make no pixels', (t) => {
  t.deepEqual(smoothDensity([], 2), []);
});
