/** Regions of visits and their detectors, and the pixels that these overlap. */
import test from 'ava';
import fc from 'fast-check';
import { FocalPlane, htmOverlaps, regionText } from '../../plv8/butler/visit_regions.ts';
import { encodeRegion } from '../../plv8/sky/codec.ts';
import { convexHull } from '../../plv8/sky/hull.ts';
import { envelope } from '../../plv8/sky/pixel_search.ts';
import { polygonContains } from '../../plv8/sky/polygon.ts';
import type { ConvexPolygon } from '../../plv8/sky/region.ts';
import { latitudeOf, longitudeOf, RADIANS_PER_DEGREE } from '../../plv8/sky/vector.ts';
import { toyCamera } from './camera_support.ts';

const toy = new FocalPlane(toyCamera, { pixels: 0, deg: 0 });
const hex = (region: ConvexPolygon) => Buffer.from(encodeRegion(region)).toString('hex');

/** Vertices as text, from the least on: a polygon may begin anywhere. */
function cyclic({ vertices }: ConvexPolygon): string {
  const texts = vertices.map((vertex) => vertex.join(' '));
  const least = texts.indexOf([...texts].sort()[0]);
  return [...texts.slice(least), ...texts.slice(0, least)].join('; ');
}

const pointing = fc.record({
  ra: fc.oneof(fc.constantFrom(0, 360, 359.9999), fc.double({ min: 0, max: 360, noNaN: true })),
  decl: fc.oneof(fc.constantFrom(90, -90, 89.7, -89.9, 0), fc.double({ min: -90, max: 90, noNaN: true })),
  skyAngle: fc.double({ min: -360, max: 360, noNaN: true }),
});

test('regions are those of the Data Butler to the last bit', (t) => {
  // Of a toy camera that points at (216, -13) at sky_angle 90.
  const { visit, detectors } = toy.regions([{ ra: 216, decl: -13, skyAngle: 90 }]);
  t.is(
    hex(detectors[3]),
    '7006c1a0e3942be9bf7311fd56be5ee2bff7d20df2bd1ecdbf33a87a3d6333e9bf05c70d3a6a64e2bfb5199c459177ccbf' +
      '670099c20140e9bf2a1e28f31253e2bf6c929f1b9577ccbf23d1b1673338e9bf9ac3530f674de2bf8a3a98dec11ecdbf',
  );
  t.is(visit.vertices.length, 8);
});

test('a visit’s region is the hull of all corners of its detectors', (t) => {
  fc.assert(
    fc.property(fc.array(pointing, { minLength: 1, maxLength: 1 }), (pointings) => {
      const { visit, detectors } = toy.regions(pointings);
      t.is(cyclic(visit), cyclic(convexHull(detectors.flatMap(({ vertices }) => vertices))));
      t.is(cyclic(visit), cyclic(toy.visitRegion(pointings)));
    }),
    { numRuns: 300 },
  );
});

test('over a pole and across RA 0 a region contains where the camera points', (t) => {
  const plane = new FocalPlane(
    { ...toyCamera, detectors: [{ ...toyCamera.detectors[3], corners: toyCamera.detectors[3].corners }] },
    { pixels: 0, deg: 0.5 },
  );
  for (const decl of [90, -90]) {
    const [region] = plane.regions([{ ra: 77, decl, skyAngle: 12 }]).detectors;
    t.true(polygonContains(region.vertices, [0, 0, Math.sign(decl)]));
  }
  const [region] = plane.regions([{ ra: 0, decl: 5, skyAngle: 12 }]).detectors;
  const longitudes = region.vertices.map(longitudeOf);
  t.true(longitudes.some((lon) => lon < 1) && longitudes.some((lon) => lon > 6));
  t.true(region.vertices.every((vertex) => Math.abs(latitudeOf(vertex) - 5 * RADIANS_PER_DEGREE) < 0.02));
});

test('several pointings together have the regions of all their corners', (t) => {
  const one = { ra: 100, decl: -20, skyAngle: 90 };
  const other = { ...one, ra: 100.01 };
  const both = toy.regions([one, other]);
  for (const { vertices } of [toy.regions([one]), toy.regions([other])].map(({ visit }) => visit))
    for (const vertex of vertices) t.true(polygonContains(both.visit.vertices, vertex));
  t.is(both.detectors.length, 6);
  t.throws(() =>
    toy.visitRegion([
      one,
      { ra: 280, decl: 20, skyAngle: 0 },
      { ra: 10, decl: 80, skyAngle: 0 },
      { ra: 190, decl: -60, skyAngle: 0 },
    ]),
  );
});

test('pixels of visits and detectors are their envelopes', (t) => {
  const idsOf = (region: ConvexPolygon, level: number) =>
    envelope('htm', region, level, 0)
      .toPairs()
      .flatMap(([begin, end]) => Array.from({ length: Number(end - begin) }, (_, i) => Number(begin) + i));
  fc.assert(
    fc.property(pointing, fc.integer({ min: 0, max: 9 }), (at, level) => {
      const regions = toy.regions([at]);
      const overlaps = htmOverlaps(regions, level);
      t.deepEqual(overlaps.visit, idsOf(regions.visit, level));
      t.deepEqual(
        overlaps.detectors,
        regions.detectors.map((region) => idsOf(region, level)),
      );
    }),
    { numRuns: 200 },
  );
});

test('regions are written as registries store them', (t) => {
  const { visit } = toy.regions([{ ra: 1, decl: 2, skyAngle: 3 }]);
  t.is(Buffer.from(regionText(visit), 'base64').toString('hex'), hex(visit));
});
