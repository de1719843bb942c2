import test from 'ava';
import fc from 'fast-check';
import { htmIndex, htmTrixel } from '../../plv8/sky/htm.ts';
import { closeSmallestGaps, htmCoverCircle } from '../../plv8/sky/pixel_cover.ts';
import { squaredChord, type Vec3 } from '../../plv8/sky/vector.ts';
import { around, direction, radius } from './pixel_arbitrary.ts';

const chordOf = (r: number) => 4 * Math.sin(Math.min(r, Math.PI) / 2) ** 2;

function holds(ranges: readonly number[], id: number): boolean {
  for (let i = 0; i < ranges.length; i += 2) if (id >= ranges[i] && id < ranges[i + 1]) return true;
  return false;
}

const cover = (v: Vec3, chord: number, level: number, maxRanges: number) =>
  htmCoverCircle(v[0], v[1], v[2], chord, level, maxRanges);

test('every position in a circle has its id in the cover', (t) => {
  fc.assert(
    fc.property(
      direction,
      radius,
      fc.integer({ min: 0, max: 24 }),
      fc.integer({ min: 1, max: 20 }),
      fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })),
      (center, r, level, maxRanges, numbers) => {
        const ranges = cover(center, chordOf(r), level, maxRanges);
        t.true(holds(ranges, htmIndex(center, level)));
        const next = () => numbers.next().value;
        for (let i = 0; i < 40; i++) {
          // Most of them at the boundary, where a cover fails first.
          const angle = r * (i % 4 === 0 ? Math.sqrt(next()) : 1 - 1e-15 * i);
          const v = around(center, angle, 2 * Math.PI * next());
          if (squaredChord(v, center) <= chordOf(r)) t.true(holds(ranges, htmIndex(v, level)), `${v}`);
        }
      },
    ),
    { numRuns: 1500 },
  );
});

test('a circle that reaches a corner or an edge of a trixel from outside covers the trixels there', (t) => {
  fc.assert(
    fc.property(
      fc.double({ min: 8, max: 15.999999, noNaN: true }),
      fc.integer({ min: 0, max: 20 }),
      radius.filter((r) => r < 1.5),
      fc.double({ min: 0, max: 2 * Math.PI, noNaN: true }),
      (where, depth, r, azimuth) => {
        const corner = htmTrixel(Math.floor(where * 4 ** depth))[depth % 3];
        const center = around(corner, r, azimuth);
        const ranges = cover(center, squaredChord(center, corner), 20, 8);
        t.true(holds(ranges, htmIndex(corner, 20)));
      },
    ),
    { numRuns: 1000 },
  );
});

test('covers have no more ranges than asked for, ascending and apart', (t) => {
  fc.assert(
    fc.property(direction, radius, fc.integer({ min: 1, max: 12 }), (center, r, maxRanges) => {
      const ranges = cover(center, chordOf(r), 20, maxRanges);
      t.true(ranges.length >= 2 && ranges.length / 2 <= maxRanges);
      for (let i = 1; i < ranges.length; i++) t.true(ranges[i] > ranges[i - 1]);
      t.true(ranges[0] >= 8 * 4 ** 20 && ranges.at(-1)! <= 16 * 4 ** 20);
      t.true(ranges.every(Number.isInteger));
    }),
  );
});

test('eight ranges cover a circle with little more than twice its area', (t) => {
  for (const r of [1e-6, 1e-4, 1e-2, 0.1]) {
    let excess = 0;
    const tries = 300;
    for (let i = 0; i < tries; i++) {
      const z = -1 + (2 * i + 1) / tries;
      const lon = 2.399963 * i;
      const center: Vec3 = [Math.sqrt(1 - z * z) * Math.cos(lon), Math.sqrt(1 - z * z) * Math.sin(lon), z];
      const ranges = cover(center, chordOf(r), 24, 8);
      let area = 0;
      for (let j = 0; j < ranges.length; j += 2) area += ranges[j + 1] - ranges[j];
      excess += (area * ((4 * Math.PI) / (8 * 4 ** 24))) / (Math.PI * r * r) / tries;
    }
    t.true(excess < 2.3, `radius ${r}: ${excess}`);
  }
});

test('no circle is covered by nothing, the whole sky by one range', (t) => {
  t.deepEqual(cover([0, 0, 1], -1, 20, 8), []);
  t.deepEqual(cover([0, 0, 1], NaN, 20, 8), []);
  t.deepEqual(cover([0, 0, 1], 4, 3, 8), [8 * 64, 16 * 64]);
  t.deepEqual(cover([1, 0, 0], 3.9999, 0, 1), [8, 16]);
});

test('the gaps that are closed are the smallest', (t) => {
  t.deepEqual(closeSmallestGaps([1, 2, 4, 5, 10, 11, 12, 13], 2), [1, 5, 10, 13]);
  t.deepEqual(closeSmallestGaps([1, 2, 4, 5, 7, 8], 2), [1, 5, 7, 8]);
  t.deepEqual(closeSmallestGaps([1, 2, 4, 5], 1), [1, 5]);
  t.deepEqual(closeSmallestGaps([1, 2], 8), [1, 2]);
});
