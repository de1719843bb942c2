/** Directions and regions to try pixelizations with, crowded where they are hardest: poles, RA 0, edges, corners. */
import fc from 'fast-check';
import { circleOfAngle } from '../../plv8/sky/circle.ts';
import { makeEllipse } from '../../plv8/sky/ellipse.ts';
import { htmTrixel } from '../../plv8/sky/htm.ts';
import { compound, type Region } from '../../plv8/sky/region.ts';
import {
  add,
  anyOrthogonal,
  cross,
  fromLonLat,
  normalized,
  scale,
  type Vec3,
} from '../../plv8/sky/vector.ts';

const between = (min: number, max: number) => fc.double({ min, max, noNaN: true });

const anywhere = fc
  .tuple(between(-1, 1), between(0, 2 * Math.PI))
  .map(([z, lon]) => fromLonLat(lon, Math.asin(z)));

/** Axes, cube corners, middles of root edges, and what lies a hair beside them. */
const special = fc
  .tuple(
    fc.constantFrom(-1, 0, 1),
    fc.constantFrom(-1, 0, 1),
    fc.constantFrom(-1, 0, 1),
    fc.constantFrom(0, 1e-300, 1e-17, -1e-17, 1e-9, -1e-9),
  )
  .filter(([x, y, z]) => x !== 0 || y !== 0 || z !== 0)
  .map(([x, y, z, hair]) => normalized([x + hair, y - hair, z + hair]));

/** Corners of trixels, and points of their edges. */
const onEdges = fc
  .tuple(fc.integer({ min: 0, max: 18 }), between(0, 1), between(0, 1))
  .map(([level, where, along]) => {
    const [a, b] = htmTrixel(Math.floor((8 + 7.999 * where) * 4 ** level));
    return normalized(add(scale(a, 1 - along), scale(b, along)));
  });

/** A unit vector. */
export const direction: fc.Arbitrary<Vec3> = fc.oneof(anywhere, special, onEdges);

/** An angle from far below an arcsecond to more than a hemisphere, evenly on a logarithmic scale [rad]. */
export const radius = between(-8.5, 0.45).map((e) => 10 ** e);

/** The point at an angle and azimuth from a direction. */
export function around(center: Vec3, angle: number, azimuth: number): Vec3 {
  const e = anyOrthogonal(center);
  const n = cross(center, e);
  const side = add(scale(e, Math.cos(azimuth)), scale(n, Math.sin(azimuth)));
  return normalized(add(scale(center, Math.cos(angle)), scale(side, Math.sin(angle))));
}

const circle = fc.tuple(direction, radius).map(([center, r]) => circleOfAngle(center, r));

const polygon = fc
  .tuple(direction, between(-6, 0.1), fc.array(between(0, 1), { minLength: 3, maxLength: 7 }))
  .map(([center, size, gaps]): Region => {
    const total = gaps.reduce((sum, gap) => sum + gap + 0.2, 0);
    let azimuth = 0;
    const vertices = gaps.map((gap) => {
      azimuth += ((gap + 0.2) / total) * 2 * Math.PI;
      return around(center, 10 ** size, azimuth);
    });
    return { kind: 'ConvexPolygon', vertices };
  });

const box = fc
  .tuple(between(0, 6.28), between(-1.5, 1.5), between(-5, 0.4), between(-5, 0))
  .map(([lon, lat, width, height]): Region => {
    const lonB = lon + 10 ** width;
    return {
      kind: 'Box',
      lonA: lon,
      lonB: lonB > 2 * Math.PI ? lonB - 2 * Math.PI : lonB,
      latA: lat,
      latB: Math.min(Math.PI / 2, lat + 10 ** height),
    };
  });

/** An ellipse, smaller or larger than a hemisphere. */
export const ellipse = fc
  .tuple(direction, between(-5, 0.1), between(0.05, 1), between(0, 6), fc.boolean())
  .map(([center, size, ratio, angle, large]): Region => {
    const alpha = 10 ** size;
    const beta = alpha * ratio;
    return large
      ? makeEllipse(center, Math.PI - alpha, Math.PI - beta, angle)
      : makeEllipse(center, alpha, beta, angle);
  });

const simple = fc.oneof(circle, polygon, box, ellipse);

/** A region of any kind, somewhere. */
export const region: fc.Arbitrary<Region> = fc.oneof(
  { weight: 5, arbitrary: simple },
  {
    weight: 1,
    arbitrary: fc
      .tuple(
        fc.constantFrom('UnionRegion' as const, 'IntersectionRegion' as const),
        fc.array(simple, { maxLength: 3 }),
      )
      .map(([kind, operands]) => compound(kind, operands)),
  },
);
