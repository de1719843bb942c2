import test from 'ava';
import { skyFrame } from '../../src/plot/frame.ts';

const frame = skyFrame({ x: 0, y: 0, halfWidth: 200, centreRa: 0 });
const near = (actual: readonly number[], expected: readonly number[]) =>
  actual.every((value, i) => Math.abs(value - expected[i]) < 0.02);

test('right ascension increases to the left from the centre', (t) => {
  t.true(near(frame.project([0, 0]), [0, 0]));
  t.true(near(frame.project([90, 0]), [-100, 0]));
  t.true(near(frame.project([270, 0]), [100, 0]));
});

test('the north pole is at the top and the south pole at the bottom', (t) => {
  t.true(near(frame.project([123, 90]), [0, -100]));
  t.true(near(frame.project([321, -90]), [0, 100]));
});

test('a parallel lies where the Mollweide projection puts it', (t) => {
  // 2θ + sin 2θ = π sin δ, x = λ cos θ (halves of the width), y = sin θ.
  const decl = 30;
  let theta = 0;
  for (let i = 0; i < 50; i++)
    theta -=
      (2 * theta + Math.sin(2 * theta) - Math.PI * Math.sin((decl * Math.PI) / 180)) /
      (2 + 2 * Math.cos(2 * theta));
  t.true(near(frame.project([60, decl]), [-(60 / 180) * 200 * Math.cos(theta), -100 * Math.sin(theta)]));
});

test('a line across the edge of the map is broken there', (t) => {
  const path = frame.line([
    [170, 10],
    [190, 10],
  ]);
  t.is(path.split('M').length - 1, 2);
});

test('a small polygon stays small, over the edge and over the pole too', (t) => {
  const extent = (path: string) => {
    const xs = [...path.matchAll(/[ML](-?[\d.]+),/g)].map(([, x]) => Number(x));
    return Math.max(...xs) - Math.min(...xs);
  };
  const plain = frame.polygon([
    [10, 0],
    [12, 0],
    [11, 2],
  ]);
  t.true(extent(plain) < 5);
  t.true(
    frame
      .polygon([
        [179, 0],
        [181, 0],
        [180, 2],
      ])
      .split('Z').length > 2,
  );
});

test('a box is inside only where all its corners are', (t) => {
  t.true(frame.contains([-10, -10, 10, 10]));
  t.false(frame.contains([150, 40, 210, 60]));
});
