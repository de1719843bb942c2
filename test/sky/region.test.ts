import test from 'ava';
import fc from 'fast-check';
import { decodeBase64, encodeBase64, regionFromBase64, regionToBase64 } from '../../plv8/sky/base64.ts';
import { circleOfAngle } from '../../plv8/sky/circle.ts';
import { decodeRegion, encodeRegion, MAX_DEPTH } from '../../plv8/sky/codec.ts';
import {
  regionBoundingBox,
  regionBoundingCircle,
  regionBounds,
  regionContains,
} from '../../plv8/sky/compound.ts';
import { convexHull } from '../../plv8/sky/hull.ts';
import { asin, atan2, cos, sin } from '../../plv8/sky/libm.ts';
import { orientation } from '../../plv8/sky/orientation.ts';
import { CONTAINS, DISJOINT, inverted, type Region, WITHIN } from '../../plv8/sky/region.ts';
import { overlaps, relate } from '../../plv8/sky/relate.ts';
import {
  add,
  angleBetween,
  cross,
  dot,
  fromDegrees,
  HALF_PI,
  latitudeOf,
  longitudeOf,
  norm,
  normalized,
  scale,
  type Vec3,
} from '../../plv8/sky/vector.ts';
import { arbitraryPosition, arbitraryRegion, arbitrarySimple } from './region_arbitrary.ts';

/** A position near a region as often as far from it: between its bounding centre and anywhere. */
function positionNear(region: Region, anywhere: Vec3, share: number): Vec3 {
  const { center, openingAngle } = regionBoundingCircle(region);
  const reach = Math.min(1, Math.max(openingAngle, 1e-9) * 1.5) * share;
  const towards = add(scale(center, 1 - reach), scale(anywhere, reach));
  return norm(towards) > 1e-3 ? normalized(towards) : anywhere;
}

const share = fc.double({ min: 0, max: 1, noNaN: true });

test('decoding what was encoded gives the same region, whatever the offset of the bytes in their buffer', (t) => {
  fc.assert(
    fc.property(arbitraryRegion, fc.integer({ min: 0, max: 9 }), (region, offset) => {
      const bytes = encodeRegion(region);
      const shifted = new Uint8Array(bytes.length + offset);
      shifted.set(bytes, offset);
      t.deepEqual(decodeRegion(shifted.subarray(offset)), region);
      t.deepEqual(regionFromBase64(regionToBase64(region)), region);
    }),
  );
});

test('base64 agrees with the platform', (t) => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 50 }), (bytes) => {
      t.is(encodeBase64(bytes), Buffer.from(bytes).toString('base64'));
      t.deepEqual(decodeBase64(encodeBase64(bytes)), bytes);
    }),
  );
});

test('any bytes decode or are refused by name', (t) => {
  const tagged = fc
    .tuple(fc.constantFrom(...'pcbeuix'), fc.uint8Array({ maxLength: 130 }))
    .map(([tag, rest]) => Uint8Array.of(tag.charCodeAt(0), ...rest));
  const damaged = fc
    .tuple(arbitraryRegion.map(encodeRegion), fc.nat(), fc.nat(255))
    .map(([bytes, at, value]) => {
      bytes[at % bytes.length] = value;
      return bytes.subarray(0, bytes.length - (at % 3));
    });
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 60 }), tagged, damaged), (bytes) => {
      try {
        const region = decodeRegion(bytes);
        t.deepEqual(encodeRegion(decodeRegion(encodeRegion(region))), encodeRegion(region));
      } catch (error) {
        t.regex((error as Error).message, /byte \d+/);
      }
    }),
    { numRuns: 1000 },
  );
});

test('every truncation of an encoding is refused', (t) => {
  const bytes = encodeRegion({
    kind: 'IntersectionRegion',
    operands: [circleOfAngle([1, 0, 0], 1), { kind: 'UnionRegion', operands: [circleOfAngle([0, 1, 0], 1)] }],
  });
  for (let length = 0; length < bytes.length; ++length) {
    // After its tag or an operand a compound may end.
    if (length === 1 || length === 50) continue;
    t.throws(() => decodeRegion(bytes.subarray(0, length)), { message: /byte \d+/ });
  }
});

test('nesting as deep as allowed can be decoded, asked and related; deeper is refused', (t) => {
  let region: Region = circleOfAngle([1, 0, 0], 0.1);
  for (let i = 0; i < MAX_DEPTH; ++i) {
    region = { kind: i % 2 === 0 ? 'UnionRegion' : 'IntersectionRegion', operands: [region] };
  }
  const decoded = decodeRegion(encodeRegion(region));
  t.true(regionContains(decoded, [1, 0, 0]));
  t.is(relate(decoded, decoded), CONTAINS | WITHIN);
  t.deepEqual(regionBoundingCircle(decoded), circleOfAngle([1, 0, 0], 0.1));
  const deeper: Region = {
    kind: 'UnionRegion',
    operands: [{ kind: 'IntersectionRegion', operands: [decoded] }],
  };
  t.throws(() => decodeRegion(encodeRegion(deeper)), { message: /nested deeper/ });
});

/** Membership by the textbook, without care for rounding: null where it is too close to say. */
function plainlyContains(region: Region, v: Vec3): boolean | null {
  const sure = (margin: number) => (Math.abs(margin) < 1e-11 ? null : margin > 0);
  switch (region.kind) {
    case 'Circle':
      if (region.openingAngle >= Math.PI) return true;
      return sure(region.openingAngle - angleBetween(region.center, v));
    case 'Box': {
      if (!(region.latA <= region.latB)) return false;
      const lat = latitudeOf(v);
      const from = longitudeOf(v) - region.lonA;
      const lon = from < 0 ? from + 2 * Math.PI : from;
      const width = region.lonB - region.lonA + (region.lonB < region.lonA ? 2 * Math.PI : 0);
      if (lon > 2 * Math.PI - 1e-11) return null;
      return sure(Math.min(lat - region.latA, region.latB - lat, width - lon, Math.max(lon, 1e-10)));
    }
    case 'ConvexPolygon': {
      const { vertices } = region;
      let margin = Infinity;
      for (let i = 0; i < vertices.length; ++i) {
        const n = cross(vertices[i], vertices[(i + 1) % vertices.length]);
        margin = Math.min(margin, dot(n, v) / norm(n));
      }
      return Math.abs(margin) < 1e-7 ? null : margin > 0;
    }
    case 'Ellipse': {
      const [first, , center] = region.rows;
      const foci = [1, -1].map((sign) =>
        normalized(add(scale(center, cos(region.gamma)), scale(first, sign * sin(region.gamma)))),
      );
      const margin = 2 * (region.a + HALF_PI) - angleBetween(v, foci[0]) - angleBetween(v, foci[1]);
      // The angle between the foci comes from an arccosine, which loses digits as it nears 0.
      return Math.abs(margin) < 1e-9 + (region.gamma && 1e-15 / region.gamma) ? null : margin > 0;
    }
    default: {
      const union = region.kind === 'UnionRegion';
      const each = region.operands.map((operand) => plainlyContains(operand, v));
      if (each.includes(union)) return union;
      return each.includes(null) ? null : !union;
    }
  }
}

test('membership agrees with the textbook', (t) => {
  fc.assert(
    fc.property(arbitraryRegion, arbitraryPosition, share, (region, anywhere, near) => {
      const v = positionNear(region, anywhere, near);
      const expected = plainlyContains(region, v);
      if (expected !== null) t.is(regionContains(region, v), expected);
    }),
    { numRuns: 2000 },
  );
});

test('bounding circle, box and bounds in space contain what the region contains', (t) => {
  fc.assert(
    fc.property(arbitraryRegion, arbitraryPosition, share, (region, anywhere, near) => {
      const v = positionNear(region, anywhere, near);
      if (!regionContains(region, v)) return;
      t.true(regionContains(regionBoundingCircle(region), v), 'circle');
      t.true(regionContains(regionBoundingBox(region), v), 'box');
      const bounds = regionBounds(region);
      for (let i = 0; i < 3; ++i) t.true(bounds[2 * i] <= v[i] && v[i] <= bounds[2 * i + 1], 'space');
    }),
    { numRuns: 2000 },
  );
});

test('relations hold for the points of both regions, the other way round too, and agree with overlaps', (t) => {
  fc.assert(
    fc.property(arbitraryRegion, arbitraryRegion, arbitraryPosition, share, (a, b, anywhere, near) => {
      const relation = relate(a, b);
      const met = overlaps(a, b);
      for (const v of [positionNear(a, anywhere, near), positionNear(b, anywhere, near)]) {
        const inA = regionContains(a, v);
        const inB = regionContains(b, v);
        if (relation & DISJOINT) t.false(inA && inB);
        if (relation & CONTAINS) t.false(inB && !inA);
        if (relation & WITHIN) t.false(inA && !inB);
        if (inA && inB && !emptyIntersection(a) && !emptyIntersection(b)) t.not(met, false);
      }
    }),
    { numRuns: 2000 },
  );
});

/** An intersection without operands answers overlaps as registries do, who take polygons for empty. */
function emptyIntersection(region: Region): boolean {
  if (region.kind !== 'UnionRegion' && region.kind !== 'IntersectionRegion') return false;
  if (region.kind === 'IntersectionRegion' && region.operands.length === 0) return true;
  return region.operands.some(emptyIntersection);
}

test('the relation of simple regions is that of the exchanged pair, inverted', (t) => {
  fc.assert(
    fc.property(arbitrarySimple, arbitrarySimple, (a, b) => {
      t.is(relate(a, b), inverted(relate(b, a)));
      t.is(overlaps(a, b), overlaps(b, a));
    }),
  );
});

test('the convex hull of a polygon’s corners in any order is the polygon, and interior points change nothing', (t) => {
  const square: Vec3[] = (
    [
      [359, -1],
      [1, -1],
      [1, 1],
      [359, 1],
    ] as const
  ).map(([lon, lat]) => fromDegrees(lon, lat));
  fc.assert(
    fc.property(fc.shuffledSubarray([0, 1, 2, 3], { minLength: 4 }), (order) => {
      const hull = convexHull([...order.map((i) => square[i]), [1, 0, 0], square[order[0]]]);
      t.is(hull.vertices.length, 4);
      const start = square.indexOf(hull.vertices[0]);
      t.deepEqual(hull.vertices, [...square.slice(start), ...square.slice(0, start)]);
    }),
  );
});

test('points without a convex hull are refused', (t) => {
  t.throws(() => convexHull([[1, 0, 0], [0, 1, 0], normalized([1, 1, 0])]), { message: /non-coplanar/ });
  const around = [fromDegrees(0, -10), fromDegrees(120, -10), fromDegrees(240, -10), fromDegrees(0, 90)];
  t.throws(() => convexHull(around), { message: /entire unit sphere/ });
});

test('orientation is exact next to a great circle', (t) => {
  const a: Vec3 = [1, 0, 0];
  const b: Vec3 = [0, 1, 0];
  t.is(orientation(a, b, [0.6, 0.8, 5e-324]), 1);
  t.is(orientation(a, b, [0.6, 0.8, -5e-324]), -1);
  t.is(orientation(a, b, [0.6, 0.8, 0]), 0);
  t.is(orientation(b, a, [0.6, 0.8, 1e-300]), -1);
});

test('trigonometry is within half a unit in the last place where it can be checked exactly', (t) => {
  t.is(sin(Math.PI), 1.2246467991473532e-16);
  t.is(cos(HALF_PI), 6.123233995736766e-17);
  t.is(asin(1), HALF_PI);
  t.is(atan2(1, 1), Math.PI / 4);
  t.is(atan2(-0, -1), -Math.PI);
  t.true(Object.is(sin(-0), -0));
  fc.assert(
    fc.property(fc.double({ min: -7, max: 7, noNaN: true }), (x) => {
      t.true(Math.abs(sin(x) ** 2 + cos(x) ** 2 - 1) <= 2 ** -52);
      t.true(Math.abs(atan2(sin(x), cos(x)) - (x - 2 * Math.PI * Math.round(x / (2 * Math.PI)))) < 2e-15);
    }),
  );
});
