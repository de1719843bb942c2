import test from 'ava';
import fc from 'fast-check';
import { circleOfAngle } from '../../plv8/sky/circle.ts';
import { regionContains } from '../../plv8/sky/compound.ts';
import { makeEllipse } from '../../plv8/sky/ellipse.ts';
import { htmIndex, htmTrixel } from '../../plv8/sky/htm.ts';
import { mq3cIndex, mq3cQuad } from '../../plv8/sky/mq3c.ts';
import { checkLevel, envelope, interior, type Scheme, universe } from '../../plv8/sky/pixel_search.ts';
import { q3cIndex, q3cQuad } from '../../plv8/sky/q3c.ts';
import { isCompound, type Region } from '../../plv8/sky/region.ts';
import { fromDegrees, type Vec3 } from '../../plv8/sky/vector.ts';
import { around, direction, ellipse, region } from './pixel_arbitrary.ts';

const schemes: readonly Scheme[] = ['htm', 'mq3c', 'q3c'];
const scheme = fc.constantFrom(...schemes);
const level = fc.integer({ min: 0, max: 5 });

function idOf(scheme: Scheme, v: Vec3, level: number): bigint {
  if (scheme === 'htm') return BigInt(htmIndex(v, level));
  return scheme === 'mq3c' ? mq3cIndex(v, level) : q3cIndex(v, level);
}

function cornersOf(scheme: Scheme, id: bigint, level: number): readonly Vec3[] {
  if (scheme === 'htm') return htmTrixel(Number(id));
  return scheme === 'mq3c' ? mq3cQuad(id) : q3cQuad(id, level);
}

type Pairs = readonly (readonly [bigint, bigint])[];
const holds = (pairs: Pairs, id: bigint) => pairs.some(([begin, end]) => begin <= id && id < end);
const within = (inner: Pairs, outer: Pairs) =>
  inner.every(([begin, end]) => outer.some(([first, last]) => first <= begin && end <= last));

/** Points in and near a region: its own landmarks, and others around them. */
function landmarks(region: Region): Vec3[] {
  switch (region.kind) {
    case 'Circle':
      return [0, 1, 2, 3, 4, 5].flatMap((a) => [
        around(region.center, region.openingAngle * 0.9999, a),
        around(region.center, region.openingAngle * 0.5, a),
      ]);
    case 'Ellipse':
      return [0, 1, 2, 3, 4, 5].flatMap((a) =>
        [0, 0.3, 0.9, 0.9999].map((f) =>
          around(region.rows[2], f * (Math.PI / 2 + Math.max(region.a, region.b)), a),
        ),
      );
    case 'Box':
      return [0, 0.5, 1].flatMap((f) => {
        const width = (region.lonB - region.lonA + 2 * Math.PI) % (2 * Math.PI);
        const lat = region.latA + f * (region.latB - region.latA);
        return [0, 0.5, 1].map((g) => {
          const lon = region.lonA + g * width;
          return [Math.cos(lon) * Math.cos(lat), Math.sin(lon) * Math.cos(lat), Math.sin(lat)] as Vec3;
        });
      });
    case 'ConvexPolygon':
      return [...region.vertices];
    default:
      return region.operands.flatMap(landmarks);
  }
}

test('what lies in a region lies in its envelope, and what lies in its interior lies in the region', (t) => {
  fc.assert(
    fc.property(region, scheme, level, fc.array(direction, { maxLength: 10 }), (r, s, l, extra) => {
      const outside = envelope(s, r, l, 0).toPairs();
      const inside = interior(s, r, l, 0).toPairs();
      t.true(within(inside, outside) || r.kind === 'Ellipse');
      for (const v of [...landmarks(r), ...extra]) {
        const id = idOf(s, v, l);
        if (regionContains(r, v)) t.true(holds(outside, id));
        else t.false(holds(inside, id));
      }
    }),
    { numRuns: 600 },
  );
});

test('the corners of interior pixels are in the region', (t) => {
  fc.assert(
    fc.property(region, scheme, level, (r, s, l) => {
      for (const [begin, end] of interior(s, r, l, 0).toPairs().slice(0, 5)) {
        for (const id of [begin, end - 1n]) for (const v of cornersOf(s, id, l)) t.true(regionContains(r, v));
      }
    }),
    { numRuns: 300 },
  );
});

test('the interior of an ellipse is found in every pixelization', (t) => {
  fc.assert(
    fc.property(ellipse, scheme, (r, s) => {
      const inside = interior(s, r, 5, 0).toPairs();
      for (const v of landmarks(r)) if (!regionContains(r, v)) t.false(holds(inside, idOf(s, v, 5)));
    }),
    { numRuns: 300 },
  );
  const full = makeEllipse([0, 0, 1], 3.5, 3.5, 0);
  const empty = makeEllipse([0, 0, 1], -1, -1, 0);
  for (const s of schemes) {
    t.deepEqual(interior(s, full, 6, 0).toPairs(), universe(s, 6).toPairs());
    t.deepEqual(interior(s, empty, 6, 0).toPairs(), []);
    t.deepEqual(envelope(s, empty, 6, 0).toPairs(), []);
  }
});

test('a limit on ranges widens an envelope, narrows an interior, and is kept', (t) => {
  fc.assert(
    fc.property(
      region.filter((r) => !isCompound(r)),
      scheme,
      level,
      fc.integer({ min: 1, max: 20 }),
      (r, s, l, maxRanges) => {
        const wide = envelope(s, r, l, maxRanges);
        const narrow = interior(s, r, l, maxRanges);
        t.true(wide.size <= maxRanges && narrow.size <= maxRanges);
        t.true(within(envelope(s, r, l, 0).toPairs(), wide.toPairs()));
        t.true(within(narrow.toPairs(), interior(s, r, l, 0).toPairs()));
      },
    ),
    { numRuns: 400 },
  );
});

test('a finer envelope lies in a coarser one', (t) => {
  fc.assert(
    fc.property(region, scheme, fc.integer({ min: 0, max: 4 }), (r, s, l) => {
      const finer = envelope(s, r, l + 1, 0).toPairs();
      const coarser = envelope(s, r, l, 0).toPairs();
      t.true(
        within(
          finer,
          coarser.map(([begin, end]) => [4n * begin, 4n * end] as const),
        ),
      );
    }),
  );
});

test('a polygon over the pole and RA 0 touches the pixels on all sides', (t) => {
  const ring = (decl: number) => [45, 135, 225, 315].map((ra) => fromDegrees(ra, decl));
  const north: Region = { kind: 'ConvexPolygon', vertices: ring(89.9) };
  t.is(envelope('htm', north, 0, 0).toMultirange(), '{[12,16)}');
  const south: Region = { kind: 'ConvexPolygon', vertices: ring(-89.9).reverse() };
  t.is(envelope('htm', south, 0, 0).toMultirange(), '{[8,12)}');
  const zero = circleOfAngle(fromDegrees(0, 0), 1e-6);
  t.is(envelope('htm', zero, 0, 0).toMultirange(), '{[8,9),[11,13),[15,16)}');
});

test('levels whose ids do not fit an int8 are refused by name', (t) => {
  t.throws(() => checkLevel('htm', 25), { message: 'level 25 of htm: levels are 0 to 24' });
  t.throws(() => checkLevel('mq3c', 30), {
    message: 'level 30 of mq3c: its ids do not fit an int8; the deepest level is 29',
  });
  t.throws(() => checkLevel('mq3c', 31), { message: 'level 31 of mq3c: levels are 0 to 29' });
  t.throws(() => checkLevel('q3c', 31), { message: 'level 31 of q3c: levels are 0 to 30' });
  t.throws(() => checkLevel('q3c', -1), { message: 'level -1 of q3c: levels are 0 to 30' });
  t.is(universe('q3c', 30).toMultirange(), '{[0,6917529027641081856)}');
  t.is(universe('mq3c', 29).toMultirange(), '{[2882303761517117440,4611686018427387904)}');
});

test('the deepest envelopes of q3c stay within an int8 however few their ranges', (t) => {
  const pole = circleOfAngle(fromDegrees(30, -90), 1e-8);
  t.is(envelope('q3c', pole, 30, 1).toPairs().at(-1)![1] < 2n ** 63n, true);
  const everywhere = circleOfAngle(fromDegrees(0, 0), 2);
  t.is(envelope('q3c', everywhere, 30, 1).toMultirange(), '{[0,6917529027641081856)}');
});

test('an answer too large for memory is refused, with the way out; a limit on ranges is one', (t) => {
  const hemisphere = circleOfAngle(fromDegrees(10, 20), Math.PI / 2);
  const error = t.throws(() => envelope('htm', hemisphere, 24, 0));
  t.regex(error.message, /^more than 1000000 ranges of pixels at level 24$/);
  t.like(error, {
    code: 261,
    hint: 'Choose a lower level, or set max_ranges to have the ranges made coarser.',
  });
  t.true(envelope('htm', hemisphere, 24, 100).size <= 100);
  t.throws(() => envelope('htm', hemisphere, 3, -1), {
    message: 'max_ranges is -1: it is 0 for no limit, or positive',
  });
});

test('a region that is nowhere, being NaN, ends', (t) => {
  const nowhere: Region = { kind: 'Circle', center: [NaN, NaN, NaN], squaredChord: 1e-6, openingAngle: 1e-3 };
  for (const s of schemes) t.notThrows(() => envelope(s, nowhere, 4, 0));
});
