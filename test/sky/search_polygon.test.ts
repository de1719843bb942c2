import test from 'ava';
import fc from 'fast-check';
import { PolygonError, skyPolygon, skyPolygonContains, skyPolygonLimits } from '../../plv8/sky/cover.ts';
import { fromDegrees } from '../../plv8/sky/vector.ts';
import { HARD_PLACES } from './search_oracle.ts';

const RADIANS = Math.PI / 180;

/** The position at an angle and a distance [deg] from another. */
function offset(ra: number, decl: number, angle: number, far: number): [number, number] {
  const [d, r] = [decl * RADIANS, far * RADIANS];
  const z = Math.sin(d) * Math.cos(r) + Math.cos(d) * Math.sin(r) * Math.cos(angle);
  const a = Math.atan2(Math.sin(angle) * Math.sin(r) * Math.cos(d), Math.cos(r) - Math.sin(d) * z);
  return [ra + a / RADIANS, Math.asin(Math.max(-1, Math.min(1, z))) / RADIANS];
}

/** Direction and distance [rad] of a position seen from another. */
function polar(ra: number, decl: number, toRa: number, toDecl: number): { angle: number; far: number } {
  const [d, e, a] = [decl * RADIANS, toDecl * RADIANS, (toRa - ra) * RADIANS];
  const east = Math.sin(a) * Math.cos(e);
  const north = Math.cos(d) * Math.sin(e) - Math.sin(d) * Math.cos(e) * Math.cos(a);
  const along = Math.sin(d) * Math.sin(e) + Math.cos(d) * Math.cos(e) * Math.cos(a);
  return { angle: Math.atan2(east, north), far: Math.atan2(Math.hypot(east, north), along) };
}

/** Membership by adding up the angles that the edges span as seen from the point; null next to an edge. */
function spans(vertices: readonly [number, number][], ra: number, decl: number): boolean | null {
  let sum = 0;
  for (let i = 0; i < vertices.length; i++) {
    const a = polar(ra, decl, ...vertices[i]);
    const b = polar(ra, decl, ...vertices[(i + 1) % vertices.length]);
    let turn = (b.angle - a.angle) % (2 * Math.PI);
    if (turn > Math.PI) turn -= 2 * Math.PI;
    if (turn < -Math.PI) turn += 2 * Math.PI;
    if (Math.abs(Math.abs(turn) - Math.PI) < 1e-3 || a.far < 1e-9) return null;
    sum += turn;
  }
  return Math.abs(sum) > Math.PI;
}

/** Stars with corners in turn around a centre, so that no edges cross; seldom convex, in both directions. */
const star = fc
  .tuple(
    fc.oneof(
      fc.constantFrom(...HARD_PLACES),
      fc.tuple(
        fc.double({ min: -180, max: 540, noNaN: true }),
        fc.double({ min: -90, max: 90, noNaN: true }),
      ),
    ),
    fc.array(
      fc.tuple(fc.double({ min: 0.6, max: 1, noNaN: true }), fc.double({ min: 0.3, max: 1, noNaN: true })),
      { minLength: 4, maxLength: 10 },
    ),
    fc.double({ min: -3, max: Math.log10(60), noNaN: true }),
    fc.boolean(),
  )
  .map(([[ra, decl], corners, size, reverse]) => {
    const total = corners.reduce((sum, [step]) => sum + step, 0);
    let angle = 0;
    const vertices = corners.map(([step, far]) => {
      angle += (step / total) * 2 * Math.PI;
      return offset(ra, decl, angle, 10 ** size * far);
    });
    return { ra, decl, size: 10 ** size, vertices: reverse ? vertices.reverse() : vertices };
  });

test('a polygon contains what its edges go round, and its limits contain the polygon', (t) => {
  let inside = 0;
  let outside = 0;
  fc.assert(
    fc.property(
      star,
      fc.array(
        fc.tuple(fc.double({ min: 0, max: 7, noNaN: true }), fc.double({ min: 0, max: 1.2, noNaN: true })),
        {
          minLength: 20,
          maxLength: 20,
        },
      ),
      ({ ra, decl, size, vertices }, points) => {
        let polygon: ReturnType<typeof skyPolygon>;
        try {
          polygon = skyPolygon(vertices.flat());
        } catch (error) {
          t.true(error instanceof PolygonError && size > 40);
          return;
        }
        const [middle, half, declMin, declMax] = skyPolygonLimits(polygon);
        for (const [angle, far] of points) {
          const [a, d] = offset(ra, decl, angle, Math.min(80, size * far));
          const expected = spans(vertices, a, d);
          if (expected === null) continue;
          const found = skyPolygonContains(polygon, fromDegrees(a, d));
          t.is(found, expected, JSON.stringify({ vertices, a, d }));
          if (!found) {
            outside++;
            continue;
          }
          inside++;
          const apart = Math.abs(((((a - middle) % 360) + 540) % 360) - 180);
          t.true(
            apart <= half && d >= declMin && d <= declMax,
            JSON.stringify({ vertices, a, d, middle, half, declMin, declMax }),
          );
        }
      },
    ),
    { numRuns: 500, seed: 9 },
  );
  t.true(inside > 500 && outside > 500, `${inside} inside, ${outside} outside`);
});

test('edges and vertices belong to a polygon; closing and repeated vertices change nothing', (t) => {
  const square = [0, 0, 2, 0, 2, 2, 0, 2];
  for (const coordinates of [
    square,
    [...square, 0, 0],
    [0, 0, 0, 0, 2, 0, 2, 2, 2, 2, 0, 2],
    [0, 2, 2, 2, 2, 0, 0, 0],
  ]) {
    const polygon = skyPolygon(coordinates);
    for (const [ra, decl, holds] of [
      [0, 0, true],
      [2, 2, true],
      [1, 0, true],
      [0, 1, true],
      [1, 1, true],
      [1, -1e-12, false],
      [-1e-9, 1, false],
      [181, 1, false],
      [181, -1, false],
      [361, 1, true],
    ] as const)
      t.is(skyPolygonContains(polygon, fromDegrees(ra, decl)), holds, `${ra} ${decl}`);
  }
});

test('a polygon over a pole reaches all right ascensions', (t) => {
  const cap = skyPolygon([0, 80, 90, 80, 180, 80, 270, 80]);
  t.true(skyPolygonContains(cap, fromDegrees(45, 89)));
  t.true(skyPolygonContains(cap, [0, 0, 1]));
  const [, half, , declMax] = skyPolygonLimits(cap);
  t.true(half >= 180 && declMax >= 90);
  const touching = skyPolygon([0, -80, 90, -80, 45, -90]);
  t.true(skyPolygonLimits(touching)[1] >= 180);
});

test('what is no polygon is refused by name', (t) => {
  for (const [coordinates, message] of [
    [[], /three vertices/],
    [[0, 0, 1, 1], /three vertices/],
    [[0, 0, 1, 1, 0, 0, 1], /declination for each/],
    [[0, 0, 1, 1, 2, 91], /coordinate 6/],
    [[0, 0, 1, null, 2, 1], /coordinate 4/],
    [[0, 0, Number.NaN, 1, 2, 1], /coordinate 3/],
    [[0, 0, 120, 0, 240, 0], /hemisphere/],
    [[0, 0, 100, 10, 200, -10, 300, 10], /hemisphere/],
  ] as const)
    t.throws(() => skyPolygon(coordinates), { instanceOf: PolygonError, message });
});
