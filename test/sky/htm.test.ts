import test from 'ava';
import fc from 'fast-check';
import { HTM_ROOTS, htmChildren, htmIndex, htmLevel, htmName, htmTrixel } from '../../plv8/sky/htm.ts';
import { htmColumn, htmIndexAt } from '../../plv8/sky/htm_position.ts';
import { polygonContains } from '../../plv8/sky/polygon.ts';
import { equal, fromDegrees, latitudeOf, longitudeOf, squaredChord } from '../../plv8/sky/vector.ts';
import { direction } from './pixel_arbitrary.ts';

const level = fc.integer({ min: 0, max: 24 });
const degrees = 180 / Math.PI;

test('the trixel of a direction’s id contains it, to within rounding at its edges', (t) => {
  fc.assert(
    fc.property(direction, level, (v, l) => {
      const id = htmIndex(v, l);
      t.is(htmLevel(id), l);
      const corners = htmTrixel(id);
      if (polygonContains(corners, v)) return;
      // A middle, rounded, is not exactly on its edge: two trixels may leave a slit of 1e-15 between them.
      const size = Math.sqrt(squaredChord(corners[0], corners[1]));
      const inward = corners.map((corner, i) => {
        const next = corners[(i + 1) % 3];
        const n = [
          corner[1] * next[2] - corner[2] * next[1],
          corner[2] * next[0] - corner[0] * next[2],
          corner[0] * next[1] - corner[1] * next[0],
        ];
        return n[0] * v[0] + n[1] * v[1] + n[2] * v[2];
      });
      t.true(Math.min(...inward) > -1e-14 * Math.max(size, 1e-2), `${v} in ${htmName(id)}`);
    }),
    { numRuns: 1000 },
  );
});

test('a level’s id begins with the id of the level above', (t) => {
  fc.assert(
    fc.property(direction, fc.integer({ min: 1, max: 24 }), (v, l) => {
      t.is(Math.floor(htmIndex(v, l) / 4), htmIndex(v, l - 1));
    }),
  );
});

test('a point inside a trixel has that trixel’s id', (t) => {
  fc.assert(
    fc.property(
      fc.double({ min: 8, max: 15.999999, noNaN: true }),
      fc.integer({ min: 0, max: 22 }),
      (where, l) => {
        const id = Math.floor(where * 4 ** l);
        const [a, b, c] = htmTrixel(id);
        t.is(htmIndex([a[0] + b[0] + c[0], a[1] + b[1] + c[1], a[2] + b[2] + c[2]], l), id);
      },
    ),
  );
});

test('children share their parent’s corners and fill it', (t) => {
  for (const root of HTM_ROOTS) {
    const [first, second, third, inner] = htmChildren(root);
    t.deepEqual([first[0], second[0], third[0]], [...root]);
    for (const corner of inner)
      t.is([first, second, third].filter((c) => c.some((v) => equal(v, corner))).length, 2);
  }
});

test('names go down from the root', (t) => {
  t.is(htmName(8), 'S0');
  t.is(htmName(15), 'N3');
  t.is(htmName(htmIndexAt(0, 0, 7)), 'N32000000');
  t.is(htmName(htmIndexAt(0, -90, 2)), 'S010');
});

test('only ids of trixels have a level', (t) => {
  for (const id of [0, 1, 7, 16, 31, 64, 127, 2 ** 52, -8, 8.5, NaN, Infinity])
    t.is(htmLevel(id), -1, `${id}`);
  t.is(htmLevel(8), 0);
  t.is(htmLevel(63), 1);
  t.is(htmLevel(2 ** 51), 24);
  t.is(htmLevel(2 ** 52 - 1), 24);
  t.throws(() => htmTrixel(16), { message: '16 is not an HTM id' });
  t.throws(() => htmName(7), { message: '7 is not an HTM id' });
});

test('positions in degrees have the ids of their unit vectors, on edges and near them too', (t) => {
  fc.assert(
    fc.property(fc.array(direction, { minLength: 1, maxLength: 20 }), level, (directions, l) => {
      const ra = Float64Array.from(directions, (v) => longitudeOf(v) * degrees);
      const decl = Float64Array.from(directions, (v) => Math.max(-90, Math.min(90, latitudeOf(v) * degrees)));
      t.deepEqual(
        Array.from(htmColumn(ra, decl, l)),
        Array.from(ra, (_, i) => htmIndex(fromDegrees(ra[i], decl[i]), l)),
      );
    }),
    { numRuns: 300 },
  );
});

test('a column on the grid of whole degrees has its positions’ ids', (t) => {
  const ra: number[] = [];
  const decl: number[] = [];
  for (let d = -90; d <= 90; d += 7.5) {
    for (let r = -45; r <= 405; r += 7.5) {
      ra.push(r);
      decl.push(d);
    }
  }
  t.deepEqual(
    Array.from(htmColumn(Float64Array.from(ra), Float64Array.from(decl), 20)),
    ra.map((r, i) => htmIndex(fromDegrees(r, decl[i]), 20)),
  );
});

test('what is not a position is refused, with its row in a column', (t) => {
  const refused = (ra: number, decl: number) =>
    t.throws(() => htmIndexAt(ra, decl, 5), { message: /is not a position/ });
  refused(0, 90.000001);
  refused(0, NaN);
  refused(NaN, 0);
  refused(Infinity, 0);
  t.throws(() => htmColumn(Float64Array.of(1, 2), Float64Array.of(3, -91), 5), {
    message: 'row 2: ra 2, decl -91 is not a position',
  });
  t.throws(() => htmColumn(Float64Array.of(1, 2), Float64Array.of(3), 5), {
    message: '2 right ascensions for 1 declinations',
  });
});
