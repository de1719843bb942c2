/** The side of a great circle, against exact integers. */
import test from 'ava';
import fc from 'fast-check';
import { orientation } from '../../plv8/sky/orientation.ts';
import type { Vec3 } from '../../plv8/sky/vector.ts';

/** Exact for zero and for sizes from 1e-30 to 1. */
const integer = (x: number) => BigInt(x * 2 ** 200);

function exact(a: Vec3, b: Vec3, c: Vec3): number {
  const [p, q, r] = [a, b, c].map((v) => v.map(integer));
  const det =
    p[0] * (q[1] * r[2] - q[2] * r[1]) +
    p[1] * (q[2] * r[0] - q[0] * r[2]) +
    p[2] * (q[0] * r[1] - q[1] * r[0]);
  return det > 0n ? 1 : det < 0n ? -1 : 0;
}

const component = fc.double({ min: -1, max: 1, noNaN: true }).map((x) => (Math.abs(x) < 1e-30 ? 0 : x));
const vector = fc.tuple(component, component, component);

test('points of one meridian against a pole, and of any circle through an axis', (t) => {
  fc.assert(
    fc.property(
      vector,
      component,
      component,
      fc.constantFrom(0, 1, 2),
      fc.constantFrom(-1, 1, 0.3),
      fc.constantFrom(0, 1, 2),
      (b, along, factor, i, size, turn) => {
        const axis: Vec3 = [i === 0 ? size : 0, i === 1 ? size : -0, i === 2 ? size : 0];
        // Rounding puts it on the circle or beside it.
        const c: Vec3 = [0, 1, 2].map((k) => {
          const x = k === i ? along : b[k] * factor;
          return Math.abs(x) < 1e-30 ? 0 : x;
        }) as unknown as Vec3;
        const given = [axis, b, c] as const;
        const [u, v, w] = [0, 1, 2].map((k) => given[(k + turn) % 3]);
        return orientation(u, v, w) === exact(u, v, w) && orientation(v, u, w) === -exact(u, v, w) + 0;
      },
    ),
    { numRuns: 3000 },
  );
  t.pass();
});

test('what is not finite has no side', (t) => {
  for (const odd of [NaN, Infinity, -Infinity])
    for (const place of [0, 1, 2]) {
      const b = [0.5, 0.5, 0.5].map((x, k) => (k === place ? odd : x)) as unknown as Vec3;
      t.is(orientation([0, 0, 1], b, [0.5, 0.5, 0.7]), 0);
    }
});

test('sizes at which products vanish or overflow', (t) => {
  for (const s of [1e-170, 1e-60, 1, 1e60, 1e150]) {
    t.is(orientation([0, 0, 1], [s, s, 0.5], [2 * s, 2 * s, 0.25]), 0);
    t.is(orientation([0, 0, 1], [s, s, 0.5], [2 * s, 2 * s * (1 + 2 ** -52), 0.25]), 1);
    t.is(orientation([0, 0, -1], [s, s, 0.5], [2 * s, 2 * s * (1 + 2 ** -52), 0.25]), -1);
  }
});
