/** Arbitrary regions for property tests: every kind, everywhere, of every size, nested. */
import fc from 'fast-check';
import { boxFromRadians } from '../../plv8/sky/box.ts';
import { circleOfAngle } from '../../plv8/sky/circle.ts';
import { makeEllipse } from '../../plv8/sky/ellipse.ts';
import { compound, type Region, type SimpleRegion } from '../../plv8/sky/region.ts';
import {
  fromLonLat,
  HALF_PI,
  normalizedAngle,
  northFrom,
  rotatedAround,
  type Vec3,
} from '../../plv8/sky/vector.ts';

/** A position: anywhere, and often near a pole or longitude 0. */
export const arbitraryPosition: fc.Arbitrary<Vec3> = fc
  .tuple(
    fc.oneof(
      fc.double({ min: 0, max: 2 * Math.PI, noNaN: true }),
      fc.double({ min: 0, max: 1e-6, noNaN: true }),
    ),
    fc.oneof(
      fc.double({ min: -HALF_PI, max: HALF_PI, noNaN: true }),
      fc.constantFrom(-HALF_PI, HALF_PI, 0, HALF_PI - 1e-7),
    ),
  )
  .map(([lon, lat]) => fromLonLat(lon, lat));

/** An angle from a milliarcsecond to a radian, each power of ten as likely. */
const arbitrarySize = fc.double({ min: -8, max: 0, noNaN: true }).map((power) => 10 ** power);

const arbitraryPolygon = fc
  .tuple(
    arbitraryPosition,
    arbitrarySize,
    fc.integer({ min: 3, max: 9 }),
    fc.double({ min: 0, max: 6, noNaN: true }),
  )
  .map(([center, radius, corners, turn]): SimpleRegion => {
    const first = northFrom(center);
    const side = rotatedAround(first, center, HALF_PI);
    const start = rotatedAround(center, side, -radius);
    const vertices = Array.from({ length: corners }, (_, i) =>
      rotatedAround(start, center, turn + (2 * Math.PI * i) / corners),
    );
    return { kind: 'ConvexPolygon', vertices };
  });

const arbitraryCircle = fc
  .tuple(arbitraryPosition, fc.oneof(arbitrarySize, fc.constantFrom(-1, 0, HALF_PI, 3, Math.PI)))
  .map(([center, radius]): SimpleRegion => circleOfAngle(center, radius));

const arbitraryBox = fc
  .tuple(
    fc.double({ min: 0, max: 2 * Math.PI, noNaN: true }),
    fc.oneof(arbitrarySize, fc.double({ min: 0, max: 6.28, noNaN: true })),
    fc.double({ min: -HALF_PI, max: HALF_PI, noNaN: true }),
    arbitrarySize,
  )
  .map(
    ([lon, width, lat, height]): SimpleRegion =>
      boxFromRadians(lon, normalizedAngle(lon + width), lat, Math.min(HALF_PI, lat + height)),
  );

const arbitraryEllipse = fc
  .tuple(
    arbitraryPosition,
    arbitrarySize,
    fc.double({ min: 0.1, max: 1, noNaN: true }),
    fc.double({ min: 0, max: 3, noNaN: true }),
  )
  .map(([center, axis, ratio, angle]): SimpleRegion => makeEllipse(center, axis, axis * ratio, angle));

export const arbitrarySimple: fc.Arbitrary<SimpleRegion> = fc.oneof(
  arbitraryPolygon,
  arbitraryCircle,
  arbitraryBox,
  arbitraryEllipse,
);

export const arbitraryRegion: fc.Arbitrary<Region> = fc.letrec<{ region: Region }>((tie) => ({
  region: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    arbitrarySimple,
    fc
      .tuple(
        fc.constantFrom('UnionRegion' as const, 'IntersectionRegion' as const),
        fc.array(tie('region'), { maxLength: 3 }),
      )
      .map(([kind, operands]): Region => compound(kind, operands)),
  ),
})).region;
